// The page for other programs: its language, and its own address where ADDRESS stands.
if (!navigator.language.toLowerCase().startsWith('zh')) {
    document.documentElement.lang = 'en';
    document.title = 'For other programs · 公报问答';
}
document.addEventListener('DOMContentLoaded', () => {
    const here = location.href.replace(/\/programs\/?([?#].*)?$/, '');
    for (const part of document.querySelectorAll('pre, code')) part.textContent = part.textContent.replaceAll('ADDRESS', here);
});
