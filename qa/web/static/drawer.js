// The drawer of a user's conversations.
const says = (key) => bulletin.says(given.words[key]);
// What a question that is being answered says last is of its own conversation, and would be taken for this one's. So
// another conversation waits for that, two seconds at most.
const pick = (chosen, left = 20) => {
    if (left && document.querySelector('#stop')?.offsetParent) setTimeout(pick, 100, chosen, left - 1);
    else trigger('pick', chosen);
};
element.addEventListener('click', (event) => {
    const kept = event.target.closest('[data-kept]');
    if (kept) pick({id: kept.dataset.kept});
});
document.addEventListener('bulletin-pick', (event) => pick(event.detail));
// A machine that slept, or a server that began anew, may have lost what this window showed.
const wake = () => { if (!document.hidden) trigger('wake', {}); };
document.addEventListener('visibilitychange', wake);
addEventListener('online', wake);
// Gradio names its handle otherwise.
const handle = element.closest(bulletin.gradio.drawer)?.querySelector(bulletin.gradio.drawerHandle);
if (handle) { handle.setAttribute('aria-label', says('kept')); handle.title = says('kept'); }
// ... and a thumb that was chosen; the chat may come later than this.
const chosen = {[bulletin.gradio.liked]: says('voted_good'), [bulletin.gradio.disliked]: says('voted_bad')};
const translate = () => {
    for (const thumb of document.querySelectorAll(bulletin.gradio.votedThumbs)) {
        if (thumb.title === chosen[thumb.title]) continue;
        thumb.setAttribute('aria-label', chosen[thumb.title]);
        thumb.title = chosen[thumb.title];
    }
};
new MutationObserver(translate).observe(document.body, {subtree: true, childList: true, attributeFilter: ['title']});
