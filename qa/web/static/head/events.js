// What Gradio's events call by name: each function gets the values of the event's inputs, and gives those of its outputs.
// Where an event needs more, that comes first, as an object.
Object.assign(window.bulletin, {
    same: (chosen) => chosen,
    // The view, and what this page's address asks for.
    withAddress: (view) => [view, location.search],
    // The user's key, and the conversation that the address names or that this window of the browser has shown.
    recall: (user) => {
        bulletin.user = user;
        return [user, bulletin.address.asked() || sessionStorage.getItem('bulletin-conversation') || ''];
    },
    remember: (current, user) => {
        bulletin.user = user; // by which the user's own questions are found, and nobody else's
        sessionStorage.setItem('bulletin-conversation', current || '');
        bulletin.address.conversation(current || '');
    },
    // Offers a file, as JSON of its name, its kind and its content in base 64, to the browser.
    save: (file) => {
        if (!file) return '';
        const {name, kind, content} = JSON.parse(file);
        const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([bytes], {type: kind}));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60000);
        return '';
    },
    // The password goes to a route of its own and never into Gradio's queue, which keeps what it is sent. Gives an empty
    // field, and why it was not taken.
    enter: async ({route, words}, typed, name) => {
        const answer = await fetch(bulletin.gradio.root() + route, {
            method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({password: typed, name}),
        }).then((response) => response.json()).catch(() => ({said: bulletin.says(words.server_gone)}));
        return ['', answer.said];
    },
    leave: async ({route}) => {
        await fetch(bulletin.gradio.root() + route, {method: 'POST'}).catch(() => null);
        location.replace(location.pathname); // not to the tab that was left
    },
});
