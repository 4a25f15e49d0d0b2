// The article that is read in the tab for browsing.
let wasReading = false;
const show = () => {
    const reading = element.querySelector('.reading'), panel = element.closest('#opened');
    if (!reading) {
        // The address in the browser's own bar can be shared as well.
        bulletin.address.reading('');
        if (wasReading) {
            const from = document.querySelector('#browse [aria-current=location]');
            if (from) { from.focus({preventScroll: true}); from.scrollIntoView({block: 'center'}); }
        }
        wasReading = false;
        return;
    }
    wasReading = true;
    bulletin.address.reading(element.querySelector('[data-address]').dataset.address);
    reading.querySelector('h2').focus({preventScroll: true});
    const place = reading.querySelector('.passage') || reading;
    if (panel && getComputedStyle(panel).overflowY !== 'visible') {
        const above = place.getBoundingClientRect().top - panel.getBoundingClientRect().top;
        panel.scrollIntoView({block: 'nearest'});
        panel.scrollTop = place === reading ? 0 : panel.scrollTop + above - panel.clientHeight / 3;
    } else place.scrollIntoView({block: place === reading ? 'start' : 'center'});
};
element.addEventListener('click', (event) => { if (event.target.closest('[data-back]')) trigger('back'); });
watch('value', show);
show();
