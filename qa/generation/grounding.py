"""Whether the sentences of a written answer stand in the passages they cite.

Nothing written by a language model is shown as if the bulletin said it unless this finds it there: every sentence must
carry the number of a passage, that passage must have the numbers and most of the words of the sentence, and what it
does not have is marked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings import fold, share_of_pairs
from qa.answering import render
from qa.i18n import Words
from qa.types import Passage

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]?(?:\s*[\[［【]\d{1,2}[\]］】])*")
_REFERENCE = re.compile(r"[\[［【](\d{1,2})[\]］】]")
# With what it counts: the 12 of 12日 bears out no 12米.
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*\s*[\u4e00-\u9fff%]?")
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]{2,}")
_NOT_WORD = re.compile(r"[\W_]+")
_LEAST_SHARED = 0.6  # of a sentence's neighbouring characters, in the passage it cites


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of a written answer, without its references, and the numbers of the passages that bear it out."""

    text: str
    cited: tuple[int, ...]
    is_supported: bool


def check(text: str, passages: Sequence[Passage]) -> list[Written]:
    """The sentences of a text, each held against the passages it cites; passages are numbered from one."""
    return [_check(match[0], passages) for match in _SENTENCE.finditer(text) if _NOT_WORD.sub("", match[0])]


def _check(sentence: str, passages: Sequence[Passage]) -> Written:
    numbers = dict.fromkeys(int(number) for number in _REFERENCE.findall(sentence))
    said = _REFERENCE.sub("", sentence).strip()
    bearing = tuple(
        number for number in numbers if 1 <= number <= len(passages) and bears_out(passages[number - 1], said)
    )
    return Written(said, bearing, bool(bearing))


def bears_out(passage: Passage, sentence: str) -> bool:
    """Whether a passage says what a sentence says, as far as numbers and words tell.

    Every number of the sentence must stand in the passage or in what is known of its article, and so must a large share
    of its pairs of neighbouring characters: a paraphrase keeps the names and terms.
    """
    article = passage.article
    day = article.date
    dated = f"{day.year}年{day.month}月{day.day}日 {day.isoformat()}" if day else ""
    source = fold("\n".join((article.heading, passage.text, article.byline, article.issue.name, dated)))
    wanted = fold(sentence)
    if any(not _has_number(source, number) for number in _NUMBER.findall(wanted)):
        return False
    if any(number not in source for number in _HAN_NUMBER.findall(wanted)):
        return False
    bare, known = _NOT_WORD.sub("", wanted), _NOT_WORD.sub("", source)
    return share_of_pairs(bare, known) >= _LEAST_SHARED


def _has_number(source: str, number: str) -> bool:
    number = number.strip()
    ends = r"(?!\d|\.\d)" if number[-1].isdigit() else ""
    return re.search(rf"(?<![\d.]){re.escape(number)}{ends}", source) is not None


def shown(sentences: Sequence[Written]) -> Words:
    """The text with references that hold, and a mark where none does."""
    return render.written((sentence.text, sentence.cited) for sentence in sentences)
