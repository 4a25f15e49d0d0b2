// The panel beside the conversation: cards of passages, or the article that is read.
let opening = null; // what was asked for, as the events take it
element.addEventListener('click', (event) => {
    if (event.target.closest('[data-back]')) { trigger('back'); return; }
    const card = event.target.closest('[data-passage]');
    // Selecting words in order to copy them is not a wish to open the article.
    if (!card || !getSelection().isCollapsed) return;
    const {turn} = card.closest('.evidence').dataset;
    opening = {rank: Number(card.dataset.passage), turn: Number(turn)};
    trigger('article', opening);
});
// Back and forth, the panel shows what it showed: the cards, or the article that was read.
document.addEventListener('bulletin-beside', (event) => {
    const opened = event.detail, reading = element.querySelector('.reading');
    if (!opened) { if (reading) trigger('back'); return; }
    opening = opened;
    trigger(opened.article ? 'read' : 'article', opened);
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
        const {article, issue} = reading.dataset;
        // A neighbour is asked for by `reading.js`, and the first article by its card.
        const isFirst = opening && !opening.article && (opening.shown || article) === article;
        opening = isFirst ? {...opening, shown: article} : {article, issue, start: 0, end: 0, rank: left};
        bulletin.address.beside(opening);
        reading.querySelector('h2').focus({preventScroll: true});
        show(reading.querySelector('mark') || reading.querySelector('.passage') || reading, panel);
        return;
    }
    const card = left && element.querySelector(`[data-passage="${left}"]`);
    opening = null;
    bulletin.address.beside(null);
    if (card) { card.querySelector('button').focus({preventScroll: true}); show(card, panel); }
    else if (panel) panel.scrollTop = 0;
    left = null;
    document.dispatchEvent(new CustomEvent('bulletin-evidence'));
});
