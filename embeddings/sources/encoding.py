"""Bytes → text. The encoding is the one in which the text has the most everyday characters."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from embeddings.errors import SourceCode, SourceError

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In the order in which they are met; the first wins where two read a text equally well. Windows writes cp950 for Big5.
_ENCODINGS = ("utf-8", "gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
_SAMPLE_BYTES = 32_768
# Measured on sentences of news: 30 characters score 0.9 or more in their own encoding and 0.72 at most in another,
# 1,000 characters 0.94 and 0.45. Pictures, programs and Latin text in code page 1252 score 0.12 at most.
_PLAUSIBLE = 0.5
# Of the bytes; a file with more faults than this has lost more than anybody could make up for.
_MOST_FAULTS = 0.001
_MOST_STRANGE = 0.05  # of the characters; a text has few control characters
# How a text comes to be read wrongly and saved again: what it was read as, and what it was.
_MISREADINGS = (
    ("gb18030", "utf-8"),
    ("latin-1", "utf-8"),
    ("cp1252", "utf-8"),
    ("latin-1", "gb18030"),
    ("cp950", "gb18030"),
)
# Measured: what was misread scores 0.36 at most as it is and 0.69 at least when that is undone; any other text that is
# undone so scores nothing.
_PLAUSIBLE_AGAIN = 0.6
_KEPT = 0.9  # of its characters: a few letters with accents make a Chinese character in any encoding
_FEWEST_MISREAD = 8  # characters that are not ASCII
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_NOT_ASCII_TEXT = re.compile(r"[^\x00-\x7f]")
# The hundred characters that news uses most, in both scripts.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民"
    "得经十三之进着等部度家电力里如水化高自二理起小现实加量都两体制机当使点从业本去把性好应开日月市区今天将新"
    "這個為國時來們會發動過說產種後學經進著電裡現實兩體製機當點從業應開區將"
)
_PUNCTUATION = frozenset(
    "，。、；：？！“”‘’（）《》〈〉【】「」『』—…·　％～－．○〇－０１２３４５６７８９①②③④⑤■●◎★□◆▲　"
)


def decode(content: bytes, *, name: str) -> str:
    """The text of a file: UTF-8, UTF-16 with a mark or without, GB18030 or Big5; lines end in a mere line feed.

    The first half of a character at the very end is dropped; elsewhere bad bytes become U+FFFD where they are fewer
    than one in a thousand. A text that was read in a wrong encoding and saved again is undone where that is certain.
    Raises SourceError for more, and for what is no text, which calls the file by `name`.
    """
    encoding = _marked(content) or _plainly_utf8(content) or _most_plausible(content)
    text, faults = _decode(content, encoding) if encoding else ("", 0)
    text = _without_misreading(text, name=name)
    if not encoding or _share_of_strange(text[:4096]) >= _MOST_STRANGE:
        raise SourceError(SourceCode.NOT_TEXT, name=name)
    if faults >= max(1, len(content) * _MOST_FAULTS):
        raise SourceError(SourceCode.GARBLED, name=name, n=faults, encoding=encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without_misreading(text: str, *, name: str) -> str:
    """The text as it was before it was read in a wrong encoding and saved again; any other text as it is.

    Raises SourceError where some of its characters are lost for good.
    """
    first = _NOT_ASCII_TEXT.search(text)
    sample = text[first.start() :][: _SAMPLE_BYTES // 4] if first else ""
    if (
        len(_NOT_ASCII_TEXT.findall(sample)) < _FEWEST_MISREAD
        or _plausibility(sample.encode("utf-8", "replace"), "utf-8") >= _PLAUSIBLE
    ):
        return text
    for read_as, written_as in _MISREADINGS:
        remade = sample.encode(read_as, "ignore")
        kept = len(remade.decode(read_as, "ignore"))
        if kept < _KEPT * len(sample) or _plausibility(remade, written_as) < _PLAUSIBLE_AGAIN:
            continue
        try:
            return text.removeprefix("\ufeff").encode(read_as).decode(written_as)
        except UnicodeError as error:
            raise SourceError(SourceCode.MISREAD, name=name, read_as=read_as, written_as=written_as) from error
    return text


def _marked(content: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")


def _plainly_utf8(content: bytes) -> str:
    """Hardly any text of another encoding is by chance valid UTF-8; a text with NUL bytes may be UTF-16."""
    if b"\x00" in content:
        return ""
    text, faults = _decode(content, "utf-8", strict=True)
    head = text[:4096]
    # What was misread as Latin-1 has its control characters, too.
    is_latin = bool(_NOT_ASCII_TEXT.search(head)) and max(head) <= "\xff"
    return "utf-8" if text and not faults and (is_latin or _share_of_strange(head) < _MOST_STRANGE) else ""


def _most_plausible(content: bytes) -> str:
    sample = _sample(content)
    scores = {encoding: _plausibility(sample, encoding) for encoding in _ENCODINGS}
    best = max(_ENCODINGS, key=lambda encoding: scores[encoding])
    return best if scores[best] >= _PLAUSIBLE else ""


def _sample(content: bytes) -> bytes:
    """Where the encoding shows: from the first byte that is not ASCII, or the beginning where there are NUL bytes."""
    first = _NOT_ASCII.search(content)
    if first is None or b"\x00" in content[: first.start() + _SAMPLE_BYTES]:
        return content[:_SAMPLE_BYTES]
    # An even start keeps the halves of UTF-16 together, and a byte of ASCII before the first that is not does no harm.
    start = first.start() & ~1
    return content[start : start + _SAMPLE_BYTES]


def _plausibility(sample: bytes, encoding: str) -> float:
    """How much a sample looks like Chinese text, 0 to 1: everyday characters count for it, faults against it."""
    text, faults = _decode(sample, encoding)
    telling = [character for character in text if not " " <= character <= "~" and character not in "\t\n\r\f\ufffd"]
    if not telling and not faults:
        return 1.0 if text else 0.0
    score = sum(_worth(character) for character in telling)
    return max(0.0, score / (len(telling) + 2 * faults))


def _worth(character: str) -> float:
    if character in _FREQUENT or character in _PUNCTUATION:
        return 1.0
    if _is_everyday(character):
        return 0.9
    return -0.5 if _is_strange(character) else 0.0


@lru_cache(maxsize=30_000)
def _is_everyday(character: str) -> bool:
    """Whether it is on the first level of GB 2312 or of Big5, which hold the characters in common use."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            code = character.encode(encoding)
        except UnicodeEncodeError:
            continue
        if len(code) == 2 and first <= code[0] <= last:
            return True
    return False


def _decode(content: bytes, encoding: str, *, strict: bool = False) -> tuple[str, int]:
    """The text without the first half of a character at its end, and how many faults it has; "" where too many."""
    try:
        # What is not final may end in the middle of a character.
        return codecs.getincrementaldecoder(encoding)("strict").decode(content, final=False), 0
    except UnicodeDecodeError:
        if strict:
            return "", 1
    text = codecs.getincrementaldecoder(encoding)("replace").decode(content, final=False)
    return text, text.count("\ufffd")


def _share_of_strange(text: str) -> float:
    return sum(map(_is_strange, text)) / max(1, len(text))


def _is_strange(character: str) -> bool:
    """Control and private-use characters, on which the bytes of a picture fall."""
    return (
        (character < " " and character not in "\t\n\r\f")
        or "\x7f" <= character < "\xa0"
        or "\ud800" <= character <= "\uf8ff"
    )
