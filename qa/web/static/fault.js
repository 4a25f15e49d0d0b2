// An error of a form stands beside the field that caused it.
const mark = () => {
    const panel = document.querySelector(given.panel);
    panel?.querySelectorAll('.fault').forEach((one) => one.remove());
    panel?.querySelectorAll('[aria-invalid]').forEach((one) => one.removeAttribute('aria-invalid'));
    const trouble = element.querySelector('.trouble[data-field]');
    const field = trouble && panel?.querySelector(`.field-${trouble.dataset.field}`);
    const box = field?.querySelector('input, textarea');
    if (!box) return;
    const said = document.createElement('p');
    said.classList.add('fault');
    said.append(...[...trouble.childNodes].map((one) => one.cloneNode(true)));
    field.append(said);
    box.setAttribute('aria-invalid', 'true');
    box.focus({preventScroll: true});
    field.scrollIntoView({block: 'center'});
};
// The form is drawn with the article that is at fault.
watch('value', () => setTimeout(mark, 100));
