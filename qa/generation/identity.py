"""Who somebody is, where a text says it by a title or a calling before the name: 县三中教师张三, 张三是县三中的教师."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.generation import vocabulary as words
from qa.generation.tokens import Token
from qa.generation.turns import COPULA

_LONGEST_NAME, _LONGEST_TITLE = 4, 12  # characters of a person's name, and of one in quotes
_LONGEST_LISTED = 8  # tokens of a second calling
# With one of these before it, a calling is another: 副院长, 原院长, 总经理, 助理教练.
_OTHERS = words.word_set("副 前 原 代 准 总 名誉 荣誉 候补 助理 见习 实习 假 非 候任 代理 女 男 未 已故")
_DOUBTS = words.word_set("""
    不 没有 非 未 否认 假 冒充 自称 谎称 声称 疑似 涉嫌 可能 拟 计划 如果 若 扮演 饰演 假扮 希望 预计 将 建议 提名
    竞选 申请 所谓
    传 网传 据传 谣 反对 拒绝
""")
_GOES_ON = words.word_set("的 、 与 及 以及 等 家 之")


def who_is_what(clause: Sequence[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    """The name of a person and what a clause calls them (张三是教师)."""
    for place, token in enumerate(clause):
        if token.text not in COPULA or not 0 < place < len(clause) - 1:
            continue
        name = list(clause[:place])
        said = "".join(one.text for one in name)
        is_person = 1 < len(said) <= _LONGEST_NAME and said[0] in words.SURNAMES and not name[0].quantity
        if is_person or (name[0].opens_quote and len(said) <= _LONGEST_TITLE):
            yield name, list(clause[place + 1 :])


def is_called_so(name: Sequence[Token], calling: Sequence[Token], window: Sequence[Token]) -> bool:
    """Whether a name stands in a text right behind a calling, which is one of a person and is not limited."""
    if not name[0].opens_quote and not "".join(token.text for token in calling).endswith(words.TITLES):
        return False
    for start in range(1, len(window) - len(name) + 1):
        stretch = window[start : start + len(name)]
        if not all(mine.says(theirs) for mine, theirs in zip(name, stretch, strict=True)):
            continue
        if name[0].opens_quote and not stretch[0].opens_quote:
            continue
        end = start + len(name)
        if end < len(window) and window[end].clause == window[start].clause and window[end].text in _GOES_ON:
            continue
        begins = _begin_of(calling, window, start)
        if begins is not None and _is_sure(window, begins):
            return True
    return False


def _begin_of(calling: Sequence[Token], window: Sequence[Token], end: int) -> int | None:
    """Where the calling begins that ends at a place; None where it does not stand there."""
    mine, theirs = len(calling) - 1, end - 1
    listed = next((at for at in range(theirs, max(-1, theirs - _LONGEST_LISTED), -1) if window[at].text == "、"), None)
    is_second = listed is not None and "".join(one.text for one in window[listed + 1 : end]).endswith(words.TITLES)
    if listed is not None and is_second and not calling[-1].says(window[theirs]):
        theirs = listed - 1  # 张三的徒弟、大学生李四
    while mine >= 0:
        if theirs >= 0 and window[theirs].clause == window[end].clause and calling[mine].says(window[theirs]):
            mine, theirs = mine - 1, theirs - 1
        elif calling[mine].text in ("的", "该") or _is_one(calling[mine]):
            mine -= 1
        elif theirs >= 0 and window[theirs].text == "的":
            theirs -= 1
        else:
            return None
    return theirs + 1


def _is_one(token: Token) -> bool:
    count = token.quantity
    return bool(count and count.value == 1 and count.counts_people and not count.bound and not count.is_ordinal)


def _is_sure(window: Sequence[Token], begins: int) -> bool:
    clause = window[begins].clause
    before = [token for token in window[:begins] if token.clause == clause]
    if before and before[-1].text in _OTHERS:
        return False
    return not any(token.text in _DOUBTS for token in before)
