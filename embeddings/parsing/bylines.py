"""Who wrote it and who took the picture: bylines, signatures in brackets, photo credits."""

from __future__ import annotations

import re

from embeddings.text.names import SURNAMES_IN_BYLINES
from embeddings.text.normalize import simplified_furniture
from embeddings.text.sentences import FULL_STOPS

# Longer than any byline seen in print; a longer line is a sentence about reporters.
_LONGEST_BYLINE = 60
NAME = r"(?:[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}·[\u4e00-\u9fff·]{1,12}|[\u4e00-\u9fff] [\u4e00-\u9fff])"
_NAMES = rf"{NAME}(?:[\s、，,]+{NAME}){{0,7}}"
_WORK = r"(?:文/图|图/文|文|图|摄|摄影|摄影报道|报道|综合报道|采写|撰文|整理|文并摄|供图|供稿|[/、 ])+"
HOUSE = r"(?:本报|本刊|本台|本网|全媒体|融媒体|新华社|[\u4e00-\u9fff]{2,8}(?:报|社|网|台|新闻|融媒|融媒体中心))"
_RANK = r"(?:首席|高级|资深|特约|见习|实习|驻站|特派|驻[\u4e00-\u9fff]{1,4}?|全媒体|融媒体|文字|摄影|学生|校园|小)*"
ROLE = rf"{_RANK}(?:记者|通讯员|评论员|观察员|撰稿人?|实习生)"
# 某某/文 某某/图: what each of them did, against the name.
_HIS_WORK = r"(?:\s*/\s*(?:文|图|摄影|摄|视频|报道))"
_NAMES_AT_WORK = rf"{_NAMES}{_HIS_WORK}?(?:[\s、，,]+{NAME}{_HIS_WORK}){{0,3}}"
ROLE_AND_NAMES = rf"(?:{HOUSE}\s*)?{ROLE}[\s:：/]*{_NAMES_AT_WORK}"
# The surname tells (某某) from a bracketed word where no sentence ends before it.
PERSON = rf"[{SURNAMES_IN_BYLINES}][\u4e00-\u9fff]{{1,2}}"
# 记者某某/某地报道, 记者某某某地报道: where it is told from stands behind the name, as in Taiwan.
NAMES_BEFORE_PLACE = rf"(?:{HOUSE}\s*)?{ROLE}\s*{PERSON}(?:[、，,]\s*{PERSON}){{0,3}}"
PLACE_OF_REPORT = r"(?:\s*[/／]\s*|\s*)[\u4e00-\u9fff]{2,6}?(?:综合|专题|即时|采访)?(?:报道|讯|电)"
_BYLINE = re.compile(
    rf"[□■◆●○◎▲△☆★\s]*(?:[【〔\[]本[报刊台网]讯[】〕\]]\s*)?(?:"
    # 本报记者 某某 文/图; a lone 记者 needs a space or mark before the name, or 记者走访发现 would be a byline.
    rf"(?:{HOUSE}\s*{ROLE}[\s:：/]*{_NAMES_AT_WORK}|{ROLE}[\s:：/]+{_NAMES_AT_WORK}|(?:记者|通讯员){PERSON})"
    # Bylines without spaces come as often: 本报记者某某通讯员某某.
    rf"(?:[\s、，,/]*{ROLE_AND_NAMES}){{0,3}}(?:[\s/]*{_WORK})?"
    rf"|{NAMES_BEFORE_PLACE}{PLACE_OF_REPORT}"
    rf"|本[报刊台网](?:综合|整理)(?:报道|消息)?"
    rf"|本报(?:特约)?评论员(?:\s+{NAME})?"
    rf"|(?:文/图|图/文|文|图|摄影|作者|撰文|供稿)\s*[:：/\s]\s*{_NAMES}(?:[\s/]+(?:图|文|摄影|摄)[\s:：/]+{_NAMES})?"
    r"|[\u4e00-\u9fff]{2,10}\s+供稿"
    rf"|(?:文图|图文|采写|整理|编译|编写)\s*[:：/]\s*{_NAMES}"
    rf"|{_NAMES}[\s/]+(?:文/图|图/文|文并摄)"
    rf"|{NAME}\s*/\s*文(?:\s+{NAME}\s*/\s*(?:图|摄))?"
    rf"|[□■◆●]\s*{_NAMES}"
    r")\s*"
)
# Every byline has one of these, and most lines have none, so most lines need no closer look.
_BYLINE_SIGN = re.compile("[记通评观撰实文图摄作供采整编综□■◆●]")
_BRACKETED_AT_END = re.compile(r"[（(]([^（()）]{2,40})[)）]$")
_AFTER_SENTENCE = f'{FULL_STOPS}”’"」』）)'
_BARE_NAMES = re.compile(_NAMES)
_SIGNED_ROLE = re.compile(
    rf"(?:{ROLE_AND_NAMES}[\s、，,/]*){{1,4}}(?:{_WORK})?|{_NAMES}\s*(?:供稿|报道|摄|摄影|文/图|整理)"
)
# Brackets that hold a word the size of a name and yet name nobody.
_NOT_NAMES = re.compile(
    "完|全文完|本[报刊台网]综合|综合|续|待续|未完待续|完结|略|下同|试行|草案|笑|掌声|节选|有删节|摘编|.*(?:图片|照片|资料|来源|截图|版权).*|.*(?:报|网|社|台|新闻)"
)
# The name is at the end, with 摄 against it; a bracket around both is common.
_CREDIT = re.compile(
    rf"(?P<before>[{FULL_STOPS}”」』）)\s]\s*)[（(]?(?P<credit>(?:{HOUSE}\s*)?(?:{ROLE}[\s:：/]*)?{_NAMES}"
    rf"\s*(?:/\s*)?(?:摄影报道|摄影|摄))[)）]?[。]?"
)
_OF_A_PICTURE = re.compile(r"[▲△▼▽]|(?:[上下左右]?图\s*(?:为|[：:])|图片说明)")
_BETWEEN_NAMES = re.compile(r"[\s、，,]+")
_TAIL = 80
_BEFORE_REPORTERS = ("讯", "电", "消息", "报道", "】")


