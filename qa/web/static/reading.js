// What the reading view does wherever it stands: turns the page, copies its address, shows the printed page.
const says = (key) => bulletin.says(given.words[key]);
const fill = () => element.querySelectorAll('[data-address]').forEach((field) => {
    field.value = location.origin + location.pathname + field.dataset.address;
});
const copy = async (button) => {
    const field = button.parentElement.querySelector('input');
    const done = await bulletin.copyText(field.value);
    field.select();
    const said = button.parentElement.querySelector('[role=status]');
    said.textContent = says(done ? 'copied' : 'copy_by_hand');
};
const clip = async (button) => {
    const {key, of, start, end, sheet: page} = button.dataset;
    const asked = page ? {issue: of, page: Number(page)} : {article: key, issue: of, start: Number(start), end: Number(end)};
    const place = button.parentElement.querySelector('.clippings');
    button.disabled = true;
    place.textContent = says('printed_opening');
    try { place.innerHTML = await server.clip(asked); }
    catch (error) { place.textContent = says('not_printed'); button.disabled = false; return; }
    const sheet = place.querySelector('.sheet'), box = place.querySelector('.box');
    button.hidden = Boolean(sheet);
    if (!sheet) return;
    sheet.focus({preventScroll: true});
    await place.querySelector('img').decode();
    if (box) sheet.scrollTo(box.offsetLeft - 20, box.offsetTop - 60);
};
element.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const chosen = button.dataset;
    if (chosen.article !== undefined) {
        const reading = element.querySelector('.reading');
        const rank = reading ? Number(reading.dataset.rank) : 1;
        const [start, end] = [Number(chosen.start || 0), Number(chosen.end || 0)];
        trigger('read', {article: chosen.article, issue: chosen.issue, start, end, rank});
    } else if ('copy' in chosen) copy(button);
    else if ('clip' in chosen || 'sheet' in chosen) clip(button);
});
watch('value', fill);
fill();
