// Words that are marked in an article become a question, with that article as its place.
(() => {
    const MOST = 80; // characters that are asked about
    const words = given.words;
    const box = document.createElement('div');
    box.id = 'ask-marked';
    box.hidden = true;
    let marked = null; // what was marked, and where

    const button = (key, name) => Object.assign(document.createElement('button'), {
        type: name === 'submit' ? 'submit' : 'button', textContent: bulletin.says(words[key]),
    });
    const close = () => { box.hidden = true; box.replaceChildren(); marked = null; };
    const article = (selection) => {
        const node = selection.rangeCount ? selection.getRangeAt(0).commonAncestorContainer : null;
        const element = node instanceof Element ? node : node?.parentElement;
        return element?.closest('.reading .body') ? element.closest('.reading') : null;
    };
    const place = (range) => {
        const at = range.getBoundingClientRect();
        const left = Math.min(Math.max(8, at.left), innerWidth - box.offsetWidth - 8);
        const below = at.bottom + 8 + box.offsetHeight < innerHeight ? at.bottom + 8 : Math.max(8, at.top - box.offsetHeight - 8);
        Object.assign(box.style, {left: `${left}px`, top: `${below}px`});
    };
    const offer = () => {
        const selection = getSelection();
        if (box.contains(document.activeElement)) return; // a question is being typed
        const shown = selection.isCollapsed ? null : article(selection);
        const text = shown ? selection.toString().replace(/\s+/g, ' ').trim() : '';
        if (!text) { close(); return; }
        const title = shown.querySelector('h2');
        marked = {
            text: text.length > MOST ? `${text.slice(0, MOST)}……` : text,
            title: title.querySelector('[lang=zh]') ? title.textContent.trim() : '',
            issue: shown.dataset.issue,
        };
        const ask = button('ask_marked');
        ask.addEventListener('click', form);
        box.replaceChildren(ask);
        box.hidden = false;
        place(selection.getRangeAt(0));
    };
    const form = () => {
        const asked = document.createElement('form');
        const quoted = Object.assign(document.createElement('p'), {textContent: `“${marked.text}”`, lang: 'zh'});
        const field = Object.assign(document.createElement('input'), {type: 'text', maxLength: 200});
        field.setAttribute('aria-label', bulletin.says(words.ask_marked));
        field.placeholder = bulletin.says(words.ask_marked_hint);
        const cancel = button('cancel');
        cancel.addEventListener('click', close);
        asked.append(quoted, field, button('ask', 'submit'), cancel);
        asked.addEventListener('submit', (event) => {
            event.preventDefault();
            const {text, title, issue} = marked;
            const question = field.value.trim();
            close();
            getSelection().removeAllRanges();
            [...document.querySelectorAll(bulletin.gradio.tabs)].find((one) => one.dataset.tabId === 'ask')?.click();
            document.dispatchEvent(new CustomEvent('bulletin-marked', {detail: {text, title, issue, question}}));
        });
        const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
        box.replaceChildren(asked);
        if (range) place(range);
        field.focus();
    };
    document.addEventListener('selectionchange', () => { clearTimeout(offer.due); offer.due = setTimeout(offer, 200); });
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && !box.hidden) close(); });
    addEventListener('scroll', () => { if (!box.hidden && !box.querySelector('form')) close(); }, true);
    const begin = () => document.body.append(box);
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
    else begin();
})();
