// The button that asks again without the words of time.
element.addEventListener('click', (event) => { if (event.target.closest('button')) trigger('any_time'); });
