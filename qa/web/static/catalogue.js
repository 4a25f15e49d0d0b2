// The lists of the tab for browsing: issues, headlines, what was found.
let chosen = false;
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const {article, issue, part, first} = button.dataset;
    if (article !== undefined) {
        const others = document.querySelectorAll('#browse [aria-current=location]');
        others.forEach((one) => one.removeAttribute('aria-current'));
        button.setAttribute('aria-current', 'location');
        trigger('read', {
            article, issue, start: Number(button.dataset.start || 0), end: Number(button.dataset.end || 0), rank: 1,
        });
        return;
    }
    chosen = true;
    if ('home' in button.dataset) trigger('home');
    else if (first !== undefined) trigger('jump', {first: Number(first)});
    else if ('mentions' in button.dataset) trigger('turn', {part: Number(part)});
    else if (issue !== undefined) trigger('open', {issue, part: Number(part || 0)});
});
// Two parts of the page have this script; the list of issues alone has places that have addresses.
const isMain = element.closest('#catalogue');
const go = () => {
    const detail = bulletin.address.awaited();
    if (!detail) return;
    chosen = detail.isChosen; // who pressed something is taken to what it brings
    trigger('go', detail);
};
if (isMain) {
    document.addEventListener('bulletin-go', go);
    setTimeout(go); // what was sent before this script ran
}
watch('value', () => {
    const {place} = element.querySelector('.catalogue')?.dataset ?? {};
    if (isMain && place !== undefined) bulletin.address.list(place);
    if (!chosen) return;
    chosen = false;
    const heading = element.querySelector('[tabindex="-1"], summary');
    if (!heading) return;
    heading.focus({preventScroll: true});
    heading.scrollIntoView({block: 'nearest'});
});
