"""Pages of e-papers (数字报) as their systems print them: pages of contents, and a page for each article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class PaperArticle:
    """An article with the number of the printed page it stands on."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    page: int
    section: str
    byline: str = "本报记者 梁田"
    deck: str = ""


# Not in the order of their titles, and the tenth follows the ninth only where numbers are numbers.
ARTICLES = (
    PaperArticle(
        8,
        "北关老街修缮完工",
        (
            "青禾县北关老街的修缮工程昨天完工，一百二十间铺面换上了木门板，石板路重新铺过。",
            "住户代表说，雨天再也不用踩着积水回家，老字号茶馆下月重新开张。",
        ),
        1,
        "要闻",
        deck="一百二十间铺面换新颜",
    ),
    PaperArticle(
        9,
        "全县秋粮收购过半",
        (
            "截至本周，全县十四个收购点共收秋粮三万二千吨，占计划的百分之五十六。",
            "粮食部门说，烘干设备日夜开着，农户随到随卖，当天结清粮款。",
        ),
        1,
        "要闻",
    ),
    PaperArticle(
        10,
        "两条公交线延到山里",
        (
            "从下周一起，七路和十一路公交车延长到石桥镇的三个村，每天各发六班。",
            "交通部门估计，沿线四千多名村民进城的时间可以缩短半个钟头。",
        ),
        1,
        "要闻",
    ),
    PaperArticle(
        11,
        "河边步道装上路灯",
        (
            "清水河东岸的步道上周装好了八十六盏路灯，晚上六点亮，十一点灭。",
            "附近居民说，晚饭后散步的人比以前多了一倍，孩子们也敢在这里骑车。",
        ),
        2,
        "民生",
    ),
    PaperArticle(
        12,
        "少年棋赛落幕",
        (
            "为期三天的少年棋赛昨天在文化馆落幕，全县二十一所学校的一百五十名学生参加。",
            "冠军由石桥小学的学生获得，主办方说明年还要增设女子组。",
        ),
        2,
        "民生",
    ),
)
DAY = date(2024, 10, 18)
PAPER = "青禾日报"


def founder_day(
    *, paper: str = PAPER, day: date = DAY, articles: Sequence[PaperArticle] = ARTICLES, base: int = 500
) -> dict[str, str]:
    """The pages of a day by file name, after the system that county and city papers use."""
    places = {article.page: article.section for article in articles}
    nodes = "".join(
        f"<Li><a id=pageLink href=node_{page + 1}.htm>0{page}： {section}</a></Li>" for page, section in places.items()
    )
    pages = {}
    for page, section in places.items():
        listed = "".join(
            f'<li><a href="content_{base + one.number}.htm"><div id=mp{one.number}>{one.title}</div></a></li>'
            for one in articles
            if one.page == page
        )
        pages[f"node_{page + 1}.htm"] = _founder(
            paper, day, f"<UL>{nodes}</UL>", f"<div id=titleList><ul>{listed}</ul></div>", page, section, None
        )
    for one in articles:
        body = "".join(f"<P>　　{paragraph}</P>" for paragraph in one.paragraphs)
        inner = (
            f"<table><TR><TD class=bt2><strong><founder-title>{one.title}</founder-title></strong></TD></TR>"
            f"<TR><TD>{one.deck and '——' + one.deck}</TD></TR><TR><TD>■{one.byline}</TD></TR></table>"
            f"<div id=ozoom><founder-content><!--enpcontent-->{body}<!--/enpcontent--></founder-content></div>"
        )
        pages[f"content_{base + one.number}.htm"] = _founder(
            paper, day, f"<UL>{nodes}</UL>", inner, one.page, one.section, one
        )
    return pages


