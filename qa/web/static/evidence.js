// The panel beside the conversation: cards of passages, or the article that is read.
element.addEventListener('click', (event) => {
    if (event.target.closest('[data-back]')) { trigger('back'); return; }
    const card = event.target.closest('[data-passage]');
    // Selecting words in order to copy them is not a wish to open the article.
    if (card && getSelection().isCollapsed) trigger('article', {rank: Number(card.dataset.passage)});
});
// On a desk the panel scrolls and the page stays; on a phone there is only the page.
const show = (place, panel) => {
    if (panel && getComputedStyle(panel).overflowY !== 'visible') {
        const above = place.getBoundingClientRect().top - panel.getBoundingClientRect().top;
        panel.scrollTop += above - panel.clientHeight / 3;
    } else place.scrollIntoView({block: 'center'});
};
let left = null;
watch('value', () => {
    const reading = element.querySelector('.reading');
    const panel = element.closest('#evidence');
    if (reading) {
        left = Number(reading.dataset.rank);
        reading.querySelector('h2').focus({preventScroll: true});
        show(reading.querySelector('mark') || reading.querySelector('.passage') || reading, panel);
        return;
    }
    const card = left && element.querySelector(`[data-passage="${left}"]`);
    if (card) { card.querySelector('button').focus({preventScroll: true}); show(card, panel); }
    else if (panel) panel.scrollTop = 0;
    left = null;
    document.dispatchEvent(new CustomEvent('bulletin-evidence'));
});
