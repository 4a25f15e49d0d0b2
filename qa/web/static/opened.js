// The article that is read in the tab for browsing.
let wasReading = false;
// The address in the browser's own bar can be shared as well.
const tell = (address) => {
    const fields = new URLSearchParams(location.search);
    fields.delete('article');
    fields.delete('issue');
    new URLSearchParams(address).forEach((value, name) => fields.set(name, value));
    const rest = fields.toString();
    history.replaceState(history.state, '', location.pathname + (rest ? '?' + rest : ''));
};
const show = () => {
    const reading = element.querySelector('.reading'), panel = element.closest('#opened');
    if (!reading) {
        if (wasReading) {
            tell('');
            const from = document.querySelector('#browse [aria-current=location]');
            if (from) { from.focus({preventScroll: true}); from.scrollIntoView({block: 'center'}); }
        }
        wasReading = false;
        return;
    }
    wasReading = true;
    tell(element.querySelector('[data-address]').dataset.address);
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
