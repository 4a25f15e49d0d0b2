// A question box for another site: <script src="https://HOST/widget.js" defer></script> where it is to stand.
// The site's origin must stand in BULLETIN_SITES; data-key gives a key where calls need one, data-into the id of an element.
(() => {
    const script = document.currentScript;
    const base = new URL('./', script.src);
    const lang = script.dataset.lang || document.documentElement.lang || navigator.language;
    const zh = lang.toLowerCase().startsWith('zh');
    // The page puts the words of its tables here: by their key in Chinese and in English.
    const words = Object.fromEntries(Object.entries(WORDS).map(([key, forms]) => [key, forms[zh ? 0 : 1]]));
    const style = `
        :host { display: block; max-width: 640px; font: 16px/1.6 system-ui, sans-serif; color: CanvasText; }
        form { display: flex; gap: 8px; }
        input { flex: 1; min-width: 0; padding: 8px 10px; font: inherit; border: 1px solid GrayText; border-radius: 4px; }
        button { padding: 8px 14px; font: inherit; cursor: pointer; }
        .answer { margin: 12px 0 4px; font-weight: 600; white-space: pre-line; }
        blockquote { margin: 4px 0; padding-left: 10px; border-left: 3px solid #8f2a1f; }
        ul { margin: 6px 0; padding-left: 20px; }
        @media (max-width: 360px) { form { flex-direction: column; } }`;

    const element = (name, text = '', attributes = {}) => {
        const made = document.createElement(name);
        made.textContent = text;
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        return made;
    };
    const host = element('div', '', {lang: zh ? 'zh-CN' : 'en'});
    const root = host.attachShadow({mode: 'open'});
    const form = element('form');
    const input = element('input', '', {type: 'search', maxlength: '500', placeholder: words.ask_anything, 'aria-label': words.ask_anything});
    const button = element('button', words.ask, {type: 'submit'});
    const told = element('div', '', {'aria-live': 'polite'});
    form.append(input, button);
    root.append(element('style', style), form, told);

    const earlier = [];
    const linked = (source) => {
        const address = new URL(base);
        address.search = new URLSearchParams({article: source.article_id, issue: source.issue_id});
        const line = element('li');
        const day = source.date ? ` · ${source.date}` : '';
        line.append(element('a', source.title || source.issue, {href: address.href, target: '_blank', rel: 'noopener'}), `${day} · ${source.issue}`);
        return line;
    };
    const show = (answer) => {
        told.replaceChildren(element('p', answer.text, {class: 'answer'}));
        if (answer.quote && !answer.text.includes(answer.quote)) told.append(element('blockquote', answer.quote, {lang: 'zh-CN'}));
        const sources = answer.abstained ? answer.passages.slice(0, 3) : answer.citations;
        if (!sources.length) return;
        if (answer.abstained) told.append(element('p', words.nearest));
        const list = element('ul');
        const seen = new Set();
        for (const source of sources) {
            const key = `${source.issue_id}/${source.article_id}`;
            if (!seen.has(key)) list.append(linked(source));
            seen.add(key);
        }
        told.append(list);
    };
    form.addEventListener('submit', async (event) => {
        event.preventDefault();
        const question = input.value.trim();
        if (!question || button.disabled) return;
        button.disabled = true;
        told.replaceChildren(element('p', words.waiting));
        try {
            const headers = {'Content-Type': 'application/json', 'Accept-Language': zh ? 'zh-CN' : 'en'};
            if (script.dataset.key) headers.Authorization = `Bearer ${script.dataset.key}`;
            const body = JSON.stringify({question, earlier: earlier.slice(-5)});
            const response = await fetch(new URL('v1/ask', base), {method: 'POST', headers, body, credentials: 'omit'});
            const answer = await response.json();
            if (response.ok) {
                show(answer);
                earlier.push(question);
            } else told.replaceChildren(element('p', answer.error ? answer.error.message : words.not_done));
        } catch {
            told.replaceChildren(element('p', words.not_done));
        }
        button.disabled = false;
    });
    const place = script.dataset.into && document.getElementById(script.dataset.into);
    if (place) place.append(host);
    else script.after(host);
})();
