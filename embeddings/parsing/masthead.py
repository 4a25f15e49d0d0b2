"""The masthead of a page: the bulletin's name and the date of the issue, as printed at its top."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice

from embeddings.text.dates import HAN_DATE, REPUBLIC_DATE, find_date
from embeddings.text.normalize import halfwidth_digits

_LINES = 12
_LINE_CHARS = 60
# What stands beside the date of an issue, and beside no date in a story.
_BESIDE_THE_DATE = re.compile(
    r"星期|礼拜|禮拜|第\s*\d+\s*[期号號]|总第|總第|农历|農曆|出版|第\s*[0A-Z]?\d{1,2}\s*版|今日\S{1,3}版"
)
_WEEKDAY = r"(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]"
_DAY = re.compile(rf"(?:19|20)\d\d[年./-]\s*\d{{1,2}}[月./-]\s*\d{{1,2}}\s*日?|{REPUBLIC_DATE}|{HAN_DATE}|{_WEEKDAY}")
_DAY_IN_NAME = re.compile(r"(?:19|20)\d\d[-_.年]?\d{1,2}[-_.月]?\d{1,2}日?")
# 第12946期, 总第1246期, 第3期（总第1246期）; 第12期培训班 is no number of an issue.
_NUMBER = re.compile(r"([总總]?)第\s*(\d{1,6})\s*([期号號])(?!(?![总總])[\u4e00-\u9fff])")
_IN_A_SENTENCE = re.compile(r"[。；！？!?]|[\u4e00-\u9fff][，,][\u4e00-\u9fff]")
# 某某中心主办, 责任编辑：某某; 文联主办剪纸展 is a headline.
_BROUGHT_OUT = re.compile(
    r"(?:主[办辦管编編]|[承协合联][办辦]|合编|合編|编印|編印|编辑部|編輯部|出版|刊号|刊號|准印证?|内部资料|责任编辑|责编|印[发發刷])(?=\s|$|[:：])"
)
_MASTHEAD_CHARS = 80
_LONGEST_NAME = 12  # characters of a paper's name in a line of its own
_NEAR = 2  # lines between the number and the date or the name
_PAPER = re.compile(
    r"《(?P<quoted>[^《》]{2,16})》|(?P<bare>[\u4e00-\u9fff]{2,10}(?:日报|晚报|早报|晨报|时报|商报|周报|周刊|导报|快报|简报|公报|日報|晚報|週報|周報|報|报))"
)
_NOT_PAPERS = re.compile(r"本报|本報|见报|电报|海报|举报|申报|汇报|情报|喜报|警报|墙报")


def read_masthead(lines: Sequence[str]) -> tuple[str, date | None]:
    """The bulletin's name ("" when not printed) and the issue's date (None when not printed) in a page's first lines.

    A date counts only beside what a masthead has: a weekday, the number of the issue, or the line holds nothing else.
    """
    head = _head(lines)
    name, day = "", None
    for at, line in enumerate(head):
        if len(line) > _LINE_CHARS:
            continue
        found = find_date(line)
        beside = " ".join(head[max(0, at - 1) : at + 2])
        if day is None and found and (_BESIDE_THE_DATE.search(line) or _stands_alone(line, beside)):
            day = found
            line = _without_date(line)
        if not name:
            name = _paper_name(line)
    return name, day


def read_number(lines: Sequence[str]) -> str:
    """The number of the issue as printed in a page's first lines (第12946期, 第3期 总第1246期); "" when there is none.

    It counts only near the issue's date or the bulletin's name, in a line that is no sentence and no headline.
    """
    head = _head(lines)
    told = [len(line) <= _LINE_CHARS and not _IN_A_SENTENCE.search(line) for line in head]
    marks = [at for at, line in enumerate(head) if told[at] and (find_date(line) or _paper_name(line))]
    for at, line in enumerate(head):
        if told[at] and any(abs(at - mark) <= _NEAR for mark in marks):
            printed = [f"{total}第{number}{kind}" for total, number, kind in _NUMBER.findall(_set_apart(line))]
            if printed:
                return " ".join(printed)
    return ""


def is_of_masthead(line: str) -> bool:
    """Whether a line says when an issue appears, which one it is, or who brings it out, and nothing else."""
    line = halfwidth_digits(line)
    if len(line) > _MASTHEAD_CHARS or _IN_A_SENTENCE.search(line):
        return False
    dated = find_date(line) is not None and (_BESIDE_THE_DATE.search(line) or len(_without_date(line)) <= 2)
    return bool(dated or _NUMBER.search(line) or _BROUGHT_OUT.search(line))


def masthead_lines(lines: Sequence[str]) -> list[int]:
    """The places of a masthead that stands by itself at the top: a short name, and lines that say when or by whom.

    Empty where the first line is anything else, or nothing of that follows it.
    """
    places = [at for at, line in enumerate(lines[:_LINES]) if line.strip()]
    if not places:
        return []
    first = lines[places[0]].strip()
    if len(first) > _LONGEST_NAME or first.startswith("#") or _IN_A_SENTENCE.search(first):
        return []
    head = places[:1]
    for at in places[1:]:
        if not is_of_masthead(lines[at]):
            break
        head.append(at)
    return head if len(head) > 1 and not is_of_masthead(first) else []


def _head(lines: Sequence[str]) -> list[str]:
    """The first lines with anything on them, without marks of headings and with half-width digits."""
    stripped = (line.strip("# \t\u3000") for line in lines)
    return [halfwidth_digits(line) for line in islice(filter(None, stripped), _LINES)]


def _set_apart(line: str) -> str:
    """A line in which the weekday behind a number stands apart from it: 第12946期星期六."""
    return re.sub(rf"(?={_WEEKDAY}|农历|農曆|今日|本期|共\d)", " ", line)


def issue_name(paper: str, day: date | None) -> str:
    """What an issue is called: its bulletin's name and its date, as far as they are known."""
    return " ".join(filter(None, [paper, f"{day.year}年{day.month}月{day.day}日" if paper and day else ""]))


def paper_and_day(name: str) -> tuple[str, date | None]:
    """The paper and the day that a file or a folder is named by: 青禾日报-2025-09-13. "" and None for another name."""
    day = find_date(name)
    paper = _DAY_IN_NAME.sub("", name).strip(" -_.")
    return (paper, day) if day and paper and read_masthead([paper])[0] == paper else ("", None)


def _stands_alone(line: str, beside: str) -> bool:
    """Whether a line is a date and little else, with a masthead's words on the line above or below."""
    return len(_without_date(line)) <= 2 and _BESIDE_THE_DATE.search(beside) is not None


def _without_date(line: str) -> str:
    return _DAY.sub(" ", line).strip()


def _paper_name(line: str) -> str:
    """The name of a paper, where a line is little more than it."""
    match = _PAPER.search(line)
    if match is None or _NOT_PAPERS.search(match[0]):
        return ""
    name = match["quoted"] or match["bare"]
    rest = re.sub(r"[\W\dA-Za-z_]|第|总|期|号|版|农历|主办|主管|出版|社", "", line.replace(match[0], ""))
    return name if len(rest) <= 4 else ""
