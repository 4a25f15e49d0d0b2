"""Questions about the archive itself: how many articles speak of something, in which issues, and what an issue holds.

They are counted and listed from the archive, exactly, and need no search: 有几篇文章提到…, 哪几期提到…, 概括一下这期.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from embeddings import Article, Filters, Snapshot, fold, simplified
from qa.answering import render
from qa.answering.articles import cited, passage_of, sentences_of
from qa.i18n import Words
from qa.types import Answer, AnswerKind, Citation

_ARTICLES = "(?:文章|报道|新闻|稿件|稿子|消息|内容)"
_SPEAKS = (
    r"都?(?:提到|提及|提起|提过|写到|写过|说到|讲到|谈到|谈过|涉及|报道过?了?|出现|刊登|登过|介绍|关于|有关|说的是|写的是"
    r"|讲的是)[过了]?"
)
_MANY = r"(?:几|多少)"
_WHAT = r"(?P<what>[^？?，,。]+?)"
_END = r"(?:的)?(?:吗|呢|啊)?\s*[？?。！!]*$"
_START = (
    r"^(?:你们这?里?|你|这里|现在|目前|资料库里?|库里|手里|请问|请|麻烦|帮我|给我|我想知道|想知道|查一下|查查|数一下|数数|公报里?|报纸上|资料库里?|一共|总共|共|都|在|里|中|有"
    r"|，|,)*"
)
_IN_ALL = r"(?:一共|总共|共|都|里|中|公报|有|被|在)*"


class Wants(str, Enum):
    """What is asked of the archive."""

    ARTICLES = "articles"  # how many, or which, articles
    ISSUES = "issues"  # how many, or which, issues
    OVERVIEW = "overview"  # what there is to read
    HEADLINE = "headline"  # the first article

    __str__ = str.__str__


_READ = (Wants.OVERVIEW, Wants.HEADLINE)  # what is wanted to be read, not counted


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
        # 提到…的有几篇, 写…的稿子有多少篇, 列出所有关于…的报道
        (
            Wants.ARTICLES,
            rf"(?:登过|发过)?(?:提到|提及|写到|写过|讲到|说到|谈到|涉及|报道|关于|有关|写){_WHAT}的{_ARTICLES}?{_IN_ALL}(?:{_MANY}|哪(?:几|些)?)[篇条则]?",
        ),
        (Wants.ARTICLES, rf"(?:列出|找出|列一下)(?:所有|全部)?(?:的)?(?:提到|写到|关于|有关){_WHAT}的{_ARTICLES}"),
    )
)
_PAPER = r"[《]?[\u4e00-\u9fff]{2,8}(?:报|刊|讯|[单双半]?[周旬月])[》]?"
_TOTALS: tuple[tuple[Wants, re.Pattern[str]], ...] = tuple(
    (wants, re.compile(f"{_START}{pattern}{_END}"))
    for wants, pattern in (
        (Wants.ISSUES, rf"(?:收录|存|收|保存)?了?(?:{_MANY}|哪些|哪几)期(?:的?(?:公报|报纸|报|{_PAPER}))?"),
        (Wants.ARTICLES, rf"(?:收录|存|收|刊登|登|发表|发)?了?{_MANY}(?:篇{_ARTICLES}?|(?:文章|报道|新闻|稿件))"),
        (
            Wants.OVERVIEW,
            r"(?:概括|总结|概述|归纳|介绍|说说|讲讲|摘要|浏览|简介|梳理)(?:一下|一遍|下)?(?:这一?期|本期|公报|报纸|全部|所有|的|主要|内容|文章|新闻|要点)*",
        ),
        (
            Wants.OVERVIEW,
            rf"(?:主要)?(?:讲|说|登|刊登|报道|写|发生)?了?(?:有)?(?:哪些|什么|啥)(?:主要|重要|重点)?(?:的)?(?:{_ARTICLES}|标题|头条|要闻|大事|事|主题)?",
        ),
        (
            Wants.HEADLINE,
            r"(?:头版)?头条(?:新闻|文章|消息|那篇文章)?(?:是|讲|说|写)?的?(?:是)?(?:什么|哪条|哪篇)?(?:事|内容)?",
        ),
        (
            Wants.OVERVIEW,
            r"(?=.*(?:什么|啥|哪些|[看重要]点|内容|标题|目录|[摘概]要))(?:主要|大概|大致|总体上?|都|在|到底)*(?:讲|说|登|写|有)?(?:的|了|些)*(?:什么|啥|哪些)?(?:看点|重点|要点|内容|标题|目录|摘要|概要|主要内容|意思|大事|事|新闻)*(?:是什么|有哪些|给我一份|概括一下|简单说说)?",
        ),
    )
)
_AROUND = " “”\"'「」『』《》〈〉‘’"
_LISTED = 30


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
    """Count and list. `within` tells what the filters leave, as a user is told it ("" for everything)."""
    articles = (
        snapshot.find_phrase(census.phrase, filters=filters)
        if census.phrase
        else snapshot.find_articles(filters=filters)
    )
    if not articles:
        if census.phrase:
            text = render.no_articles(phrase=census.phrase, within=within)
            return Answer(question=question, kind=AnswerKind.COUNTED, text=text, confidence=1.0)
        if within:
            text = render.no_articles(phrase="", within=within)
            return Answer(question=question, kind=AnswerKind.NOT_FOUND, text=text)
        return Answer(question=question, kind=AnswerKind.NOTHING_LEFT, text=render.nothing_left())
    chosen = _chosen(census.wants, articles)
    citations = [_cite(number, article, census.phrase) for number, article in enumerate(chosen[:_LISTED], start=1)]
    lines = [_LINES[census.wants](citation) for citation in citations]
    text = render.listed(_head(census, articles, within), lines, left_out=len(chosen) - len(citations))
    passages = tuple(passage_of(citation) for citation in citations)
    quote, printed = citations[0].quote, tuple(Counter(article.date for article in articles).items())
    return Answer(
        question=question,
        kind=AnswerKind.SUMMARY if census.wants in _READ else AnswerKind.COUNTED,
        text=text,
        quote=quote,
        citations=tuple(citations),
        passages=passages,
        confidence=1.0,
        printed=printed,
    )


# What is wanted to be read, not counted, is quoted.
_LINES: dict[Wants, Callable[[Citation], str]] = {
    Wants.ARTICLES: render.article_line,
    Wants.ISSUES: render.issue_line,
    Wants.OVERVIEW: render.quote_line,
    Wants.HEADLINE: render.quote_line,
}


def _chosen(wants: Wants, articles: Sequence[Article]) -> Sequence[Article]:
    """The articles to be listed, as far as there is room: of each issue the first, where issues are wanted."""
    if wants is Wants.ISSUES:
        return [next(of_issue) for _, of_issue in groupby(articles, key=lambda article: article.issue)]
    if wants is Wants.HEADLINE:
        return articles[:1]
    return _spread(articles) if wants is Wants.OVERVIEW else articles


def _head(census: Census, articles: Sequence[Article], within: str) -> Words:
    if census.wants is Wants.HEADLINE:
        return render.headline(within=within)
    if census.wants is Wants.ISSUES:
        issues = len(dict.fromkeys(article.issue for article in articles))
        return render.issue_count(issues, phrase=census.phrase, within=within)
    # An overview is of all articles.
    return render.article_count(len(articles), phrase=census.phrase, within=within)


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
    spans = sentences_of(article) or [(0, len(article.body))]
    return cited(
        number, article, next((span for span in spans if wanted in fold(article.body[slice(*span)])), spans[0])
    )
