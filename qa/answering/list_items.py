"""What a sentence tells of the things asked for, and lines that tell one each: cells of a column, items, lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from embeddings import CELL_MARK, column_names, fold, read_numeral, told_rows
from qa.answering.choice import Candidates
from qa.answering.enumerations import COUNT, Span, items_alone, whole_list
from qa.answering.evidence.features import short_answer
from qa.answering.spans import trim
from qa.query.contrast import asks_who_not, stretch_asked

_ANNOUNCES = re.compile(
    rf"(?:{COUNT}(?:件|条|个|点|项|种|招|步|类|大|处|样|桩|方面)[^，。；：:]{{0,10}}|如下|包括|分别是|建议|措施|要求|办法)[：:](?=..)"
)
_CONDITION = re.compile(r"超过|不到|以上|以下|以内|高于|低于|多于|少于|最[多少高低大小早晚长短]|没有?(?!谁)|[不未]")
_FIRST_FEW = re.compile(r"前(?P<count>[两二三四五六七八九十]|\d+)")
# A day with a title, a title, a number: how the lines of a list begin.
_MARKED_HEAD = re.compile(
    r"(?:\d{1,2}月\d{1,2}日)?[^，。：:]{0,4}《》|\d{1,2}[.．、]"
    r"|\d{1,2}月\d{1,2}日(?:[（(][^）)]{1,6}[）)])?(?:[上下]午|晚上)?(?:\d{1,2}[点:：]\d{0,2}半?)?[：: \u3000]"
)
_NAMED, _FIGURES = re.compile(r"《[^》]*》"), re.compile(r"\d+")
_RANKED = re.compile(r"(?:[^，,。：:；]{1,10}[：:])?(?:冠军|亚军|季军|第[\d一二三四五六七八九十]{1,3}名)[：: ]")
_ASKS_WHO_ALL = re.compile(r"都?(?:有|是)(?:谁|哪[些几])|哪(?:些|几个?)人|谁.{0,4}[得获拿]了?奖|名单")
_NAMES_SOMEBODY = re.compile(r"姓名|名字|选手|队[员伍名]|得主|学生|户主|获奖[者人]|主讲|教[师练]|医[生师]|负责人|领导")
_AS_LIKELY_A_TABLE = 4.0  # log-odds below the best sentence
_FEWEST_ALIKE = 3  # lines
_BEFORE_A_LINE = "\n\u3000；;"
_LABEL = "："
_LABELLED = re.compile(r"[^，,。：:；\d\u3000 ]{2,14}?(?:[（(][^）)]*[）)][：:\u3000]?|[：:\u3000])(?=.)")
_OF_EACH = re.compile(r"各(?!位|界)|每[个家条种人]|分别|都|几[种类]|哪[几些]")
_SEMICOLONS = ("；", ";")
MOST = 12  # sentences of one list


@dataclass(frozen=True, slots=True)
class Listed:
    """A sentence that tells some of the things asked for: its place among the evidence, and the words that tell them.

    `short` is None where no reader could tell the words.
    """

    place: int
    short: Span | None


def listed_at(candidates: Candidates, place: int) -> Listed:
    """What the sentence at a place tells of the things asked for."""
    sentence = candidates.sentences[place]
    passage = candidates.passages[sentence.passage]
    first, last = (
        stretch_asked(candidates.question, sentence.text)
        if asks_who_not(candidates.question)
        else (0, len(sentence.text))
    )
    span = sentence.start + first, sentence.start + last
    short = short_answer(passage, *span)
    if short:
        body = passage.article.body
        told = short
        short = whole_list(body, short, query=candidates.query, sentence=span)
        short = trim(candidates.question, body, *items_alone(passage, short, span, told=told))
    return Listed(place, short)


def column(candidates: Candidates, best: Listed) -> list[Listed]:
    """The cells of a table's column, row by row, where the best is one, and no more than are asked for (前三).

    It is the column whose name the question has, or the one in which the best stands; none for another sentence, for
    a question with a condition (超过30亩), and where a cell has several items.
    """
    body, rows = candidates.body(best.place), _rows_beside(candidates, best.place)
    start = candidates.sentences[best.place].start
    if best.place not in rows or _CONDITION.search(candidates.question):
        return []
    asked = fold(candidates.question)
    named = [at for at, name in enumerate(column_names(body, start)) if name and fold(name) in asked]
    if len(named) == 1:
        at = named[0]
    elif best.short and "、" not in body[slice(*best.short)]:
        at = body[start : best.short[0]].count(CELL_MARK)
    else:
        return []
    found = _cells_of(candidates, rows, at)
    first = _FIRST_FEW.search(asked)
    return found[: read_numeral(first["count"]) if first else None] if len(found) > 1 else []


def _rows_beside(candidates: Candidates, place: int) -> list[int]:
    """The rows of tables with names over their columns, in the passage of the sentence at a place."""
    body = candidates.body(place)
    rows = [at for at in candidates.beside(place) if CELL_MARK in candidates.text(at)]
    return [at for at in rows if told_rows(body, candidates.sentences[at].start, candidates.sentences[at].end)]


def _cells_of(candidates: Candidates, rows: Sequence[int], column: int) -> list[Listed]:
    """The cells of some rows in one column, without those that are empty."""
    found = []
    for place in rows:
        begin = candidates.sentences[place].start
        cells = candidates.text(place).split(CELL_MARK)
        begin += sum(len(cell) + len(CELL_MARK) for cell in cells[:column])
        if column < len(cells) and cells[column].strip():
            found.append(Listed(place, (begin, begin + len(cells[column]))))
    return found


def named_in_table(candidates: Candidates, best: Listed) -> list[Listed]:
    """Who stands in a table beside what the best sentence says, where a question asks for the first few or for all.

    They are the cells of the one column that has names of people or teams, row by row; none where the table is much
    less likely to answer, and for a question with a condition.
    """
    asked = fold(candidates.question)
    first = _FIRST_FEW.search(asked)
    if not (first or _ASKS_WHO_ALL.search(asked)) or _CONDITION.search(asked):
        return []
    body, told = candidates.body(best.place), _rows_beside(candidates, best.place)
    odds = max((float(candidates.scores[place]) for place in told), default=-np.inf)
    if len(told) < 2 or odds < float(candidates.scores[best.place]) - _AS_LIKELY_A_TABLE:
        return []
    names = column_names(body, candidates.sentences[told[0]].start)
    people = [at for at, name in enumerate(names) if _NAMES_SOMEBODY.search(name)]
    if len(people) != 1:
        return []
    found = _cells_of(candidates, told, people[0])
    return found[: read_numeral(first["count"]) if first else None]


def items_below(candidates: Candidates, best: Listed) -> list[Listed]:
    """The items that stand below the same line as the best (女子组), no more than are asked for; none for no item."""
    home = candidates.sentences[best.place].passage
    heading = _heading_told(candidates, best.place)
    if not heading or _CONDITION.search(candidates.question):
        return []
    items = [
        place
        for place, sentence in enumerate(candidates.sentences)
        if sentence.passage == home and _heading_told(candidates, place) == heading
    ]
    first = _FIRST_FEW.search(fold(candidates.question))
    found = [listed_at(candidates, place) for place in items]
    return found[: read_numeral(first["count"]) if first else None] if len(found) > 1 else []


def lines_alike(candidates: Candidates, best: Listed) -> list[Listed]:
    """The lines that begin as the best one does, three or more (7月8日《…》, 7月15日《…》); none where it is alone.

    What each of several has (各社区哪几天) is told by lines with their labels (东渠社区：6月17日).

    Of lines of results (冠军：…) no more than are asked for (前三).
    """
    sentence = candidates.sentences[best.place]
    body = candidates.passages[sentence.passage].article.body
    asked = fold(candidates.question)
    first = _FIRST_FEW.search(asked)
    is_ranked = _RANKED.match(sentence.text) is not None
    if _CONDITION.search(candidates.question) or (is_ranked and not first):
        return []
    shape = _shape(sentence.text, labelled=_OF_EACH.search(asked) is not None)
    if not shape and not is_ranked:
        return []
    alike = [
        place
        for place, other in enumerate(candidates.sentences)
        if other.passage == sentence.passage
        and (other.start == 0 or body[other.start - 1] in _BEFORE_A_LINE)
        and (
            _RANKED.match(other.text) is not None
            if is_ranked
            else _shape(other.text, labelled=shape == _LABEL) == shape
        )
    ]
    if len(alike) < _FEWEST_ALIKE or best.place not in alike:
        return []
    found = [_with_its_label(candidates, listed_at(candidates, place)) for place in alike]
    return found[: read_numeral(first["count"]) if first else None]


def _with_its_label(candidates: Candidates, listed: Listed) -> Listed:
    """What a line tells, with the whole of the label that it is a part of (住院床位费 for 住院床)."""
    sentence = candidates.sentences[listed.place]
    label = _LABELLED.match(sentence.text)
    end = sentence.start + len(label[0].rstrip("：:\u3000")) if label else 0
    is_label = label is not None and listed.short is not None and listed.short[1] <= end
    return Listed(listed.place, (sentence.start, end)) if is_label else listed


def _shape(line: str, *, labelled: bool) -> str:
    """How a line of a list begins, with d for each number and no name: d月d日《》; "" where it begins as a sentence.

    Where `labelled`, a line may begin with a label (石榴园社区：).
    """
    head = _MARKED_HEAD.match(_NAMED.sub("《》", line))
    if head:
        return _FIGURES.sub("d", head[0])
    return _LABEL if labelled and _LABELLED.match(line) else ""


def _heading_told(candidates: Candidates, place: int) -> str:
    """What is told before an item of a list; "" for a sentence that is none."""
    sentence = candidates.sentences[place]
    rows = told_rows(candidates.passages[sentence.passage].article.body, sentence.start, sentence.end)
    if rows is None or CELL_MARK in sentence.text:
        return ""
    return rows.text[: next((at for at, kept in enumerate(rows.places) if kept >= 0), 0)]


def announced_parts(candidates: Candidates, place: int) -> list[Listed]:
    """The parts of what a sentence announces, where semicolons part them (两件事：不收花；不办席。); else nothing."""
    sentence = candidates.sentences[place]
    announces = _ANNOUNCES.search(sentence.text)
    if announces is None or not sentence.text.endswith(_SEMICOLONS):
        return []
    found = [Listed(place, (sentence.start + announces.end(), sentence.end - 1))]
    for further in range(place + 1, min(len(candidates.sentences), place + MOST)):
        item = candidates.sentences[further]
        if item.passage != sentence.passage:
            break
        found.append(Listed(further, (item.start, item.end - 1)))
        if not item.text.endswith(_SEMICOLONS):
            break
    return found if len(found) > 1 else []
