"""Who or what a name is: the sentences that describe it, and which people an article tells of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from embeddings import SURNAMES_WHERE_NAMES_STAND, Article, Filters, Snapshot, fold
from qa.answering import render
from qa.answering.articles import Span, cited, passage_of, sentences_of, told_by
from qa.query.intents.describe import Described
from qa.query.names import people_in
from qa.types import Answer, AnswerKind, Citation

_ARTICLES = 12
_POST = (
    "书记|主任|[区市县镇乡村局院校会队部所站馆厂社行]长|经理|主席|总理|总统|教授|医生|老师|教师|记者|志愿者|居民|村民|市民|职工|党员|选手|运动员|航天员|民警|警察|辅警|律师"
    "|工程师|专家|代表|大户|负责人|司机|学生|战士|军人|老兵|护士|院士|委员|干部|队员|教练|作家|画家|演员|导演|店主|老板|会员|理事|董事|发言人|传承人|[女男]子|老人|[\u4e00-\u9fff]员"
)
_KIND_OF_THING = "中心|[馆站场桥路楼园塔船队团剧院校]|项目|工程|活动|组织|品牌|平台|系统|小区|社区|台风|飞船|卫星|计划"
_FIRST = 4  # sentences, of which an earlier one goes before
_LEAST = 1.0  # a sentence that merely has the name describes nothing


def description(asked: Described, question: str, snapshot: Snapshot, *, filters: Filters) -> Answer | None:
    """The sentence or two that describe a name; None where none does."""
    articles = snapshot.find_phrase(asked.name, filters=filters)[:_ARTICLES]
    weigh = _describes_person if asked.is_person else _describes_thing
    found = [
        (weigh(article.body[slice(*span)], asked.name) - 0.05 * min(place, _FIRST), article, span)
        for article in articles
        for place, span in enumerate(sentences_of(article))
        if fold(asked.name) in fold(article.body[slice(*span)])
    ]
    told = sorted((one for one in found if one[0] >= _LEAST), key=lambda one: -one[0])
    # Of somebody whom no sentence describes, the first that is about him tells most.
    found = told or [one for one in found if asked.is_person and one[0] > 0][:1]
    if not found:
        return None
    best = found[0]
    chosen: list[tuple[Article, Span]] = [(best[1], best[2])]
    chosen += [(article, span) for _, article, span in found[1:] if article.id != best[1].id][:1]
    citations = [cited(number, *one) for number, one in enumerate(chosen, start=1)]
    return Answer(
        question=question,
        kind=AnswerKind.FOUND,
        text=render.quotes(citations),
        quote=best[1].body[slice(*best[2])],
        citations=tuple(citations),
        passages=tuple(passage_of(citation) for citation in citations),
        confidence=1.0,
        short=asked.name if asked.is_person else "",
    )


def _describes_person(sentence: str, name: str) -> float:
    """How much a sentence says of who somebody is: a post before the name, 是 behind it, an age, what they did."""
    wanted = re.escape(name)
    return (
        2.0 * bool(re.search(rf"(?:{_POST})[“「（]?{wanted}", sentence))
        + 2.0 * bool(re.search(rf"{wanted}[”」]?(?:，|,|（)?(?:今年|现年|现任|曾任|原|就?是(?!说))", sentence))
        + 1.0 * bool(re.search(rf"{wanted}.{{0,20}}\d+ ?岁|\d+ ?岁的.{{0,8}}{wanted}", sentence))
        + 1.5 * bool(re.search(rf"(?:就?是|叫|名叫|人称|被称为|喊|誉为).{{0,10}}[“「]?{wanted}", sentence))
        + 0.5 * bool(re.match(rf".{{0,8}}{wanted}", sentence))
    )


def _describes_thing(sentence: str, name: str) -> float:
    """How much a sentence says of what something is: 是, 指, 即 or a colon behind it, or what it does."""
    wanted = re.escape(name)
    return (
        2.5
        * bool(
            re.search(
                rf"{wanted}[”」》]?(?:制度|活动|模式|工程|项目|机制|平台|行动|改革)?(?:，|,)?(?:是指|指的?是|就?是(?!否)|即|意思是|包括|[:：])",
                sentence,
            )
        )
        + 1.5
        * bool(
            re.search(
                rf"(?:推行|实行|实施|建立|打造|开展|创建|设立|结成|组成|成立|采取|采用|提出|推出|名为|叫做?|称为|即|所谓的?)[“「《]?{wanted}",
                sentence,
            )
        )
        # In marks, what it is stands beside it: 跳台滑雪中心“雪如意”.
        + 0.5 * bool(re.search(rf"[“「《]{wanted}", sentence))
        + 0.7 * bool(re.search(rf"(?:{_KIND_OF_THING})[“「《]{wanted}", sentence))
    )


_WHICH_PEOPLE = re.compile(
    r"哪(?P<count>[两二三四五六七八九十\d]+)(?:个|位|名)(?:人|同志|代表|选手|运动员|队员|航天员|老人|党员|嘉宾|委员)?"
)
_NAME_FIRST = re.compile(rf"[{SURNAMES_WHERE_NAMES_STAND}][\u4e00-\u9fff]{{2}}")
_COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def people_asked_for(question: str) -> int:
    """How many people a question asks for by number (哪三位); 0 for another question."""
    match = _WHICH_PEOPLE.search(question)
    if match is None:
        return 0
    return int(match["count"]) if match["count"].isdecimal() else _COUNTS.get(match["count"], 0)


def people_told_of(count: int, question: str, articles: Sequence[Article]) -> Answer | None:
    """So many people, where the first article that bears on the question tells of exactly so many; else None."""
    for article in articles[:1]:
        if in_a_row := _begin_with_names(count, article):
            return _people_of(in_a_row, question, article)
        named = Counter(name for name in people_in(article.body))
        # A name may be found with a character of the next word behind it (张三丰 of 张三丰收).
        names = [name for name in named if not any(other != name and name.startswith(other) for other in named)]
        if len(names) == count:
            return _people(names, question, article)
    return None


def _begin_with_names(count: int, article: Article) -> list[Span]:
    """So many sentences in a row that begin with a name each, and stand between semicolons; [] where there are none."""
    spans = sentences_of(article)
    for place in range(len(spans) - count + 1):
        row = [article.body[slice(*span)] for span in spans[place : place + count]]
        parted = all(text.rstrip().endswith(("；", ";")) for text in row[:-1])
        if parted and not row[-1].rstrip().endswith(("；", ";")) and all(_NAME_FIRST.match(text) for text in row):
            return spans[place : place + count]
    return []


def _people_of(spans: Sequence[Span], question: str, article: Article) -> Answer:
    """People told of in a sentence each."""
    citations = [cited(number, article, span) for number, span in enumerate(spans, start=1)]
    text = "\n".join(f"{citation.quote}[{citation.number}]" for citation in citations)
    return told_by(citations, question, kind=AnswerKind.LIST, text=text)


def _people(names: Sequence[str], question: str, article: Article) -> Answer:
    citations: list[Citation] = []
    for span in sentences_of(article):
        text = article.body[slice(*span)]
        if any(name in text and not any(name in citation.quote for citation in citations) for name in names):
            citations.append(cited(len(citations) + 1, article, span))
    return told_by(citations, question, kind=AnswerKind.LIST, text=render.names(names, citations))
