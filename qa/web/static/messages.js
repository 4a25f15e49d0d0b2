// What page.js says was done with a message or a suggestion becomes an event of the page.
// Gradio has a meaning of its own for `share`.
for (const name of ['retry', 'edit', 'undo', 'check', 'share_turn', 'marked']) {
    document.addEventListener(`bulletin-${name}`, (event) => trigger(name, event.detail));
}
element.addEventListener('click', (event) => {
    const next = event.target.closest('[data-question]');
    if (next) trigger('go_on', {question: next.dataset.question});
});
