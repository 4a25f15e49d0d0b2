"""Text as readers write it and as it is compared: the folded form, sentences, and the units of lexical search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from opencc import OpenCC

_SENTENCE_ENDS = "。！？!?；;…"
_CLOSING_MARKS = "”’」』）)】》\"'"
_CLAUSE_ENDS = "，,、：:"
_SENTENCE = re.compile(rf"[^{_SENTENCE_ENDS}\n]*[{_SENTENCE_ENDS}]*[{_CLOSING_MARKS}]*\n*")
# The traditional forms of the characters that bylines, mastheads and editors' names are made of.
_TRADITIONAL = re.compile(
    "[記訊員報攝責編輯對電號農曆總週圖實習題專攔遺聲廢廣轉啟綜導評論聞網臺縣區黨組審閱製聯繫熱線郵讓]"
)
_NOT_WORD = re.compile(r"[\W_]+")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def fold(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case, simplified script. Its length may differ."""
    return str(_to_simplified().convert(unicodedata.normalize("NFKC", text).lower()))


def simplified(text: str) -> str:
    """The text in simplified script, character for character, so that places in it hold; else the text as it is."""
    converted = str(_to_simplified().convert(text))
    return converted if len(converted) == len(text) else text


def simplified_furniture(text: str) -> str:
    """`simplified`, for texts of bylines and mastheads; one without a word of theirs stays as it is.

    Nearly every line of a page is simplified already, and looking costs less than converting.
    """
    return simplified(text) if _TRADITIONAL.search(text) else text


def fold_to_words(text: str) -> str:
    """The folded text without spaces and punctuation, as answers are compared."""
    return _NOT_WORD.sub("", fold(text))


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end), in order; together they cover it exactly.

    A sentence ends at 。！？；… and the closing quotes after it, or at the end of a line. A full stop inside digits or
    letters (3.5, No.1) ends nothing, because the half-width stop is not among the marks.
    """
    spans = [(match.start(), match.end()) for match in _SENTENCE.finditer(text) if match.end() > match.start()]
    return _without_bare_marks(text, spans)


def _without_bare_marks(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join a span that holds no word character (a stray 。 or a lone quote) to the one before it."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not any(character.isalnum() for character in text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def split_long_sentence(text: str, start: int, end: int, *, max_chars: int) -> Iterator[tuple[int, int]]:
    """Cut `text[start:end]` into parts of at most `max_chars`, at the last comma that fits, or where it must."""
    while end - start > max_chars:
        window = text[start : start + max_chars]
        cut = max((window.rfind(mark) for mark in _CLAUSE_ENDS), default=-1) + 1
        # A comma in the first quarter would leave a crumb.
        if cut <= max_chars // 4:
            cut = max_chars
        yield start, start + cut
        start += cut
    yield start, end
