// Every state of the page that has a name has an address: a tab, an issue, a search, an article, a conversation. What the
// user does adds to the browser's history, and what the archive does changes the address in place. Going back and forth
// brings the parts of the page to what the address names, through events that their own scripts listen to.
(() => {
    const OF_BROWSING = ['article', 'issue', 'topic', 'find', 'within', 'section', 'since', 'until'];
    const OWN = [...OF_BROWSING, 'tab', 'conversation'];
    const fieldsOf = (query) => new URLSearchParams(query);
    const tabOf = (fields) => (OF_BROWSING.some((name) => fields.has(name)) ? 'browse' : fields.get('tab') || 'ask');
    const tabs = () => [...document.querySelectorAll(bulletin.gradio.tabs)];
    const isShown = (tab) => tab.getAttribute('aria-selected') === 'true';

    const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent(`bulletin-${name}`, {detail}));
    const now = {tab: tabOf(fieldsOf(location.search)), list: '', reading: '', isReading: false, conversation: '', beside: null};
    let cause = null; // what the user pressed last, until it has led somewhere
    let later = null; // what is to be read beside a conversation that is on its way
    let isReturning = true; // until the user does something: the page comes to its address, and not the other way round

    const ours = (place) => String(new URLSearchParams([...fieldsOf(place)].filter(([name]) => OF_BROWSING.includes(name))));
    const query = () => {
        if (now.tab === 'browse') return (now.isReading && now.reading) || now.list || '?tab=browse';
        if (now.tab !== 'ask') return `?tab=${now.tab}`;
        return now.conversation ? `?conversation=${encodeURIComponent(now.conversation)}` : '';
    };
    // What others put into the address stays.
    const address = () => {
        const fields = fieldsOf(location.search);
        OWN.forEach((name) => fields.delete(name));
        fieldsOf(query()).forEach((value, name) => fields.set(name, value));
        const rest = fields.toString();
        return location.pathname + (rest ? `?${rest}` : '');
    };
    const said = (element) => {
        if (!element) return '';
        const copy = element.cloneNode(true);
        copy.querySelectorAll(document.documentElement.lang === 'en' ? '.zh' : '.en').forEach((one) => one.remove());
        return copy.textContent.trim();
    };
    const title = () => {
        const find = (part) => said(document.querySelector(part));
        const shown = {
            ask: () => (now.beside && find('#evidence .reading h2')) || find('#chat .asked'),
            browse: () => (now.isReading && find('#opened .reading h2')) || find('#catalogue h2'),
        }[now.tab];
        const name = shown ? shown() : said(tabs().find(isShown));
        const page = bulletin.gradio.name();
        const whole = name ? `${name} · ${page}` : page;
        if (document.title !== whole) document.title = whole;
    };
    const sameState = (state) => JSON.stringify(state?.beside ?? null) === JSON.stringify(now.beside);
    const tell = (leads = cause) => {
        title();
        if (isReturning) return;
        const to = address();
        const isSame = to === location.pathname + location.search && sameState(history.state);
        if (isSame) return;
        history[leads ? 'pushState' : 'replaceState']({beside: now.beside}, '', to);
        cause = null;
    };

    bulletin.address = {
        // The lists of the tab for browsing show what an address names, "" for all issues.
        list: (place) => {
            if (place === now.list) { title(); return; }
            Object.assign(now, {list: place, isReading: false});
            tell();
        },
        // The article that is read there; "" for none.
        reading: (place) => {
            const isAsBefore = place === (now.isReading ? now.reading : '');
            Object.assign(now, {reading: place, isReading: Boolean(place)});
            if (isAsBefore) title();
            else tell();
        },
        // The article that is read beside an answer, as the panel can bring it back; null for none.
        beside: (opened) => {
            now.beside = opened;
            tell();
        },
        // The conversation that is shown, by its id. The first question gives it its name where it stands.
        conversation: (id) => {
            if (id === now.conversation) return;
            const isOther = cause?.closest?.('[data-kept], #new-conversation');
            now.conversation = id;
            if (id === later?.conversation) { setTimeout(dispatch, 0, 'beside', later.beside); later = null; }
            if (isOther) { now.beside = null; tell(); return; }
            if (tabOf(fieldsOf(location.search)) !== 'ask' || now.tab !== 'ask') return;
            history.replaceState(history.state, '', address());
            title();
        },
        asked: () => fieldsOf(location.search).get('conversation') || '',
    };

    const show = (name) => {
        const tab = tabs().find((one) => one.dataset.tabId === name);
        if (tab && !isShown(tab)) tab.click();
        return Boolean(tab);
    };
    // Gradio makes the lists when their tab is opened first; what they are to show waits for them.
    let awaited = null;
    const send = (detail) => {
        awaited = detail;
        dispatch('go', detail);
    };
    bulletin.address.awaited = () => {
        const detail = awaited;
        awaited = null;
        return detail;
    };
    const look = () => {
        const shown = tabs().find(isShown)?.dataset.tabId;
        if (!shown || shown === now.tab) return;
        if (isReturning && !cause && now.tab !== 'ask' && shown === 'ask') return; // gradio opens the first one first
        now.tab = shown;
        tell();
    };
    const come = (state, isChosen = false) => {
        const fields = fieldsOf(location.search);
        const tab = tabOf(fields);
        if (!show(tab)) return;
        now.tab = tab;
        if (tab === 'browse') {
            // What was turned away from may still be open.
            if (fields.has('article') && ours(now.reading) === ours(location.search)) now.isReading = true;
            else if (ours(query()) !== ours(location.search)) send({query: location.search, isChosen});
        }
        if (tab === 'ask') {
            const conversation = fields.get('conversation') || '';
            if (conversation === now.conversation) dispatch('beside', state?.beside ?? null);
            else if (conversation) {
                later = {conversation, beside: state?.beside ?? null};
                dispatch('pick', {id: conversation});
            }
            else document.querySelector('#new-conversation')?.click();
        }
        title();
    };
    // To another place of the page, by what its address has behind the page's own.
    bulletin.address.go = (place) => {
        const fields = fieldsOf(location.search);
        OWN.forEach((name) => fields.delete(name));
        fieldsOf(place).forEach((value, name) => fields.set(name, value));
        history.pushState({beside: null}, '', `${location.pathname}?${fields}`);
        isReturning = true;
        cause = null;
        come(null, true);
    };
    // What leads there when it is pressed.
    document.addEventListener('click', (event) => {
        const {go} = event.target.closest?.('[data-go]')?.dataset ?? {};
        if (go !== undefined) bulletin.address.go(go);
    });
    addEventListener('popstate', (event) => {
        isReturning = true;
        cause = null;
        come(event.state);
    });
    const act = (event) => {
        if (!event.isTrusted || event.key && event.key !== 'Enter' && !event.key.startsWith('Arrow') && event.key !== ' ') return;
        isReturning = false;
        cause = event.target;
        // A conversation is chosen from any tab, and stands in its own.
        if (cause.closest?.('[data-kept], #new-conversation') && !event.key) show('ask');
    };
    document.addEventListener('click', act, true);
    document.addEventListener('keydown', act, true);
    new MutationObserver(look).observe(document, {subtree: true, attributes: true, attributeFilter: ['aria-selected']});
    document.addEventListener('bulletin-drawn', () => {
        // A tab that this page does not have is none.
        if (isReturning && !cause && tabs().length && !show(now.tab)) now.tab = 'ask';
        title();
    });
})();