def _founder(
    paper: str, day: date, nodes: str, inner: str, page: int, section: str, article: PaperArticle | None
) -> str:
    said = f"<founder-date>{day} 00:00:00</founder-date><founder-pagenum>{page:02}</founder-pagenum>"
    said += f"<founder-papername>{paper}</founder-papername>"
    if article is None:
        said += f"<founder-type>2</founder-type><founder-content>{paper}</founder-content>"
    else:
        said = f"<title>{article.title}</title><subtitle>{article.deck}</subtitle><nodename>{section}</nodename>{said}"
        said += "<founder-type>1</founder-type>"
    return (
        f"<html><head><title>{paper}数字报</title></head><body><DIV id=pgn>{nodes}</DIV>"
        f"<table><tr><td>第0{page}版：<STRONG>{section}</STRONG></td>"
        f"<td><a class=preart href=node_3.htm>下一版</a></td>"
        f"<td><strong>{day.year}年{day.month}月{day.day}日 星期五</strong></td></tr></table>{inner}"
        f"<table><tr><td>{paper}社版权所有 未经授权不得转载</td></tr></table></body></html>"
        f"<!--enpproperty {said}/enpproperty-->"
    )


def people_day(
    *, paper: str = PAPER, day: date = DAY, articles: Sequence[PaperArticle] = ARTICLES, code: str = "D1"
) -> dict[str, str]:
    """The pages of a day by file name, in the structure that a national daily used for years."""
    places = {article.page: article.section for article in articles}
    stamp = day.strftime("%Y%m%d")
    order: dict[int, int] = {}
    names = {}
    for one in articles:
        order[one.page] = order.get(one.page, 0) + 1
        names[one.number] = f"nw.{code}_{stamp}_{order[one.page]}-{one.page:02}.htm"
    nodes = "".join(
        f'<div class="name"><a id="pageLink" href="nbs.{code}_{page:02}.htm">第{page:02}版：{section}</a></div>'
        for page, section in places.items()
    )
    pages = {}
    for page, section in places.items():
        listed = "".join(
            f'<li><a href="{names[one.number]}">{one.title}</a></li>' for one in articles if one.page == page
        )
        pages[f"nbs.{code}_{page:02}.htm"] = _people(
            paper, day, f'<div id="titleList"><ul>{listed}</ul></div>{nodes}', page, section
        )
        for one in (one for one in articles if one.page == page):
            body = "".join(f"<p>　　{paragraph}</p>" for paragraph in one.paragraphs)
            inner = (
                f'<div class="text_c"><h3></h3><h1>{one.title}</h1><h2>{one.deck}</h2><h4>{one.byline}</h4>'
                f'<div class="lai">《 {paper} 》（{day.year}年{day.month:02}月{day.day:02}日　　第 {page:02} 版）</div>'
                f'<div class="c_c"><div id="ozoom"><!--enpcontent-->{body}<!--/enpcontent--></div></div></div>'
                f'<div class="right_title"><ul><li>本版新闻</li>{listed}</ul></div>'
            )
            pages[names[one.number]] = _people(paper, day, inner, page, section, title=one.title)
    return pages


def _people(paper: str, day: date, inner: str, page: int, section: str, *, title: str = "") -> str:
    head = f"{title}--{paper}" if title else f"{paper}--{day.year}年{day.month:02}月{day.day:02}日--{page:02}版"
    return (
        f'<html><head><title>{head}</title></head><body><div class="ban_t"><ul><li>第{page:02}版:{section} &nbsp;'
        f'<a href=a.pdf>PDF版下载</a><a class=preart href="nbs.D1_02.htm">下一版</a></li></ul></div>'
        f'<div class="pai f_link" id="bqsm_nr">　　《{paper}》（电子版）的一切内容仅供读者阅读、学习研究使用，'
        f"未经书面授权，任何单位及个人不得将其用于商业性目的，否则将追究法律责任。</div>"
        f'<div id="riqi_">{paper}\n {day.year}年{day.month:02}月{day.day:02}日 星期五</div>{inner}'
        f'<div class="footer">{paper}社 版权所有</div></body></html>'
    )


def other_day() -> tuple[PaperArticle, ...]:
    """Articles of another day."""
    return tuple(replace(one, number=one.number + 20, title=f"{one.title}后续") for one in ARTICLES[:3])
