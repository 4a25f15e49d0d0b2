"""How the page speaks Chinese and English: the browser's language chooses.

Gradio's own parts take a word by its key (`labels`); pieces of HTML carry both, and `page.css` shows the one that the
page's `lang` asks for, so that what is stored or sent is the same for every user. What the bulletin says stays as
printed, and is marked as Chinese for those who hear the page. The words themselves stand in a table for each tab,
`qa/i18n/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any

from markupsafe import Markup, escape

from qa.i18n import answers, browse, chat, history, newsroom, staff

_TABLES = (chat, answers, browse, staff, history, newsroom)
_LABELS: dict[str, tuple[str, ...]] = {key: forms for table in _TABLES for key, forms in table.LABELS.items()}
_WORDS: dict[str, tuple[str, ...]] = {
    **_LABELS,
    **{key: forms for table in _TABLES for key, forms in table.SAID.items()},
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_HAN = r"\u2e80-\u9fff\uff00-\uffef"
_AMID_ENGLISH = re.compile(f"([{_HAN}](?:[{_HAN}0-9 ·—-]*[{_HAN}])?)")  # a name or a quote amid English words


class Words(str):
    """What the page says: a text in Chinese that knows itself in English. Where one language can stand, it is Chinese.

    What is cut out of it, or put together with it by other means than `words` and `joined`, is Chinese only.
    """

    english: str

    def __new__(cls, chinese: str, english: str) -> Words:
        """Keep the English beside the text."""
        made = super().__new__(cls, chinese)
        made.english = english
        return made

    def __html__(self) -> Markup:
        """Both languages; templates ask for this wherever they write a text."""
        return as_html(self)

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.english


def words(key: str, **values: Any) -> Words:
    """What the page says by this name, with values put in; a value may be Words, too. `n` is what is counted."""
    chinese, *forms = _WORDS[key]
    english = forms[-1] if values.get("n") == 1 else forms[0]
    title = values.get("title")
    if isinstance(title, Words):  # what stands for a title that is not there is no title
        chinese, english = chinese.replace("《{title}》", "{title}"), english.replace("“{title}”", "{title}")
    elif isinstance(title, str) and "《{title}》" in chinese:
        # A name inside a title has single marks (GB/T 15834).
        values = {**values, "title": Words(title.replace("《", "〈").replace("》", "〉"), title)}
    return Words(chinese.format(**values), english.format(**{name: _english(one) for name, one in values.items()}))


def joined(separator: str, parts: Iterable[str]) -> Words:
    """Texts put together; those that are nothing are left out. A separator may be Words, too."""
    there = [part for part in parts if part]
    return Words(separator.join(there), str(_english(separator)).join(map(str, map(_english, there))))


def changed(text: str, change: Callable[[str], str]) -> Words:
    """A text that was changed, in each of its languages alike."""
    return Words(change(str(text)), change(str(_english(text))))


def as_html(text: str) -> Markup:
    """A text as HTML, escaped: in both languages where it has them."""
    if not isinstance(text, Words):
        return escape(text)
    chinese = escape(str(text))
    if text.english == text:
        return chinese
    both = Markup('<span class="zh">{}</span><span class="en" lang="en">{}</span>')
    return both.format(chinese, _marked_chinese(text.english))


def _marked_chinese(english: str) -> Markup:
    """A text in English as HTML, the Chinese in it marked as such."""
    marked = Markup('<span lang="zh">{}</span>')
    # Split by a group, the Chinese stands at the odd places.
    parts = enumerate(_AMID_ENGLISH.split(english))
    return Markup().join(marked.format(part) if at % 2 else part for at, part in parts)


def as_printed(text: str) -> Markup:
    """What the bulletin says as HTML, escaped and marked as Chinese. Words, which the page says instead, are not."""
    return as_html(text) if isinstance(text, Words) or not text else Markup('<span lang="zh">{}</span>').format(text)


def as_typed(text: str) -> Markup:
    """What a user says as HTML, escaped: its language is not known."""
    return Markup('<span lang="">{}</span>').format(str(text))


def both(key: str, **values: Any) -> Markup:
    """What the page says by this name as HTML, in both languages."""
    return as_html(words(key, **values))


def chinese(key: str) -> str:
    """A word in Chinese, for where only one language can stand."""
    return _WORDS[key][0]


def named(text: str) -> Markup:
    """The attributes that give an element its name for a screen reader; `page.js` sees to English."""
    label = Markup(' aria-label="{}"').format(str(text))
    return label + Markup(' data-en="{}"').format(text.english) if isinstance(text, Words) else label


class Language(str, Enum):
    """A language that is spoken here. StrEnum needs Python 3.11."""

    CHINESE = "zh"
    ENGLISH = "en"

    __str__ = str.__str__


def said_in(language: Language, text: str) -> str:
    """A text in one language; as it is, where it has but one."""
    return str(_english(text)).strip() if language is Language.ENGLISH else str(text)


def language_of_request(headers: Mapping[str, str]) -> Language:
    """The language that a browser's request asks for."""
    wanted = headers.get("accept-language", "zh").strip().lower()
    return Language.CHINESE if wanted.startswith("zh") else Language.ENGLISH


def language_of_question(question: str) -> Language:
    """The language of a question: English where it has letters and no Han."""
    is_english = re.search("[A-Za-z]", question) and not re.search(f"[{_HAN}]", question)
    return Language.ENGLISH if is_english else Language.CHINESE


def in_language(text: str, headers: Mapping[str, str]) -> str:
    """A text for where neither HTML nor a label can stand, in the language that a browser's request asks for."""
    return said_in(language_of_request(headers), text)


def in_language_of(question: str, text: str) -> str:
    """A text for where there is no page, in the language of a question."""
    return said_in(language_of_question(question), text)


def both_languages(*keys: str) -> dict[str, tuple[str, str]]:
    """The words of some keys in Chinese and in English, for a script."""
    return {key: (_WORDS[key][0], _WORDS[key][1]) for key in keys}


def labels(gr: Any) -> Any:
    """The labels as a gr.I18n: call it with a key for a label, and give it to `launch`."""
    chinese = {key: forms[0] for key, forms in _LABELS.items()}
    english = {key: forms[1] for key, forms in _LABELS.items()}
    return gr.I18n(**{"en": english, "zh": chinese, "zh-CN": chinese, "zh-TW": chinese})


def day_words(day: date) -> Words:
    """A day as the page prints it."""
    return words("day", year=day.year, month=day.month, day=day.day, month_name=_MONTHS[day.month - 1])


def doubled_verb_words(verb: str, *, yes: bool, is_past: bool) -> Words:
    """The answer to a question with a doubled verb (开不开, 办没办), by that verb in Chinese."""
    chinese = (f"{verb}了。" if yes else f"没{verb}。") if is_past else (f"{verb}。" if yes else f"不{verb}。")
    return Words(chinese, str(_english(words("yes_is" if yes else "no_is"))))


def month_words(month: int, year: int | None = None) -> Words:
    """A month from 1 to 12, of a year or alone."""
    key = "month" if year else "month_alone"
    return words(key, year=year, month=month, month_name=_MONTHS[month - 1])


def _english(value: object) -> object:
    return value.english if isinstance(value, Words) else value
