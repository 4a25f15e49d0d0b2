// What a user shares: its address, to be copied or taken back.
const fill = () => element.querySelectorAll('[data-share]').forEach((field) => {
    const root = bulletin.gradio.root().replace(/\/$/, '');
    field.value = `${root}/shared/${field.dataset.share}`;
});
element.addEventListener('click', async (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    if ('copyShare' in button.dataset) {
        const field = button.parentElement.querySelector('input');
        const done = await bulletin.copyText(field.value);
        field.select();
        if (done) bulletin.told(button, bulletin.says(given.words.copied));
    } else if ('revoke' in button.dataset) trigger('revoke', {id: button.dataset.revoke});
    else if ('closeShare' in button.dataset) trigger('put_away', {});
});
watch('value', () => {
    fill();
    const shown = element.querySelector('.shared-now');
    if (!shown) return;
    shown.scrollIntoView({block: 'nearest'});
    shown.querySelector('button').focus({preventScroll: true});
});
fill();
