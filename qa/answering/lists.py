"""Questions that ask for several things: the whole enumeration of a sentence, and every sentence that adds to it.

A list is complete where it is printed at once (四川、湖北、河南…五省已经收完), so the words that answer are widened to
the whole of it. Where sentences or articles tell an item each (英国央行加息；瑞士央行加息), a sentence counts that says
of something else what the best sentence says: it is likely to answer by itself, and it has as much of what the question
says of its items. A sentence that merely mentions the subject has less, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings import CELL_MARK, Snapshot, column_names, fold, fold_to_words, folded_pairs, read_numeral, told_rows
from qa.answering.features import READ_FEATURES, Evidence, likeliest_edges, short_answer
from qa.answering.spans import trim
from qa.query.contrast import asks_who_not, stretch_asked
from qa.query.question import Query, read_question
from qa.types import Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray

Span = tuple[int, int]  # [start, end) in an article's body

_COUNT = r"[两二三四五六七八九十\d]+"
_NOT_TIME = r"(?!个?[年天月日号点时周])"
_ASKS_FOR_LIST = re.compile(
    rf"哪些|哪几{_NOT_TIME}|哪{_COUNT}{_NOT_TIME}|分别|有(?:什么|谁|哪(?!年|天|一))|都[^,。?]{{0,6}}?(?:谁|什么|哪)"
    r"|(?:包括|包含|涉及)(?:了)?(?:什么|谁)|由(?:什么|谁)[^,。?]{0,8}组成|列出|列举"
    r"|些(?:什么|啥)|\bwhich (?:\w+ )?\w+s\b|\bwhat are\b|\bwho are\b|\blist (?:the|all)\b"
)
# What is asked for stands behind 哪些; it is mostly two characters long, and an item need not say it of itself.
_KIND = re.compile(
    rf"(?:哪些|哪几|哪{_COUNT}|什么)[个位名家种项座支条类所场]?"
    r"(?P<kind>[人国省市县区镇村](?![民员际家力物间])|[\u4e00-\u9fff]{2})"
)
_LEAST_SHARED = 0.8  # of what the best sentence has of the question, in a sentence that adds an item
_LEAST_ODDS = 0.0  # in log-odds: such a sentence is as likely as not to answer
_MARGIN = 2.0  # ... and not seven times less likely than the best
_SAME = 1.0  # in log-odds: sentences this close are equals, and one that enumerates goes first
_LEAST_SEEN = -5.0  # log-probability that the answer stands in such a sentence: the reader does not rule it out
_PASSAGE_ANSWERS = READ_FEATURES.index("reader: passage answers")
_STANDS_HERE = READ_FEATURES.index("reader: answer stands here")
_LONGEST_ITEM = 20  # characters, of a thing that stands in no enumeration
_MOST = 12  # sentences of one list

_ANNOUNCES = re.compile(
    rf"(?:{_COUNT}(?:件|条|个|点|项|种|招|步|类|大)[^，。；：:]{{0,8}}|如下|包括|分别是|建议|措施|要求|办法)[：:](?=..)"
)
_CONDITION = re.compile(r"超过|不到|以上|以下|以内|高于|低于|多于|少于|最[多少高低大小早晚长短]|没有?(?!谁)|[不未]")
_FIRST_FEW = re.compile(r"前(?P<count>[两二三四五六七八九十]|\d+)")
# A day with a title, a title, a number: how the lines of a list begin.
_MARKED_HEAD = re.compile(r"(?:\d{1,2}月\d{1,2}日)?[^，。：:]{0,4}《》|\d{1,2}月\d{1,2}日[：: ]|\d{1,2}[.．、]")
_NAMED, _FIGURES = re.compile(r"《[^》]*》"), re.compile(r"\d+")
_RANKED = re.compile(r"(?:冠军|亚军|季军|第[\d一二三四五六七八九十]{1,3}名)[：: ]")
_FEWEST_ALIKE = 3  # lines
_SEMICOLONS = ("；", ";")
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
    rf"(?<=..)(?:[这等共]*(?P<count>{_COUNT})[大个家位名种项类条处所座支块道层样方省市县区乡镇村国][^、]{{0,8}}$|(?<![特一二三四平同高中初上下优劣均相不])等(?![级额候待]))"
)
_SUMMED_UP_WITHIN = re.compile(
    rf"(?<=..)(?:(?P<count>{_COUNT})[大个家位名种项类条处所座支块道层样方省市县区乡镇村国]"
    r"|(?<![特一二三四平同高中初上下优劣均相不])等(?![级额候待]))"
)
_DONE = re.compile(r"[\u4e00-\u9fff]{1,5}?了(?![解])(?=..)")
_JOINTLY = re.compile(r"(?<=..)(?:联合|共同|一起|一同|分别)$")
_BOUND = re.compile(r"[，,。；;：:！!？?（）()\n]")


def asks_for_list(query: Query) -> bool:
    """Whether a question asks for several things."""
    return _ASKS_FOR_LIST.search(fold(query.text)) is not None


def best_listed(
    query: Query, passages: Sequence[Passage], evidence: Evidence, scores: NDArray[np.float64], snapshot: Snapshot
) -> int:
    """The best sentence; where it tells one thing alone, one that enumerates and answers nearly as well."""
    best = int(scores.argmax())
    if evidence.read is None:
        return best
    read = evidence.read[:, _STANDS_HERE]
    near = []
    if not _enumerates_there(query, passages, evidence, best):
        near = [place for place in _alike(query, evidence, scores, snapshot, best) if _is_seen(place, best, evidence)]
    equal = [int(place) for place in np.flatnonzero(scores >= scores[best] - _SAME) if read[place] > read[best]]
    listing = [place for place in {*near, *equal} if _enumerates_there(query, passages, evidence, place)]
    return max(listing, key=lambda place: (float(read[place]), -place), default=best)


def _alike(query: Query, evidence: Evidence, scores: NDArray[np.float64], snapshot: Snapshot, best: int) -> list[int]:
    """The other sentences that say of something what the best one says, the likeliest first."""
    texts = [sentence.text for sentence in evidence.sentences]
    # What a question says of its items, weighted by how telling it is.
    shared = snapshot.term_statistics(predicate_of(query)).found_in(texts).share()
    least = max(_LEAST_ODDS, float(scores[best]) - _MARGIN)
    match = _KIND.search(fold(query.text))
    kind = match["kind"] if match and len(match["kind"]) > 1 and match["kind"] in fold(texts[best]) else ""
    return [
        place
        for place in map(int, np.argsort(-scores, kind="stable"))
        if place != best
        and scores[place] >= least
        and (evidence.fits[place] or not evidence.fits[best])
        and shared[place] >= _LEAST_SHARED * shared[best] > 0
        and kind in fold(texts[place])
    ]


def _is_seen(place: int, best: int, evidence: Evidence) -> bool:
    """Whether the reader takes a sentence's chunk for an answer, and does not rule out that it stands there."""
    if evidence.read is None:
        return False
    odds = min(0.0, float(evidence.read[best, _PASSAGE_ANSWERS]) - _SAME)
    return bool(evidence.read[place, _PASSAGE_ANSWERS] >= odds and evidence.read[place, _STANDS_HERE] >= _LEAST_SEEN)


