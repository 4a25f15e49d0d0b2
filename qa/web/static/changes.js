// The log of what the staff changed.
element.addEventListener('click', (event) => {
    const button = event.target.closest('[data-undo]');
    if (!button) return;
    button.disabled = true; // until the list is drawn anew
    trigger('undo', {number: Number(button.dataset.undo)});
});
