"""Rows of named values → articles, whatever the maker of a row calls its title, its text or its date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from embeddings.errors import SourceCode, SourceError
from embeddings.loaders.markup import is_markup, lines_of
from embeddings.text.dates import find_date
from embeddings.text.normalize import fold_to_words
from embeddings.types import ArticleKind, ParsedArticle, ParsedIssue

# What stands in a row: a value by its name. A fault in its place is a row that could not be read at all.
Row: TypeAlias = Mapping[str, object]


class RowField(str, Enum):
    """A part of an article that a row may have, with the names it goes by, the best first.

    Names are compared without case, spaces, underscores and hyphens, and in simplified script.
    """

    names: tuple[str, ...]

    ID = "id", "id"
    TITLE = "title", "title headline subject articletitle newstitle 标题 题目 文章标题 新闻标题 主题"
    TEXT = (
        "text",
        "text body content contents fulltext articlebody articletext articlecontent newscontent maintext"
        " contenttext contenthtml html 正文 内容 全文 文本 文章内容 新闻内容 文章正文"
        " description summary abstract digest 摘要 简介 导语",
    )
    DATE = (
        "date",
        "date publishtime publishdate publishedat published datepublished pubdate pubtime publishedtime releasetime"
        " releasedate posttime issuedate newsdate 日期 发布时间 发布日期 发表时间 发表日期 刊登日期 见报日期 出版日期"
        " 刊发时间 time datetime ctime createtime createdat createdate updated 时间",
    )
    BYLINE = "byline", "byline author authors authorname reporter writer creator 作者 记者 署名 撰稿 撰稿人"
    SOURCE = "source", "source sourcename media publisher sitename 来源 媒体 稿源 信息来源 文章来源"
    SECTION = "section", "section column columnname category channel channelname 栏目 版块 板块 频道 分类 类别 版名"
    KICKER = "kicker", "kicker 肩题 引题 眉题"
    DECK = "deck", "deck subtitle subhead 副题 副标题"
    PAGE = "page", "page pageno pagenumber 版次 版面 版号 页码 版"
    KIND = "kind", "kind"

    def __new__(cls, value: str, names: str) -> RowField:
        """A member that is its name in an issue of JSON Lines, and knows its other names."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.names = tuple(names.split())
        return made

    __str__ = str.__str__


_BLOCK_TEXTS = frozenset({"text", "content", "value", "html"})
_FIELD_OF = {name: (one, place) for one in RowField for place, name in enumerate(one.names)}
_CHINA = timezone(timedelta(hours=8))  # programs that write UTC mean a day of the place that prints
_SECONDS = range(300_000_000, 5_000_000_000)  # since 1970: from 1979 to 2128; a day as a number (20231204) lies below


@lru_cache(maxsize=4096)
def field_of(name: str) -> RowField | None:
    """The part of an article that a name is one of."""
    found = _FIELD_OF.get(fold_to_words(name))
    return found[0] if found else None


def holds_articles(names: Iterable[str]) -> bool:
    """Whether rows with these names are articles: one of them is the title's or the text's."""
    return not {RowField.TITLE, RowField.TEXT}.isdisjoint(map(field_of, names))


def issue_of_rows(file: str, rows: Iterable[tuple[str, Row | SourceError]], *, name: str = "") -> ParsedIssue:
    """The issue in some rows, each with the words that say where it stands.

    A row without a text, or with the id of one before it, is left out, and a date that is none with it; the issue says
    so in `left_out`. Its date is the articles' where they all have the same one. Raises SourceError where no row is
    left: that of the first.
    """
    gathered = _Gathered()
    for where, row in rows:
        gathered.take(file, where, row)
    if gathered.faults and not gathered.articles:
        raise gathered.faults[0]
    days = {article.date for article in gathered.articles}
    return ParsedIssue(
        name,
        days.pop() if len(days) == 1 else None,
        tuple(gathered.articles),
        left_out=gathered.told(file),
    )