def _enumerates_there(query: Query, passages: Sequence[Passage], evidence: Evidence, place: int) -> bool:
    short = _listed(query, passages, evidence, place).short
    body = passages[evidence.sentences[place].passage].article.body
    return short is not None and "、" in body[slice(*short)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A sentence that tells some of the things asked for: its place among the evidence, and the words that tell them.

    `short` is None where no reader could tell the words.
    """

    place: int
    short: Span | None


def sentences_of_list(
    query: Query,
    passages: Sequence[Passage],
    evidence: Evidence,
    scores: NDArray[np.float64],
    snapshot: Snapshot,
    best: int,
) -> list[Listed]:
    """The sentences that answer a question for several things, the best first; each tells something of its own."""
    if announced := _announced(passages, evidence, best):
        return announced
    found = [_listed(query, passages, evidence, best)]
    for set_apart in (_column, _items_below, _lines_alike):
        if several := set_apart(query, passages, evidence, found[0]):
            return several
    if found[0].short is None:
        return found
    for place in _alike(query, evidence, scores, snapshot, best):
        if len(found) == _MOST:
            break
        listed = _listed(query, passages, evidence, place)
        if _is_seen(place, best, evidence) and _is_new(listed, found, query, passages, evidence):
            found.append(listed)
    return found


def _column(query: Query, passages: Sequence[Passage], evidence: Evidence, best: Listed) -> list[Listed]:
    """The cells of a table's column, row by row, where the best is one, and no more than are asked for (前三).

    It is the column whose name the question has, or the one in which the best stands; none for another sentence, for
    a question with a condition (超过30亩), and where a cell has several items.
    """
    home = evidence.sentences[best.place].passage
    body = passages[home].article.body
    rows = [
        (place, sentence.start, body[sentence.start : sentence.end].split(CELL_MARK))
        for place, sentence in enumerate(evidence.sentences)
        if sentence.passage == home and CELL_MARK in sentence.text and told_rows(body, sentence.start, sentence.end)
    ]
    start = evidence.sentences[best.place].start
    if all(place != best.place for place, _, _ in rows) or _CONDITION.search(query.text):
        return []
    asked = fold(query.text)
    named = [at for at, name in enumerate(column_names(body, start)) if name and fold(name) in asked]
    if len(named) == 1:
        at = named[0]
    elif best.short and "、" not in body[slice(*best.short)]:
        at = body[start : best.short[0]].count(CELL_MARK)
    else:
        return []
    found = []
    for place, begin, cells in rows:
        begin += sum(len(cell) + len(CELL_MARK) for cell in cells[:at])
        if at < len(cells) and cells[at].strip():
            found.append(Listed(place, (begin, begin + len(cells[at]))))
    first = _FIRST_FEW.search(asked)
    return found[: read_numeral(first["count"]) if first else None] if len(found) > 1 else []


def _items_below(query: Query, passages: Sequence[Passage], evidence: Evidence, best: Listed) -> list[Listed]:
    """The items that stand below the same line as the best (女子组), no more than are asked for; none for no item."""
    home = evidence.sentences[best.place].passage
    heading = _heading_told(passages, evidence, best.place)
    if not heading or _CONDITION.search(query.text):
        return []
    items = [
        place
        for place, sentence in enumerate(evidence.sentences)
        if sentence.passage == home and _heading_told(passages, evidence, place) == heading
    ]
    first = _FIRST_FEW.search(fold(query.text))
    found = [_listed(query, passages, evidence, place) for place in items]
    return found[: read_numeral(first["count"]) if first else None] if len(found) > 1 else []


def _lines_alike(query: Query, passages: Sequence[Passage], evidence: Evidence, best: Listed) -> list[Listed]:
    """The lines that begin as the best one does, three or more (7月8日《…》, 7月15日《…》); none where it is alone.

    Of lines of results (冠军：…) no more than are asked for (前三).
    """
    sentence = evidence.sentences[best.place]
    body = passages[sentence.passage].article.body
    asked = fold(query.text)
    first = _FIRST_FEW.search(asked)
    is_ranked = _RANKED.match(sentence.text) is not None
    if _CONDITION.search(query.text) or (is_ranked and not first):
        return []
    shape = _shape(sentence.text)
    if not shape and not is_ranked:
        return []
    alike = [
        place
        for place, other in enumerate(evidence.sentences)
        if other.passage == sentence.passage
        and (other.start == 0 or body[other.start - 1] in "\n\u3000")
        and (_RANKED.match(other.text) is not None if is_ranked else _shape(other.text) == shape)
    ]
    if len(alike) < _FEWEST_ALIKE or best.place not in alike:
        return []
    found = [_listed(query, passages, evidence, place) for place in alike]
    return found[: read_numeral(first["count"]) if first else None]


def _shape(line: str) -> str:
    """How a line of a list begins, with d for each number and no name: d月d日《》; "" where it begins as a sentence."""
    head = _MARKED_HEAD.match(_NAMED.sub("《》", line))
    return _FIGURES.sub("d", head[0]) if head else ""


def _heading_told(passages: Sequence[Passage], evidence: Evidence, place: int) -> str:
    """What is told before an item of a list; "" for a sentence that is none."""
    sentence = evidence.sentences[place]
    rows = told_rows(passages[sentence.passage].article.body, sentence.start, sentence.end)
    if rows is None or CELL_MARK in sentence.text:
        return ""
    return rows.text[: next((at for at, kept in enumerate(rows.places) if kept >= 0), 0)]


def _announced(passages: Sequence[Passage], evidence: Evidence, place: int) -> list[Listed]:
    """The parts of what a sentence announces, where semicolons part them (两件事：不收花；不办席。); else nothing."""
    sentence = evidence.sentences[place]
    announces = _ANNOUNCES.search(sentence.text)
    if announces is None or not sentence.text.endswith(_SEMICOLONS):
        return []
    found = [Listed(place, (sentence.start + announces.end(), sentence.end - 1))]
    for further in range(place + 1, min(len(evidence.sentences), place + _MOST)):
        item = evidence.sentences[further]
        if item.passage != sentence.passage:
            break
        found.append(Listed(further, (item.start, item.end - 1)))
        if not item.text.endswith(_SEMICOLONS):
            break
    return found if len(found) > 1 else []


def _listed(query: Query, passages: Sequence[Passage], evidence: Evidence, place: int) -> Listed:
    sentence = evidence.sentences[place]
    passage = passages[sentence.passage]
    first, last = stretch_asked(query.text, sentence.text) if asks_who_not(query.text) else (0, len(sentence.text))
    span = sentence.start + first, sentence.start + last
    short = short_answer(passage, *span)
    if short:
        body = passage.article.body
        told = short
        short = whole_list(body, short, query=query, sentence=span)
        short = trim(query.text, body, *items_alone(passage, short, span, told=told))
    return Listed(place, short)


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


def _is_new(
    listed: Listed, found: Sequence[Listed], query: Query, passages: Sequence[Passage], evidence: Evidence
) -> bool:
    """Whether a sentence names something that neither the question nor a sentence found before names."""
    sentence = evidence.sentences[listed.place]
    said = _words(listed, passages, evidence)
    # Where nearly the whole of a sentence would be the answer, the reader saw no item in it.
    is_vague = 3 * len(said) > 2 * len(fold_to_words(sentence.text)) or len(said) > _LONGEST_ITEM
    if not said or said in fold_to_words(query.text) or (is_vague and "、" not in sentence.text):
        return False
    text = fold_to_words(sentence.text)
    return not any(
        said in fold_to_words(evidence.sentences[other.place].text) or _words(other, passages, evidence) in text
        for other in found
    )


def _words(listed: Listed, passages: Sequence[Passage], evidence: Evidence) -> str:
    body = passages[evidence.sentences[listed.place].passage].article.body
    return fold_to_words(body[slice(*listed.short)]) if listed.short else ""


def predicate_of(query: Query) -> str:
    """What a question says of the things it asks for, without the word for their kind (哪些央行加息了: 加息了)."""
    rest = read_question(_KIND.sub("什么", fold(query.text))).about
    return rest if len(fold_to_words(rest)) > 1 and "什么" not in rest else query.about


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
    match = re.search(rf"哪({_COUNT})", fold(query.text))
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
