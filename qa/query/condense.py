"""A long question → what fits: the question at the end of a paragraph, with as much before it as it leans on."""

from __future__ import annotations

import re

from embeddings import well_formed
from qa.query.question import MAX_QUESTION_CHARS, bare_runs

FITS = 100  # characters; a reader has no room for many more beside a passage
_PICTURE = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]*")
_LEANS = re.compile(
    r"^(?:那|这|他|她|它|其|该|请问)?(?:他|她|它|这|那|其)|^(?:是|在|有|为什么|什么时候|谁|多少|怎么|哪)"
)
_ASKS = re.compile(r"[？?]\s*$|吗\s*[。]?$|呢\s*[。]?$")


def without_pictures(text: str) -> str:
    """A text without its emoji, which no bulletin has; one of nothing else stays as it is."""
    bare = _PICTURE.sub(" ", text)
    return bare if bare.strip(" ？?。.！!，,") else text


def condensed(question: str) -> str:
    """A question as it is, where it fits; else the last sentence that asks, with what it leans on.

    Never longer than FITS characters, never empty for a question that has a character.
    """
    text = well_formed(" ".join(without_pictures(question[-8 * MAX_QUESTION_CHARS :]).split()))
    if len(text) <= FITS:
        return text
    sentences = [match[0].strip() for match in _SENTENCE.finditer(text) if match[0].strip()]
    asking = [place for place, sentence in enumerate(sentences) if _asks(sentence)]
    if not asking:
        return text[-FITS:].strip()
    place = asking[-1]
    chosen = sentences[place]
    if len(chosen) > FITS:
        chosen = _last_clauses(chosen)
    if place and _LEANS.match(chosen) and len(chosen) + 2 < FITS:
        chosen = f"{sentences[place - 1][: FITS - len(chosen)]}{chosen}"
    return chosen[-FITS:].strip()


def _asks(sentence: str) -> bool:
    covered = sum(end - start for start, end in bare_runs(sentence))
    return bool(_ASKS.search(sentence)) or covered < sum("\u3400" <= one <= "\u9fff" for one in sentence)


def _last_clauses(sentence: str) -> str:
    """As many clauses of the end of a sentence as fit."""
    clauses = re.split(r"(?<=[，,、：:])", sentence)
    kept = ""
    for clause in reversed(clauses):
        if len(clause) + len(kept) > FITS:
            break
        kept = clause + kept
    return kept or sentence[-FITS:]