@dataclass(slots=True)
class _Gathered:
    articles: list[ParsedArticle] = field(default_factory=list)
    faults: list[SourceError] = field(default_factory=list)
    undated: list[SourceError] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def take(self, file: str, where: str, row: Row | SourceError) -> None:
        """A row becomes an article or a fault."""
        if isinstance(row, SourceError):
            self.faults.append(row)
            return
        values = _values_by_field(row)
        article = _article(values)
        if not article.body:
            self.faults.append(SourceError(SourceCode.ROW_WITHOUT_TEXT, where=where))
        elif article.source_id and article.source_id in self.ids:
            self.faults.append(SourceError(SourceCode.ROW_SAME_ID, name=file, id=article.source_id))
        else:
            self.ids.add(article.source_id)
            self.articles.append(article)
            printed = values.get(RowField.DATE)
            if printed and article.date is None:
                self.undated.append(SourceError(SourceCode.ROW_BAD_DATE, where=where, text=str(printed)[:60]))

    def told(self, file: str) -> tuple[SourceError, ...]:
        """What is wrong with the rows: a lone fault as it is, several of one kind as one, with the first of them."""
        faults, undated = self.faults, self.undated
        if len(faults) > 1:
            faults = [SourceError(SourceCode.ROWS_LEFT_OUT, name=file, n=len(faults), cause=faults[0])]
        if len(undated) > 1:
            undated = [SourceError(SourceCode.ROWS_UNDATED, name=file, n=len(undated), cause=undated[0])]
        return (*faults, *undated)


def _values_by_field(row: Row) -> dict[RowField, object]:
    """The best-named value that is there for each part of an article."""
    found: dict[RowField, tuple[int, object]] = {}
    for name, value in row.items():
        known = _FIELD_OF.get(fold_to_words(str(name)))
        if known is None or value is None or not str(value).strip():
            continue
        one, place = known
        if one not in found or place < found[one][0]:
            found[one] = (place, value)
    return {one: value for one, (_, value) in found.items()}


def _article(values: Mapping[RowField, object]) -> ParsedArticle:
    page = values.get(RowField.PAGE)
    digits = str(page).strip().removeprefix("第").removesuffix("版")
    article = ParsedArticle(
        title=_line(values.get(RowField.TITLE)),
        body=_text(values.get(RowField.TEXT)),
        section=_line(values.get(RowField.SECTION)),
        byline=_line(values.get(RowField.BYLINE)) or _line(values.get(RowField.SOURCE)),
        kind=ArticleKind.PHOTO if values.get(RowField.KIND) == ArticleKind.PHOTO else ArticleKind.NEWS,
        date=read_day(values.get(RowField.DATE)),
        source_id=" ".join(str(values.get(RowField.ID, "")).split()),
        kicker=_line(values.get(RowField.KICKER)),
        deck=_line(values.get(RowField.DECK)),
    )
    return replace(article, page=int(digits)) if digits.isdecimal() and len(digits) < 5 else article


def read_day(value: object) -> date | None:
    """The day that a value names: a date, a text, or seconds or milliseconds since 1970; None for none.

    A time in UTC is one of China, eight hours ahead; any other time is of the day that it says.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, Mapping):  # {"$date": …}, as databases export it
        return read_day(next(iter(value.values()), None)) if len(value) == 1 else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    return _day_of_seconds(text) or _day_of_utc(text) or find_date(text) or _day_of_mail(text)


def _day_of_seconds(text: str) -> date | None:
    whole, _, rest = text.partition(".")
    if not whole.isascii() or not whole.isdecimal() or len(whole) > 13 or not (rest or "0").isdecimal():
        return None
    seconds = int(whole) if len(whole) < 12 else int(whole) // 1000
    return datetime.fromtimestamp(seconds, _CHINA).date() if seconds in _SECONDS else None


def _day_of_utc(text: str) -> date | None:
    if "T" not in text or not text.endswith(("Z", "+00:00", "+0000")):
        return None
    try:
        told = datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return told.astimezone(_CHINA).date()


def _day_of_mail(text: str) -> date | None:
    """Mon, 04 Dec 2023 08:00:00 +0800, the form of mail and of RSS."""
    try:
        told = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (told.astimezone(_CHINA) if told.utcoffset() == timedelta(0) else told).date()


def _line(value: object) -> str:
    """A value on one line; several are put one after another, and what has names of its own is none."""
    if isinstance(value, list | tuple):
        return " ".join(filter(None, map(_line, value)))
    if isinstance(value, Mapping):  # {"name": …}, as programs write whom they know more of
        return next((_line(one) for key, one in value.items() if str(key).lower() == "name" and _is_plain(one)), "")
    if value is None:
        return ""
    text = str(value)
    return " ".join((" ".join(lines_of(text)) if is_markup(text) else text).split())


def _is_plain(value: object) -> bool:
    return isinstance(value, str)


def _text(value: object) -> str:
    """A text with a paragraph a line, without the tags it may have."""
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):  # {"type": "text", "text": …}, a block of an editor
        return next((_text(one) for key, one in value.items() if str(key).lower() in _BLOCK_TEXTS), "")
    if value is None:
        return ""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(lines_of(text)) if is_markup(text) else text.strip()
