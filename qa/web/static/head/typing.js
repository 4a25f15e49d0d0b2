// While a user types, the page offers titles, names, sections, and what the user has asked before.
(() => {
    const FIELDS = '#words input, #words textarea, #question textarea';
    const PAUSE = 150, LONGEST = 60; // milliseconds; characters
    const words = given.words;
    const box = document.createElement('div');
    box.id = 'suggested';
    box.hidden = true;
    const told = Object.assign(document.createElement('p'), {className: 'told'});
    told.setAttribute('role', 'status');
    let field = null, found = [], active = -1, due = 0, request = null, isChoosing = false;

    const stop = () => {
        clearTimeout(due);
        request?.abort();
        request = null;
    };
    const close = () => {
        stop();
        box.hidden = true;
        box.replaceChildren();
        told.textContent = '';
        found = [];
        active = -1;
        for (const name of ['aria-controls', 'aria-activedescendant']) field?.removeAttribute(name);
    };
    const mark = (place) => {
        active = place;
        box.querySelectorAll('[role=option]').forEach((one, at) => one.setAttribute('aria-selected', String(at === active)));
        const chosen = box.querySelector('[aria-selected=true]');
        if (chosen) { field.setAttribute('aria-activedescendant', chosen.id); chosen.scrollIntoView({block: 'nearest'}); }
        else field.removeAttribute('aria-activedescendant');
    };
    const place = () => {
        const at = field.getBoundingClientRect(), seen = window.visualViewport?.height ?? innerHeight;
        const below = seen - at.bottom - 12, above = at.top - 12;
        const isBelow = below >= Math.min(box.scrollHeight, 240) || below >= above;
        Object.assign(box.style, {
            left: `${at.left}px`, width: `${at.width}px`, maxHeight: `${Math.min(380, isBelow ? below : above)}px`,
            top: isBelow ? `${at.bottom + 4}px` : '', bottom: isBelow ? '' : `${innerHeight - at.top + 4}px`,
        });
    };
    const part = (name, text) => Object.assign(document.createElement('span'), {className: name, textContent: text});
    const show = (rows) => {
        found = rows;
        if (!rows.length) { close(); return; }
        const list = document.createElement('ul');
        list.setAttribute('role', 'listbox');
        list.id = 'suggested-list';
        list.setAttribute('aria-label', bulletin.says(words.typed_offered));
        rows.forEach(({kind, text, about}, at) => {
            const one = document.createElement('li');
            one.setAttribute('role', 'option');
            one.id = `suggested-${at}`;
            const said = part('name', text);
            if (kind !== 'question') said.lang = 'zh';
            one.append(part('kind', bulletin.says(words[`typed_${kind}`])), said, part('about', about));
            list.append(one);
        });
        box.replaceChildren(list);
        box.hidden = false;
        field.setAttribute('aria-autocomplete', 'list');
        field.setAttribute('aria-controls', list.id);
        told.textContent = bulletin.says(words.typed_found).replace('{n}', rows.length);
        mark(-1);
        place();
    };
    const look = async (typed) => {
        stop();
        request = new AbortController();
        const own = request;
        try {
            const response = await fetch(`${bulletin.gradio.root().replace(/\/$/, '')}/suggest`, {
                method: 'POST', headers: {'Content-Type': 'application/json'}, signal: own.signal,
                body: JSON.stringify({typed, user: bulletin.user || ''}),
            });
            if (!response.ok) return;
            const rows = await response.json();
            // Whoever has gone on, or sent it, wants none of it.
            if (own === request && document.activeElement === field && field.value.trim() === typed) show(rows);
        } catch { /* aborted, or without a connection: there is nothing to offer */ }
    };
    const choose = ({kind, text, address}) => {
        const isQuestion = kind === 'question' && field.matches('#question textarea');
        const at = field;
        close();
        if (isQuestion) {
            isChoosing = true;
            bulletin.type(at, text);
            isChoosing = false;
            at.focus();
        } else {
            at.blur();
            bulletin.address.go(address);
        }
    };
    document.addEventListener('input', (event) => {
        if (!event.target.matches?.(FIELDS) || isChoosing || event.isComposing) return;
        if (field !== event.target) close();
        field = event.target;
        stop();
        const typed = field.value.trim();
        if (!typed || typed.length > LONGEST || typed.includes('\n')) { close(); return; }
        due = setTimeout(look, PAUSE, typed);
    });
    document.addEventListener('compositionend', (event) => {
        if (event.target.matches?.(FIELDS)) event.target.dispatchEvent(new InputEvent('input', {bubbles: true}));
    });
    document.addEventListener('keydown', (event) => {
        if (event.target !== field || event.isComposing || event.keyCode === 229) return;
        if (event.key === 'Enter') {
            if (active < 0 || box.hidden) { close(); return; }
            event.preventDefault();
            event.stopImmediatePropagation();
            choose(found[active]);
        } else if (!box.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
            event.preventDefault();
            const count = found.length + 1; // and none of them
            mark((active + 1 + (event.key === 'ArrowDown' ? 1 : count - 1)) % count - 1);
        } else if (!box.hidden && event.key === 'Escape') {
            event.preventDefault();
            event.stopImmediatePropagation();
            close();
        } else if (event.key === 'Tab') close();
    }, true);
    // The field keeps the focus, so that a press on what is offered does not close it first.
    box.addEventListener('pointerdown', (event) => event.preventDefault());
    box.addEventListener('mousedown', (event) => event.preventDefault());
    box.addEventListener('click', (event) => {
        const one = event.target.closest('[role=option]');
        if (one) choose(found[[...one.parentElement.children].indexOf(one)]);
    });
    document.addEventListener('focusout', (event) => { if (event.target === field) close(); });
    addEventListener('resize', () => { if (!box.hidden) place(); });
    addEventListener('scroll', (event) => { if (!box.hidden && !box.contains(event.target)) place(); }, true);
    const begin = () => document.body.append(box, told);
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
    else begin();
})();
