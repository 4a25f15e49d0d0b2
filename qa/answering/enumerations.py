"""Several things: whether a question asks for them, and the words of a sentence that name them, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings import fold, fold_to_words, folded_pairs, read_numeral
from qa.answering.evidence.features import likeliest_edges
from qa.query.question import Query, read_question
from qa.types import Passage

Span = tuple[int, int]  # [start, end) in an article's body

COUNT = r"[两二三四五六七八九十\d]+"
_NOT_TIME = r"(?!个?[年天月日号点时周])"
_ASKS_FOR_LIST = re.compile(
    rf"哪些|哪几{_NOT_TIME}|哪{COUNT}{_NOT_TIME}|分别|有(?:什么|谁|哪(?!年|天|一))|都[^,。?]{{0,6}}?(?:谁|什么|哪)"
    r"|(?:包括|包含|涉及)(?:了)?(?:什么|谁)|由(?:什么|谁)[^,。?]{0,8}组成|列出|列举"
    rf"|各(?!位|种各|界|行各|显|有千)[^,。?]{{0,6}}?(?:哪|几|多少|什么|怎么|是谁)"
    rf"|{COUNT}(?<!一)[条件点项种招步个][\u4e00-\u9fff]{{0,6}}?(?:是|叫|有)(?:什么|哪)"
    r"|些(?:什么|啥)|\bwhich (?:\w+ )?\w+s\b|\bwhat are\b|\bwho are\b|\blist (?:the|all)\b"
)
# What is asked for stands behind 哪些; it is mostly two characters long, and an item need not say it of itself.
_KIND = re.compile(
    rf"(?:哪些|哪几|哪{COUNT}|什么)[个位名家种项座支条类所场]?"
    r"(?P<kind>[人国省市县区镇村](?![民员际家力物间])|[\u4e00-\u9fff]{2})"
)
_CLAUSE = re.compile(r"(?:《[^》\n]{1,40}》|[^，,。；;：:！!？?（）()\n])+")  # a title may have marks in it
_PAIR = re.compile(
    r"以及|(?<=..)(?:(?<![维共总饱温柔缓])和(?![平谐解气睦])|(?<![参])与(?!会)|(?<![普涉触顾])及(?!时|格))(?=..)"
)
_SIDE_BY_SIDE = r"(?<=[》”])(?=[《“])"  # 《甲》《乙》, “甲”“乙”
_BETWEEN_ALL = re.compile(rf"、|{_SIDE_BY_SIDE}|{_PAIR.pattern}")
_BETWEEN = re.compile(rf"、|{_SIDE_BY_SIDE}|以及|[和与及]")
# Words that lead up to the first item, and words that go on behind the last.
_LEADS = re.compile(r"包括|包含|分别[是为]?|来自|位于|通往|具有|涵盖|涉及|例如|先后|[有是为在到由从自对向把被将给至的]")
_FOLLOWS = re.compile(
    r"等|[的是在将已被把]|还在|分别|收获|获得|夺得|拿下|参加|参与|举行|开展|进行|一并|一应|纷纷|先后|宣布|发布"
)
# What sums an enumeration up behind its last item: 3个点, 等地, 等人群密集场所.
_SUMMED_UP = re.compile(
    rf"(?<=..)(?:[这等共]*(?P<count>{COUNT})[大个家位名种项类条处所座支块道层样方省市县区乡镇村国][^、]{{0,8}}$|(?<![特一二三四平同高中初上下优劣均相不])等(?![级额候待]))"
)
_SUMMED_UP_WITHIN = re.compile(
    rf"(?<=..)(?:(?P<count>{COUNT})[大个家位名种项类条处所座支块道层样方省市县区乡镇村国]"
    r"|(?<![特一二三四平同高中初上下优劣均相不])等(?![级额候待]))"
)
_DONE = re.compile(r"[\u4e00-\u9fff]{1,5}?了(?![解])(?=..)")
_JOINTLY = re.compile(r"(?<=..)(?:联合|共同|一起|一同|分别)$")
_BOUND = re.compile(r"[，,。；;：:！!？?（）()\n]")


def asks_for_list(query: Query) -> bool:
    """Whether a question asks for several things."""
    return _ASKS_FOR_LIST.search(fold(query.text)) is not None


def enumerates(text: str) -> bool:
    """Whether some words name several things."""
    return "、" in text or _PAIR.search(text) is not None


def whole_list(body: str, short: Span, *, query: Query, sentence: Span) -> Span:
    """The words that answer, widened to the enumeration of which they are a part; as they are where there is none.

    Where the question tells how many there are (哪六有), or the words are its own, they give way to an enumeration of
    the sentence that fits better.
    """
    if (better := _better_list(body, short, query, sentence)) is not None:
        return better
    clauses = _clauses(body, short)
    if len(clauses) > 1:
        # 五省已经收完，四省还在收: the clause that alone says what the question says.
        about = folded_pairs(predicate_of(query))
        said = [len(folded_pairs(body[slice(*clause)]) & about) for clause in clauses]
        chosen = max(range(len(clauses)), key=said.__getitem__)
        if not said[chosen] or any(2 * other > said[chosen] for at, other in enumerate(said) if at != chosen):
            return short
        clauses = [clauses[chosen]]
        short = max(short[0], clauses[0][0]), min(short[1], clauses[0][1])
    items = list(_items(body, clauses[0], short)) if clauses else []
    touched = [place for place, (start, end) in enumerate(items) if start < short[1] and short[0] < end]
    if len(items) < 2 or not touched:
        return short
    start = short[0] if touched[0] == 0 else _after_lead(body, *items[:2])
    end = short[1] if touched[-1] == len(items) - 1 else _before_rest(body, items[-1])
    return min(start, short[0]), max(end, short[1])


def _better_list(body: str, short: Span, query: Query, sentence: Span) -> Span | None:
    lists = []
    for clause in _clauses(body, sentence):
        items = list(_items(body, clause, short))
        if len(items) > 1:
            lists.append((len(items), (_after_lead(body, *items[:2]), _before_rest(body, items[-1]))))
    if any(start < short[1] and short[0] < end for _, (start, end) in lists):
        return None
    count = _number_asked(query)
    counted = [span for length, span in lists if length == count]
    if len(counted) == 1:
        return counted[0]
    own = fold_to_words(body[slice(*short)]) in fold_to_words(query.text)
    return max(lists)[1] if lists and own else None


def _number_asked(query: Query) -> int:
    """How many things a question says that there are (哪五省: 5); 0 when it does not say."""
    match = re.search(rf"哪({COUNT})", fold(query.text))
    if match is None:
        return 0
    return read_numeral(match[1]) or 0


def _clauses(body: str, span: Span) -> list[Span]:
    """The stretches between marks that a span touches; quotation marks part none (“甲”、“乙”)."""
    line = body.rfind("\n", 0, span[0]) + 1
    return [match.span() for match in _CLAUSE.finditer(body, line) if match.start() < span[1] and span[0] < match.end()]


def _items(body: str, clause: Span, short: Span) -> Iterator[Span]:
    """The parts of a clause between 、, and between 和 where 、 or the words that answer stand beside it."""
    start = clause[0]
    for match in _BETWEEN.finditer(body, *clause):
        # Another 和 may be part of a word (参与, 和平).
        if match[0] in ("、", "") or match.start() == short[1] or match.end() == short[0]:
            yield start, match.start()
            start = match.end()
    yield start, clause[1]


def _after_lead(body: str, item: Span, second: Span) -> int:
    """Where the first item begins, behind the words that lead up to it; these are its own if the next has them too."""
    leads = [match for match in _LEADS.finditer(body, *item) if match.end() < item[1]]
    if not leads:
        return item[0]
    return leads[-1].start() if body.startswith(leads[-1][0], second[0]) else leads[-1].end()


def _before_rest(body: str, item: Span) -> int:
    """Where the last item ends, before the words that go on."""
    match = _FOLLOWS.search(body, item[0] + 1, item[1])
    return match.start() if match else item[1]


def items_alone(passage: Passage, short: Span, sentence: Span, *, told: Span) -> Span:
    """An enumeration from where the reader sees its first item begin to where it sees its last one end.

    `told` is what the reader took for the answer, before it was widened to the enumeration.

    Of 49 questions on held-out local news that ask for several things, all items are right for 0.61, and for 0.47 where
    words that lead up to them and go on behind them are told by a list of such words alone.
    """
    body = passage.article.body
    everywhere = [match.span() for match in _BETWEEN_ALL.finditer(body, *short)]
    between = [one for one in everywhere if not _is_quoted(body, short[0], one[0])] or everywhere
    if not between:
        return short
    before = [match.end() for match in _BOUND.finditer(body, sentence[0], short[0])]
    after = _BOUND.search(body, short[1], sentence[1])
    first = before[-1] if before else sentence[0], between[0][0]
    last = between[-1][1], after.start() if after else sentence[1]
    start, end = likeliest_edges(passage, first, last) or short
    summed_up = _SUMMED_UP.search(body, last[0], end)
    if summed_up and (summed_up["count"] is None or read_numeral(summed_up["count"]) == len(between) + 1):
        end = summed_up.start()
    end = _where_it_is_over(body, start, end, beyond=told[0])
    start, end = _without_what_is_done(body, start, end)
    return _with_outer_marks(body, start, end)


def _without_what_is_done(body: str, start: int, end: int) -> Span:
    """Items without what is done with them: 雨伞、水杯 of 领了雨伞、水杯, 文联、作协 of 文联、作协联合."""
    items = _BETWEEN_ALL.split(body[start:end])
    done = _DONE.match(items[0])
    if done and len(items) > 1 and not any("了" in item for item in items[1:]):
        start += done.end()
    jointly = _JOINTLY.search(body[:end], start)
    return start, jointly.start() if jointly else end


def _is_quoted(body: str, start: int, place: int) -> bool:
    """Whether a place stands in quotation marks that open behind `start`: 甲、乙合办“你来、我往”活动 has two items."""
    return body.count("“", start, place) > body.count("”", start, place)


def _with_outer_marks(body: str, start: int, end: int) -> Span:
    """The whole of “甲”“乙”, where a span begins and ends within the marks."""
    for opening, closing in ("《》", "“”"):
        if f"{closing}{opening}" in body[start:end]:
            start -= body.startswith(opening, start - 1) if start else 0
            end += body.startswith(closing, end)
    return start, end


def _where_it_is_over(body: str, start: int, end: int, *, beyond: int) -> int:
    """Where an enumeration ends before what sums it up, if other words, and perhaps another one, follow in it.

    沙洲 is the last item of 河口、沙洲等地采集水样、土样, and 县医院 that of 镇医院、县医院两家选派内科、外科的医生.
    What sums up something that is over before `beyond` is passed over.
    """
    for match in _SUMMED_UP_WITHIN.finditer(body, max(start, beyond), end):
        items = len(_BETWEEN_ALL.findall(body[start : match.start()])) + 1
        further = _BETWEEN_ALL.search(body, match.end(), end)
        # 不得用石块等物投掷、不得…: what is summed up is within an item, since the next one begins as the first does.
        goes_on = further is not None and body[start : start + 2] == body[further.end() : further.end() + 2]
        if items > 1 and not goes_on and (match["count"] is None or read_numeral(match["count"]) == items):
            return match.start()
    return end


def predicate_of(query: Query) -> str:
    """What a question says of the things it asks for, without the word for their kind (哪些央行加息了: 加息了)."""
    rest = read_question(_KIND.sub("什么", fold(query.text))).about
    return rest if len(fold_to_words(rest)) > 1 and "什么" not in rest else query.about


def kind_of_items(question: str) -> str:
    """What a question calls the things that it asks for (哪些央行: 央行); "" where it does not say."""
    match = _KIND.search(fold(question))
    return match["kind"] if match else ""
