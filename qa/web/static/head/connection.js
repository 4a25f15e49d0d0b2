// What is sent and never comes back: every wait has an end, and no question is lost with the connection.
(() => {
    const BOX = '#question textarea', SEND = '#ask button', WAITING = '#chat .note.waiting';
    const held = (name) => { try { return sessionStorage.getItem(`bulletin-${name}`) || ''; } catch { return ''; } };
    const hold = (name, text) => { try { sessionStorage.setItem(`bulletin-${name}`, text); } catch { /* private */ } };

    // Gradio can take an event back only when it knows its number, and asks to take back none until then: what was
    // cleared meanwhile would come back, or wait for ever. So whatever ends an answer waits until the number is there.
    const ENDING = '#chat .top-panel button, #stop, [data-kept], #new-conversation, #deleting button.primary';
    const LONGEST = 10000, STEP = 50; // milliseconds
    let joining = 0, isPassing = false;
    const send = window.fetch.bind(window);
    const isJoining = (what) => String(what?.url ?? what).includes('/queue/join');
    const isEnding = (what, options) =>
        /\/(cancel|reset)$/.test(String(what?.url ?? what)) && String(options?.body).includes('"event_id":null');
    window.fetch = async (what, options) => {
        // To end an answer, Gradio also takes back the event that follows it, which has no number yet and finds nothing to do.
        if (isEnding(what, options)) return new Response('{}', {headers: {'Content-Type': 'application/json'}});
        if (!isJoining(what)) return send(what, options);
        joining += 1;
        try { return await send(what, options); } catch (error) {
            const typed = document.querySelector(BOX)?.value.trim();
            if (typed && String(options?.body).includes(JSON.stringify(typed))) hold('unsent', typed);
            throw error;
        } finally { setTimeout(() => { joining -= 1; }, STEP); }
    };
    document.addEventListener('click', (event) => {
        const button = event.target.closest?.(ENDING);
        if (!button || !joining || isPassing) return;
        event.stopImmediatePropagation();
        event.preventDefault();
        const since = Date.now();
        const pass = () => {
            if (joining && Date.now() - since < LONGEST) { setTimeout(pass, STEP); return; }
            isPassing = true;
            button.click();
            isPassing = false;
        };
        pass();
    }, true);

    // Asks a question as if it had been typed.
    const type = (box, text) => {
        Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, text);
        box.dispatchEvent(new Event('input', {bubbles: true}));
    };
    const ask = (text) => {
        const box = document.querySelector(BOX), button = document.querySelector(SEND);
        if (!box || !button) return false;
        type(box, text);
        setTimeout(() => button.click(), STEP);
        return true;
    };
    Object.assign(bulletin, {ask, type});

    // What was typed outlives a reload, which Gradio orders as soon as the server is there again. What was sent in vain is
    // sent then.
    let isRestored = false;
    const restore = () => {
        const box = document.querySelector(BOX);
        // The examples come when the page can answer.
        if (isRestored || !box || !document.querySelector('#chat .example, #chat .asked')) return;
        isRestored = true;
        const unsent = held('unsent');
        hold('unsent', '');
        // An address may ask: once, so that a reload does not ask again.
        const fields = new URLSearchParams(location.search), asked = fields.get('q')?.trim();
        if (asked) {
            fields.delete('q');
            history.replaceState(history.state, '', location.pathname + (String(fields) && `?${fields}`));
        }
        if (asked || unsent) ask(asked || unsent);
        else if (held('draft') && !box.value) type(box, held('draft'));
    };
    const keep = () => { if (isRestored) hold('draft', document.querySelector(BOX)?.value ?? ''); };
    document.addEventListener('bulletin-drawn', () => { restore(); keep(); });
    document.addEventListener('input', (event) => { if (event.target.matches?.(BOX)) keep(); });

    // An answer that is waited for is looked after: it may have come while nobody drew it, or may never come.
    setInterval(() => {
        if (!document.hidden && document.querySelector(WAITING)) document.dispatchEvent(new CustomEvent('bulletin-check'));
    }, given.look);
})();
