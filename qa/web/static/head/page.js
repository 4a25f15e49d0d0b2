// What the page does in the browser by itself: its language, its looks, and what is done with messages.
// Gradio draws the conversation and keeps no attributes of it but classes, so that buttons there are known by these.
(() => {
    const root = document.documentElement;
    const words = given.words; // each in both languages

    // What Gradio draws, by names that it does not promise. All scripts ask for its parts through this table alone, and
    // tests/web/test_gradio_dom.py holds each against the Gradio that is installed.
    const gradio = {
        message: '.message-content', // what a message says, with our own HTML in it
        messages: '#chat [data-testid="bot"], #chat [data-testid="user"]',
        answer: 'bot', // the data-testid of an answer
        log: '#chat [role="log"]',
        examples: '#chat .examples[role="list"]',
        liked: 'Liked', // the titles of the thumbs that were chosen
        disliked: 'Disliked',
        votedThumbs: '#chat [title="Liked"], #chat [title="Disliked"]',
        dropzone: '#dropped button[aria-label^="Click to upload"]',
        tabs: '#rooms [role="tab"]',
        drawer: '.sidebar',
        drawerHandle: '.toggle-button',
        drawerContent: '.sidebar-content',
        open: 'open', // a class of the drawer
        dark: 'dark', // a class of the body
        name: () => window.gradio_config.title,
        toastText: '[data-testid="toast-text"]',
        toastTitle: '.toast-title',
        toastClose: '[data-testid="toast-close"]',
        lost: 'Connection to the server was lost.', // how its toast begins
        root: () => window.gradio_config.root, // the page's own address
    };

    // In a frame of another site, browsers may deny the storage that Gradio takes for granted.
    for (const name of ['localStorage', 'sessionStorage']) {
        try { window[name].getItem(''); } catch {
            const held = new Map();
            const value = {
                getItem: (key) => held.get(String(key)) ?? null,
                setItem: (key, text) => { held.set(String(key), String(text)); },
                removeItem: (key) => { held.delete(String(key)); },
                clear: () => held.clear(),
                key: (place) => [...held.keys()][place] ?? null,
                get length() { return held.size; },
            };
            Object.defineProperty(window, name, {value, configurable: true});
        }
    }

    root.lang = navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';

    // What is embedded in another site's page has neither masthead nor staff side; page.css leaves them out.
    if (new URLSearchParams(location.search).get('embed') === '1') root.classList.add('embedded');

    // Large type and the dark look, remembered in this browser.
    const remembered = (name) => { try { return localStorage.getItem(`bulletin-${name}`); } catch { return null; } };
    const remember = (name, value) => { try { localStorage.setItem(`bulletin-${name}`, value); } catch { /* private */ } };
    // The dark look is Gradio's own.
    const holder = (name) => (name === 'dark' ? [document.body, gradio.dark] : [root, name]);
    const isOn = (name) => { const [element, kind] = holder(name); return element.classList.contains(kind); };
    const press = () => {
        for (const button of document.querySelectorAll('[data-look]')) {
            button.setAttribute('aria-pressed', String(isOn(button.dataset.look)));
        }
    };
    const look = (name, on) => {
        const [element, kind] = holder(name);
        element.classList.toggle(kind, on);
        press();
    };
    const restore = () => {
        if (root.classList.contains('embedded')) return;
        if (remembered('large')) look('large', remembered('large') === 'on');
        if (remembered('dark')) look('dark', remembered('dark') === 'on');
    };

    // A message's text for the clipboard, without its buttons.
    const plain = (message) => {
        const copy = message.cloneNode(true);
        for (const bar of copy.querySelectorAll('.doings, .editing, textarea')) bar.remove();
        for (const part of copy.querySelectorAll('.en, .zh')) if (!root.lang.startsWith(part.className)) part.remove();
        for (const block of copy.querySelectorAll('.said, .quote, .source, .taken')) block.append('\n');
        return copy.textContent.trim();
    };
    // Whether it could be copied. Browsers allow the first way on safe addresses and with permission only, and the second
    // nearly everywhere.
    const copyText = async (text) => {
        try { await navigator.clipboard.writeText(text); return true; } catch { /* the other way */ }
        const field = Object.assign(document.createElement('textarea'), {value: text});
        document.body.append(field);
        field.select();
        const done = document.execCommand('copy');
        field.remove();
        return done;
    };
    // What is said in both languages, Chinese first, in the page's own.
    const says = (pair) => pair[root.lang === 'en' ? 1 : 0];
    window.bulletin = {copyText, gradio, says, told: (button, text) => told(button, text)}; // for the parts' scripts, and for events.js
    const answered = (button) => button.closest(gradio.message);
    const told = (button, text) => {
        const before = button.innerHTML;
        button.textContent = text;
        setTimeout(() => { button.innerHTML = before; }, 1500);
    };
    const turnOf = (element) => Number(/(?:^|\s)turn-(\d+)/.exec(element.className)?.[1] ?? -1);

    // A question is edited where it stands.
    const edit = (button) => {
        const bubble = button.closest(gradio.message);
        const asked = bubble.querySelector('.asked');
        if (bubble.querySelector('textarea')) return;
        const field = Object.assign(document.createElement('textarea'), {value: asked.textContent, rows: 2});
        field.setAttribute('aria-label', button.textContent);
        const bar = document.createElement('div');
        bar.classList.add('editing');
        const [save, cancel] = ['save_question', 'cancel'].map((key) =>
            Object.assign(document.createElement('button'), {type: 'button', textContent: says(words[key])}));
        bar.append(save, cancel);
        const done = () => { field.remove(); bar.remove(); asked.hidden = false; button.focus(); };
        const ask = () => {
            const question = field.value.trim();
            const turn = turnOf(button);
            done();
            if (question) dispatch('edit', {turn, question});
        };
        cancel.addEventListener('click', (event) => { event.stopPropagation(); done(); });
        save.addEventListener('click', (event) => { event.stopPropagation(); ask(); });
        field.addEventListener('keydown', (event) => {
            if (event.isComposing || event.keyCode === 229) return;
            if (event.key === 'Escape') { event.stopPropagation(); done(); }
            if (event.key === 'Enter' && !event.shiftKey) {
                event.preventDefault();
                ask();
            }
        });
        asked.hidden = true;
        asked.after(field, bar);
        field.focus();
    };
    const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent(`bulletin-${name}`, {detail}));

    // A source is lit up in the evidence, at once or as soon as the evidence is that of its answer.
    let wanted = null;
    const lightUp = () => {
        const shown = document.querySelector('#evidence .evidence');
        if (!wanted || !shown || Number(shown.dataset.turn) !== wanted.turn) return;
        const {number} = wanted;
        const card = [...shown.querySelectorAll('.card')].find((one) => one.dataset.cites.split(' ').includes(number));
        wanted = null;
        if (!card) return;
        card.classList.remove('lit');
        void card.offsetWidth; // so that the light starts anew
        card.classList.add('lit');
        if (card.closest('details')) card.closest('details').open = true;
        // The quote is to be seen, which may stand below the fold of a long card, or after the quotes of other numbers.
        const quote = card.querySelector(`mark[data-cites~="${number}"]`) || card.querySelector('.byline mark') || card;
        quote.scrollIntoView({block: 'center', behavior: 'smooth'});
        card.querySelector('button').focus({preventScroll: true});
    };
    document.addEventListener('bulletin-evidence', lightUp);

    document.addEventListener('click', (event) => {
        const looks = event.target.closest?.('[data-look]');
        if (looks) {
            const on = !isOn(looks.dataset.look);
            look(looks.dataset.look, on);
            remember(looks.dataset.look, on ? 'on' : 'off');
            return;
        }
        if (event.target.closest?.('[data-print]')) { window.print(); return; }
        const whole = event.target.closest?.('[data-copy-all]');
        if (whole) {
            const said = (message) => `${message.getAttribute('aria-label')}: ${plain(message.querySelector(gradio.message) || message)}`;
            const text = [...document.querySelectorAll(gradio.messages)].map(said).join('\n\n');
            copyText(text).then((done) => { if (done) told(whole, says(words.copied)); });
            return;
        }
        if (event.target.closest?.('[data-share-all]')) { dispatch('share_turn', {turn: -1}); return; }
        const cite = event.target.closest?.('#chat a.cite');
        if (cite) {
            event.preventDefault();
            const turn = turnOf(answered(cite).querySelector('.doing'));
            wanted = {turn, number: cite.getAttribute('href').replace('#cite-', '')};
            lightUp();
            return; // the click goes on to the message, which brings up its evidence
        }
        const doing = event.target.closest?.('#chat .doing');
        if (!doing) return;
        event.stopPropagation();
        if (doing.classList.contains('copy')) {
            copyText(plain(answered(doing))).then((done) => { if (done) told(doing, says(words.copied)); });
        } else if (doing.classList.contains('edit')) edit(doing);
        else if (doing.classList.contains('retry')) dispatch('retry', {turn: turnOf(doing)});
        else if (doing.classList.contains('share')) dispatch('share_turn', {turn: turnOf(doing)});
        else if (doing.classList.contains('undo')) dispatch('undo', {turn: turnOf(doing)});
    }, true);

    // Enter that confirms a candidate of an input method is no wish to send.
    for (const kind of ['keydown', 'keypress', 'keyup']) {
        document.addEventListener(kind, (event) => {
            if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
        }, true);
    }

    // Gradio reads its messages' HTML out as their name; a screen reader is to hear who speaks, and then the message.
    const name = () => {
        for (const message of document.querySelectorAll(gradio.messages)) {
            const said = says(message.dataset.testid === gradio.answer ? words.answer : words.asked);
            if (message.getAttribute('aria-label') === said) continue;
            message.setAttribute('role', 'group');
            message.setAttribute('aria-label', said);
        }
        const log = document.querySelector(gradio.log);
        const title = says(words.conversation);
        if (log && log.getAttribute('aria-label') !== title) {
            log.setAttribute('aria-label', title);
            log.tabIndex = 0; // it scrolls, so that a keyboard must reach it
        }
        if (root.lang === 'en') {
            for (const one of document.querySelectorAll('[data-en]')) {
                if (one.getAttribute('aria-label') !== one.dataset.en) one.setAttribute('aria-label', one.dataset.en);
            }
        }
        // Its toasts speak English.
        for (const toast of document.querySelectorAll(gradio.toastText)) {
            if (toast.textContent.startsWith(gradio.lost)) tell(toast, says(words.connection_lost));
        }
        for (const title of document.querySelectorAll(gradio.toastTitle)) tell(title, says(words.trouble_title));
        for (const close of document.querySelectorAll(gradio.toastClose)) {
            if (close.getAttribute('aria-label') !== says(words.close)) close.setAttribute('aria-label', says(words.close));
        }
        // Gradio names the place for files in English only, and is found by that name.
        document.querySelector(gradio.dropzone)?.setAttribute('aria-label', says(words.choose_files));
        newest();
        // What is in the closed drawer stands beside the screen, where the focus must not go.
        const drawer = document.querySelector(gradio.drawer);
        const inside = drawer?.querySelector(gradio.drawerContent);
        if (inside && inside.inert === drawer.classList.contains(gradio.open)) inside.inert = !inside.inert;
        // The name that it gives to an example is English; what stands on it is its name.
        for (const one of document.querySelectorAll(`${gradio.examples} [aria-label]`)) one.removeAttribute('aria-label');
        // Its examples are buttons, which no list may hold.
        document.querySelector(gradio.examples)?.setAttribute('role', 'group');
        press();
        document.dispatchEvent(new CustomEvent('bulletin-drawn')); // for address.js
    };
    // The newest question stands at the top of the conversation, with the beginning of its answer under it.
    let seen = '';
    const newest = () => {
        const asked = [...document.querySelectorAll('#chat .asked')].pop();
        const log = document.querySelector(gradio.log);
        const now = `${document.querySelectorAll('#chat .asked').length} ${Boolean(document.querySelector('#chat .note.waiting'))}`;
        if (!asked || !log || now === seen) { if (!asked) seen = ''; return; }
        seen = now;
        const scrolls = (one) => one.scrollHeight > one.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(one).overflowY);
        const scroller = [log, ...log.querySelectorAll('*')].find(scrolls);
        const bubble = asked.closest(gradio.message) || asked;
        if (scroller) scroller.scrollTop += bubble.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 36;
        const top = bubble.getBoundingClientRect().top;
        if (top < 0 || top > innerHeight / 2) document.querySelector('#chat').scrollIntoView({block: 'start'});
    };
    const tell = (element, text) => { if (element.textContent.trim() !== text) element.textContent = text; };
    let due = 0;
    new MutationObserver(() => { if (!due) due = setTimeout(() => { due = 0; name(); }, 60); })
        .observe(root, {subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label', 'class']});
    const begin = () => {
        restore();
        // Gradio sets the look of the system when it has loaded, however late that is.
        new MutationObserver(restore).observe(document.body, {attributes: true, attributeFilter: ['class']});
    };
    // Gradio may write this script into a page that has loaded already.
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
    else begin();
})();
