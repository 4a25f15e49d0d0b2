// Reads an answer or an article aloud by a voice of this machine. A voice that its maker's server speaks is not used: what
// is read would leave the machine.
(() => {
    const root = document.documentElement;
    const speech = window.speechSynthesis;
    if (!speech || !window.SpeechSynthesisUtterance) { root.classList.add('mute'); return; }
    const LONGEST = 160; // characters at a time; some browsers fall silent after a quarter of a minute
    const words = given.words;
    let reading = null; // the text that is read now

    const language = (text) => (/[\u3400-\u9fff]/.test(text) ? 'zh' : 'en');
    const voiceFor = (text) => speech.getVoices()
        .find((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language(text)));
    // Some browsers find their voices only after they are asked for them.
    const voices = () => new Promise((done) => {
        if (speech.getVoices().length) { done(); return; }
        speech.addEventListener('voiceschanged', () => done(), {once: true});
        setTimeout(done, 1000);
    });
    const pieces = (text) => {
        const found = [];
        for (const sentence of text.match(/[^。！？!?；;\n]+[。！？!?；;\n]*/g) || []) {
            const last = found.length - 1;
            if (last >= 0 && (found[last] + sentence).length <= LONGEST) found[last] += sentence;
            else for (let at = 0; at < sentence.length; at += LONGEST) found.push(sentence.slice(at, at + LONGEST));
        }
        return found.filter((piece) => piece.trim());
    };
    // What is said, without numbers of sources, buttons, and the other language.
    const said = (element) => {
        const copy = element.cloneNode(true);
        for (const part of copy.querySelectorAll('.reference, button, .number')) part.remove();
        for (const part of copy.querySelectorAll('.en, .zh')) if (!root.lang.startsWith(part.className)) part.remove();
        for (const block of copy.querySelectorAll('p, h2, .said, .quote')) block.append('\n');
        return copy.textContent.trim();
    };
    const textOf = (button) => {
        const article = button.closest('.reading');
        const parts = article ? article.querySelectorAll('h2, .deck, .body')
            : button.closest(bulletin.gradio.message).querySelectorAll('.own-word, .said, .quote');
        return [...parts].map(said).join('\n');
    };
    const mark = () => {
        for (const button of document.querySelectorAll('[data-speak], .doing.speak')) {
            const isOn = reading !== null && textOf(button) === reading;
            if ((button.getAttribute('aria-pressed') === 'true') === isOn) continue;
            button.setAttribute('aria-pressed', String(isOn));
            button.textContent = bulletin.says(isOn ? words.speak_stop : words.speak);
        }
    };
    const stop = () => { reading = null; speech.cancel(); mark(); };
    const read = async (button) => {
        const text = textOf(button);
        const isRead = reading === text;
        stop();
        if (isRead) return;
        await voices();
        const spoken = pieces(text).map((piece) => {
            const one = new SpeechSynthesisUtterance(piece);
            one.voice = voiceFor(piece) || null;
            one.lang = one.voice?.lang || '';
            one.rate = root.classList.contains('large') ? 0.85 : 1;
            return one;
        });
        if (!spoken.length || spoken.some((one) => !one.voice)) { bulletin.told(button, bulletin.says(words.speak_no_voice)); return; }
        reading = text;
        const isOver = () => { if (reading === text) { reading = null; mark(); } };
        spoken.at(-1).addEventListener('end', isOver);
        for (const one of spoken) one.addEventListener('error', isOver);
        spoken.forEach((one) => speech.speak(one));
        mark();
    };
    document.addEventListener('click', (event) => {
        const button = event.target.closest?.('[data-speak], #chat .doing.speak');
        if (!button) return;
        event.stopPropagation();
        read(button);
    }, true);
    document.addEventListener('bulletin-drawn', mark); // gradio draws messages anew
    addEventListener('pagehide', stop);
})();
