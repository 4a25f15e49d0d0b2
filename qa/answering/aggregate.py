"""Questions about the archive itself: how many articles speak of something, in which issues, and what an issue holds.

They are counted and listed from the archive, exactly, and need no search: 有几篇文章提到…, 哪几期提到…, 概括一下这期.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from embeddings import Article, Filters, Issue, Snapshot, after_dateline, fold, simplified, split_sentences
from qa.answering.extract import NOTHING_LEFT
from qa.types import Answer, AnswerKind, Citation, Passage

_ARTICLES = "(?:文章|报道|新闻|稿件|稿子|消息|内容)"
_SPEAKS = (
    r"都?(?:提到|提及|提起|提过|写到|写过|说到|讲到|谈到|谈过|涉及|报道过?了?|出现|刊登|登过|介绍|关于|有关|说的是|写的是"
    r"|讲的是)[过了]?"
)
_MANY = r"(?:几|多少)"
_WHAT = r"(?P<what>[^？?，,。]+?)"
_END = r"(?:的)?(?:吗|呢|啊)?\s*[？?。！!]*$"
_START = (
    r"^(?:请问|请|麻烦|帮我|给我|我想知道|想知道|查一下|查查|数一下|数数|公报里?|报纸上|资料库里?|一共|总共|共|都|在|里|中|有"
    r"|，|,)*"
)
_IN_ALL = r"(?:一共|总共|共|都|里|中|公报|有|被|在)*"


class Wants(str, Enum):
    """What is asked of the archive."""

    ARTICLES = "articles"  # how many, or which, articles
    ISSUES = "issues"  # how many, or which, issues
    OVERVIEW = "overview"  # what there is to read

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class Census:
    """A question about the archive: what is wanted, and the phrase that is looked for ("" for none)."""

    wants: Wants
    phrase: str = ""


_WITH_PHRASE: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (wants, re.compile(f"{_START}{pattern}{_END}"))
    for wants, pattern in (
        (Wants.ISSUES, rf"(?:{_MANY}|哪(?:几|些|一)?)期{_IN_ALL}{_SPEAKS}{_WHAT}"),
        (Wants.ISSUES, rf"{_WHAT}{_IN_ALL}(?:{_MANY}|哪(?:几|些|一)?)期{_IN_ALL}{_SPEAKS}?"),
        (Wants.ARTICLES, rf"(?:{_MANY}|哪(?:几|些)?)篇{_ARTICLES}?{_IN_ALL}{_SPEAKS}{_WHAT}"),
        (Wants.ARTICLES, rf"哪些{_ARTICLES}{_IN_ALL}{_SPEAKS}{_WHAT}"),
        (
            Wants.ARTICLES,
            rf"(?:关于|有关|提到|写到|讲到|说到){_WHAT}的?{_ARTICLES}{_IN_ALL}(?:{_MANY}|哪(?:几|些)?)篇?",
        ),
        (Wants.ARTICLES, rf"(?:{_MANY}|哪(?:几|些)?)篇(?:关于|有关|提到|写到|讲到|说到){_WHAT}的?{_ARTICLES}?"),
        (Wants.ARTICLES, rf"{_WHAT}{_IN_ALL}(?:{_MANY}|哪(?:几|些)?)篇{_ARTICLES}?{_IN_ALL}{_SPEAKS}"),
    )
)
_TOTALS: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (wants, re.compile(f"{_START}{pattern}{_END}"))
    for wants, pattern in (
        (Wants.ISSUES, rf"(?:收录|存|收|保存)?了?{_MANY}期(?:公报|报纸|报)?"),
        (Wants.ARTICLES, rf"(?:收录|存|收|刊登|登|发表|发)?了?{_MANY}篇{_ARTICLES}?"),
        (
            Wants.OVERVIEW,
            r"(?:概括|总结|概述|归纳|介绍|说说|讲讲|摘要|浏览|简介|梳理)(?:一下|一遍|下)?(?:这一?期|本期|公报|报纸|全部|所有|的|主要|内容|文章|新闻|要点)*",
        ),
        (
            Wants.OVERVIEW,
            rf"(?:主要)?(?:讲|说|登|刊登|报道|写|发生)?了?(?:有)?(?:哪些|什么|啥)(?:主要|重要|重点)?(?:的)?(?:{_ARTICLES}|标题|头条|要闻|大事|事|主题)?",
        ),
        (Wants.OVERVIEW, r"(?:内容|要点|标题|目录|主要内容|头条)(?:是什么|有哪些)?"),
    )
)
_AROUND = " “”\"'「」『』《》〈〉‘’"
_LISTED = 30
_PASSAGE_CHARS = 300


def read_census(question: str) -> Census | None:
    """What a question asks of the archive itself; None when it asks of what the articles say."""
    text = simplified(" ".join(question.split()))
    for wants, pattern in _TOTALS:
        if pattern.match(text):
            return Census(wants)
    for wants, pattern in _WITH_PHRASE:
        if (match := pattern.match(text)) and (phrase := _phrase(match["what"])):
            return Census(wants, phrase)
    return None


def _phrase(what: str) -> str:
    what = re.sub(r"^(?:过|了|关于|有关)", "", what.strip(_AROUND))
    return re.sub(r"(?:这件事|的事情?|的情况|的内容|的消息)$", "", what).strip(_AROUND)


def section_in(question: str, sections: Sequence[str]) -> tuple[str, str] | None:
    """The section that a question names with 栏目 or 版 behind it or in marks, and the question without it."""
    for section in sorted(sections, key=len, reverse=True):
        name = rf"[“《「]?{re.escape(section)}[”》」]?"
        for told in (
            rf"{name}(?:这个)?(?:栏目?|版面?|板块|专栏)(?:里|中|的)?",
            rf"{name}(?=(?:方面的?)?(?:新闻|消息|报道|要闻)[？?。]?$)",
        ):
            if match := re.search(told, question):
                return section, question[: match.start()] + question[match.end() :]
    return None


def take_census(census: Census, question: str, snapshot: Snapshot, *, filters: Filters, within: str) -> Answer:
    """Count and list. `within` tells what the filters leave, as a reader is told it ("" for everything)."""
    articles = (
        snapshot.find_phrase(census.phrase, filters=filters)
        if census.phrase
        else snapshot.find_articles(filters=filters)
    )
    issues = list(dict.fromkeys(article.issue for article in articles))
    about = f"提到“{census.phrase}”" if census.phrase else ""
    if not articles:
        if about:
            return Answer(question=question, kind=AnswerKind.COUNTED, text=f"{within}没有文章{about}。", confidence=1.0)
        if within:
            return Answer(question=question, kind=AnswerKind.NOT_FOUND, text=f"{within}没有文章。")
        return Answer(question=question, kind=AnswerKind.NOTHING_LEFT, text=NOTHING_LEFT)
    if census.wants is Wants.ISSUES:
        head = f"{within}{'有' if about else '共有'}{len(issues)}期{about}"
        chosen = [next(articles_of) for _, articles_of in groupby(articles, key=lambda article: article.issue)]
        lines = [f"{_issue(article.issue)}：《{_title(article)}》" for article in chosen]
    elif census.wants is Wants.ARTICLES:
        head = f"{within}{'有' if about else '共有'}{len(articles)}篇文章{about}"
        chosen = articles
        lines = [f"《{_title(article)}》，{_issue(article.issue)}" for article in chosen]
    else:
        head = f"{within}共有{len(articles)}篇文章"
        chosen = _spread(articles)
        lines = [f"《{_title(article)}》" for article in chosen]
    citations = [_cite(number, article, census.phrase) for number, article in enumerate(chosen[:_LISTED], start=1)]
    if census.wants is Wants.OVERVIEW:
        lines = [f"{line}{citation.quote}" for line, citation in zip(lines, citations, strict=False)]
    listed = [f"{line}[{citation.number}]" for line, citation in zip(lines, citations, strict=False)]
    more = f"\n……另有{len(lines) - len(listed)}条未列出" if len(chosen) > len(listed) else ""
    passages = tuple(_passage(citation) for citation in citations)
    text = "：\n".join([head, "\n".join(listed)]) + more
    quote, printed = citations[0].quote, tuple(Counter(article.date for article in articles).items())
    return Answer(
        question=question,
        kind=AnswerKind.SUMMARY if census.wants is Wants.OVERVIEW else AnswerKind.COUNTED,
        text=text,
        quote=quote,
        citations=tuple(citations),
        passages=passages,
        confidence=1.0,
        printed=printed,
    )


def _spread(articles: Sequence[Article]) -> list[Article]:
    """The articles, those of each issue in turn where there are too many to list: every issue's first, then second."""
    if len(articles) <= _LISTED:
        return list(articles)
    rows = [list(group) for _, group in groupby(articles, key=lambda article: article.issue)]
    turns = [(place, number, article) for number, row in enumerate(rows) for place, article in enumerate(row)]
    chosen = {id(article) for _, _, article in sorted(turns, key=lambda turn: turn[:2])[:_LISTED]}
    first = [article for article in articles if id(article) in chosen]
    return [*first, *(article for article in articles if id(article) not in chosen)]


def _cite(number: int, article: Article, phrase: str) -> Citation:
    """An article's first sentence that has a phrase; its first sentence, where none has."""
    wanted = fold(phrase)
    spans = [(start, end) for start, end in split_sentences(article.body) if article.body[start:end].strip()]
    start, end = next((span for span in spans if wanted in fold(article.body[slice(*span)])), spans[0])
    if not phrase and (told := after_dateline(article.body, start, end)) < end:
        start = told
    text = article.body[start:end]
    start, end = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
    return Citation(number, article, article.body[start:end], start, end)


def _passage(citation: Citation) -> Passage:
    """The stretch of an article that begins with a citation's sentence."""
    body, start = citation.article.body, citation.start or 0
    end = min(len(body), max(citation.end or 0, start + _PASSAGE_CHARS))
    return Passage(citation.article, body[start:end], start, end, 1.0)


def _issue(issue: Issue) -> str:
    day = issue.date
    shown = f"{day.year}年{day.month}月{day.day}日" if day else "日期不详"
    return issue.name if shown in issue.name else f"{issue.name}（{shown}）"


def _title(article: Article) -> str:
    return article.title or "图片"
