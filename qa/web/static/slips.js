// The articles of an issue that is proofread or corrected, as a list.
let chosen = false;
element.addEventListener('click', (event) => {
    const slip = event.target.closest('[data-slip]');
    if (!slip) return;
    chosen = true;
    trigger('choose', {place: Number(slip.dataset.slip)});
});
watch('value', () => {
    const current = element.querySelector('[aria-current]');
    if (!current) return;
    const above = current.getBoundingClientRect().top - element.getBoundingClientRect().top;
    if (above < 0 || above > element.clientHeight - current.clientHeight) element.scrollTop += above - 60;
    if (chosen) {
        current.focus({preventScroll: true});
        const form = element.closest('.editor').querySelector('.article-form');
        // On a phone the form stands under the list.
        if (innerWidth <= 760) form.scrollIntoView({block: 'start'});
    }
    chosen = false;
});