def is_byline(text: str) -> bool:
    """Whether a line is a byline and nothing else: 本报记者 某某 文/图, 通讯员 某某, 某某/文."""
    text = simplified_furniture(text)
    if len(text) > _LONGEST_BYLINE or not _BYLINE_SIGN.search(text):
        return False
    text = text.strip("（()） ")
    if text.startswith(("【", "〔")) and text.endswith(("】", "〕")):
        text = text[1:-1]
    return _BYLINE.fullmatch(text) is not None


def split_signature(paragraph: str) -> tuple[str, str]:
    """The paragraph without the name that signs it, and that name without its brackets ("" where none signs).

    A signature stands behind the last sentence: `……。(某某)`, `……。（通讯员 某某）`, `……。本报记者 某某`.
    """
    return _as_printed(paragraph, _split_signature(simplified_furniture(paragraph)))


def _as_printed(printed: str, parts: tuple[str, str]) -> tuple[str, str]:
    """The same two parts of the text as it is printed; the parts were found in its simplified form."""
    before, name = parts
    at = simplified_furniture(printed).rfind(name)
    return (printed[: len(before)], printed[at : at + len(name)]) if name else (printed, "")


def _split_signature(paragraph: str) -> tuple[str, str]:
    tail_at = max(0, len(paragraph) - _TAIL)
    bracketed = _BRACKETED_AT_END.search(paragraph, tail_at) if paragraph.endswith((")", "）")) else None
    if bracketed:
        before, name = paragraph[: bracketed.start()].rstrip(), bracketed[1].strip()
        ends_sentence = not before or before[-1] in _AFTER_SENTENCE
        # 记者 and 报道 say who signs even where no full stop stands before; behind 讯 and 电 they open the story.
        is_told = all(map(is_person, _BETWEEN_NAMES.split(name))) or (
            _says_who(name) and not before.endswith(_BEFORE_REPORTERS)
        )
        signs = _signs(name) and (ends_sentence or is_told)
        return (before, name) if signs else (paragraph, "")
    if not _BYLINE_SIGN.search(paragraph, tail_at):
        return paragraph, ""
    sentence_end = max(paragraph.rfind(mark, tail_at) for mark in _AFTER_SENTENCE)
    name = paragraph[sentence_end + 1 :].strip()
    # A bracket that is still open says that the line was cut.
    if sentence_end >= 0 and name and not name.startswith(("（", "(")) and is_byline(name):
        return paragraph[: sentence_end + 1], name
    return paragraph, ""


def _signs(name: str) -> bool:
    if _NOT_NAMES.fullmatch(name):
        return False
    return _BARE_NAMES.fullmatch(name) is not None or _says_who(name)


def _says_who(name: str) -> bool:
    """Whether a name comes with the word for what it did: 记者 某某, 某某 供稿, 文/某某."""
    return any(pattern.fullmatch(name) for pattern in (_SIGNED_ROLE, _BYLINE))


def is_person(name: str) -> bool:
    """Whether two or three characters are likely a person's name, by the surname."""
    return len(name) in (2, 3) and name[0] in SURNAMES_IN_BYLINES


def split_credit(caption: str) -> tuple[str, str]:
    """The caption without its credit, and the credit as printed (`某某摄`; "" where it has none)."""
    return _as_printed(caption, _split_credit(simplified_furniture(caption)))


def is_caption(text: str) -> bool:
    """Whether a line says of itself that it stands under a picture, and whose that is."""
    return _OF_A_PICTURE.match(simplified_furniture(text)) is not None and split_credit(text)[1] != ""


def _split_credit(caption: str) -> tuple[str, str]:
    if "摄" not in caption[-6:]:
        return caption, ""
    tail_at = max(0, len(caption) - _TAIL)
    start = max((caption.rfind(mark, tail_at) for mark in f"{FULL_STOPS}”」』"), default=-1)
    # Without a sentence before it, the credit must at least stand apart: 某地一景 某某 摄.
    match = _last_credit(caption, max(tail_at, start))
    if match is None:
        return caption, ""
    return caption[: match.end("before")].rstrip(), match["credit"]


def _last_credit(caption: str, start: int) -> re.Match[str] | None:
    for at in range(start, len(caption)):
        match = _CREDIT.fullmatch(caption, at)
        if match:
            return match
    return None
