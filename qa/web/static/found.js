// What was found in a user's own conversations: a press opens the conversation.
element.addEventListener('click', (event) => {
    const kept = event.target.closest('[data-kept]');
    if (kept) document.dispatchEvent(new CustomEvent('bulletin-pick', {detail: {id: kept.dataset.kept}}));
});
