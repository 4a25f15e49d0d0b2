"""Pages in the structures that systems of local papers, governments and stations print, in words of our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.types import ParsedArticle, ParsedIssue

TITLE = "清水河大桥合龙"
STORY = (
    "清水河大桥昨日合龙，桥长四百二十米，双向四车道，预计明年五月通车，通车后县城到石桥镇只要十五分钟。",
    "项目负责人说，合龙段重一百八十吨，工人连夜浇筑，用了十一个小时，气温和风力都在允许的范围里。",
    "大桥两头的引道下月铺沥青，施工期间，去石桥镇的车辆请走老渡口便道，货车限高三米五。",
)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in STORY)
DAY = date(2023, 8, 1)
ADDRESS = "http://news.example.org/xw/202308/t20230801_1234.html"


@dataclass(frozen=True, slots=True)
class Site:
    """A page's title and body, and what is to be read of it."""

    head: str
    body: str
    byline: str = ""
    name: str = ""
    before: str = ""


SITES = {
    "university system": Site(
        f"{TITLE}-青禾县人民政府网",
        f"<div>您的位置：<a href=/>首页</a> &gt;&gt; 正文</div><form><h3>{TITLE}</h3><div>"
        "<span>作者：某记者&nbsp;</span>"
        "<span>来源：县融媒体中心&nbsp;</span><span>发布日期：2023-08-01</span><span>浏览次数：<span>233</span>次</span></div>"
        f"<div id=vsb_content><div class=v_news_content>{PARAGRAPHS}<p>（责任编辑：某编辑）</p></div></div>"
        "<p>上一条：<a href=1>县图书馆开馆</a></p><p>下一条：<a href=2>棋赛落幕</a></p></form>",
        byline="作者：某记者 来源：县融媒体中心",
        name="青禾县人民政府网 2023年8月1日",
    ),
    "portal system": Site(
        f"{TITLE}_青禾新闻网",
        f"<h1>{TITLE}</h1><p>2023年08月01日 10:20&nbsp;来源：青禾日报&nbsp;&nbsp;"
        "<a href=x>我要评论</a> 字体：<a>大</a> <a>中</a></p>"
        f"<div class=TRS_Editor><style>.a{{}}</style>{PARAGRAPHS}</div><div>扫一扫在手机打开当前页</div>",
        byline="来源：青禾日报",
        name="青禾新闻网 2023年8月1日",
    ),
    "account": Site(
        "",
        f"<div><h1>{TITLE}</h1><a id=js_name>青禾发布</a><em>2023-08-01 18:20</em></div>"
        f"<div id=js_content><section>{PARAGRAPHS}</section><section><p>来源：青禾融媒</p>"
        "<p>记者：某记者</p><p>编辑：某编辑</p>"
        "<p>往期推荐</p><p><a>县图书馆开馆</a></p></section></div>",
        byline="来源：青禾融媒 记者：某记者 青禾发布",
        name="青禾发布 2023年8月1日",
    ),
    "film": Site(
        f"[青禾联播]{TITLE}",
        f"<h1>[青禾联播]{TITLE}</h1><div>来源：县融媒体中心 2023年08月01日 19:30</div><div><video src=x></video>"
        "<p>您的浏览器不支持HTML5视频播放，请升级浏览器或安装Flash播放器。</p><div>00:00 / 02:13</div><div>倍速</div>"
        f"<div>高清</div></div><div><p>视频内容简介</p>{PARAGRAPHS}</div>",
        byline="来源：县融媒体中心",
    ),
    "old tables": Site(
        "青禾县广播电视台",
        f"<table><tr><td><a href=1>首页</a>|<a href=2>新闻</a></td></tr>"
        f"<tr><td><font size=5><b>{TITLE}</b></font></td></tr>"
        "<tr><td>时间:2023/8/1 10:20:33&nbsp;&nbsp;点击:233&nbsp;&nbsp;录入:admin&nbsp;&nbsp;来源:本站原创</td></tr>"
        f"<tr><td>{''.join(f'<div>{text}</div>' for text in STORY)}</td></tr>"
        "<tr><td>上一篇:<a href=1>县图书馆开馆</a> 下一篇:没有了</td></tr></table>",
        name="青禾县广播电视台 2023年8月1日",
    ),
    "one line": Site(
        TITLE,
        f"<div>{TITLE}</div><div>来源：县融媒体中心 作者：某记者 发布时间：2023-08-01 10:20 浏览次数: 233次</div>"
        f"<div>{'<br>'.join(STORY)}<br>（来源：县融媒体中心）<br>责任编辑：某编辑　审核：某主任</div>",
        byline="来源：县融媒体中心 作者：某记者",
    ),
    "glued editors": Site(
        f"{TITLE}|要闻|青禾日报数字版",
        f"<h1>{TITLE}</h1><div>2023-08-01</div><div>{PARAGRAPHS[:-4]}（责任编辑：某编辑）</p></div>",
        name="青禾日报数字版 2023年8月1日",
    ),
    "paper on the web": Site(
        "青禾日报多媒体数字报刊平台",
        f"<div><b>{TITLE}</b></div><div>2023-08-01</div><div>{PARAGRAPHS}</div>",
        name="青禾日报 2023年8月1日",
    ),
    "no name": Site("数字报", f"<div><b>{TITLE}</b></div><div>2023-08-01</div><div>{PARAGRAPHS}</div>", name="a"),
    "day in the address": Site(
        f"{TITLE}-青禾网",
        f"<h1>{TITLE}</h1><div>{PARAGRAPHS}</div>",
        name="青禾网 2023年8月1日",
        before=f"<!DOCTYPE html>\n<!-- saved from url=({len(ADDRESS):04}){ADDRESS} -->\n",
    ),
    "forum": Site(
        f"{TITLE} - 县情杂谈 - 青禾论坛 - Powered by Something!",
        f"<table><tr><td><a>某用户</a><p>积分 233</p></td><td><h1><a href=x>[县情]</a> <span>{TITLE}</span></h1>"
        f"<div>发表于 2023-8-1 10:20:33 | <a>只看该作者</a></div><div>{'<br>'.join(STORY)}</div></td></tr></table>"
        "<table><tr><td><a>路人</a></td><td><div>发表于 2023-8-2 11:00:00</div>"
        "<div>终于要通车了，等了三年，以后接孩子方便多了，希望货车别走这边。</div></td></tr></table>",
    ),
}


def page(site: Site) -> str:
    return f"{site.before}<html><head><title>{site.head}</title></head><body>{site.body}</body></html>"


def read(text: str, name: str = "a.html") -> ParsedIssue:
    return read_document(Document(name, text.encode()))


def only(text: str) -> ParsedArticle:
    (article,) = read(text).articles
    return article


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_the_article_of_a_page_is_read_with_its_day_and_its_writers_and_nothing_else(site: Site) -> None:
    issue = read(page(site))
    (article,) = issue.articles
    assert article.title == (site.head if site.head.startswith("[") else TITLE)
    assert article.body.split("\n") == list(STORY)
    assert (article.byline, article.date, issue.date) == (site.byline, DAY, DAY)
    assert not site.name or issue.name == site.name


@pytest.mark.parametrize(
    ("address", "day"),
    [
        (ADDRESS, DAY),
        ("http://news.example.org/2023/0801/c12-345.html", DAY),
        ("http://epaper.example.org/html/2023-08/01/content_12.htm", DAY),
        ("http://news.example.org/20230801/12.shtml?from=20240101", DAY),
        ("http://news.example.org/article/2023123456789.html", None),
        ("http://news.example.org/a/20231399.html", None),
    ],
)
def test_the_day_of_an_address_is_none_of_its_other_numbers(address: str, day: date | None) -> None:
    link = f'<link rel="canonical" href="{address}">'
    text = page(Site(TITLE, f"<h1>{TITLE}</h1>{PARAGRAPHS}")).replace("</head>", f"{link}</head>")
    assert only(text).date == day


def test_a_page_saved_as_one_file_has_the_day_of_its_address() -> None:
    text = page(Site(f"{TITLE}-青禾网", f"<h1>{TITLE}</h1>{PARAGRAPHS}"))
    saved = (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {ADDRESS}\r\nSubject: x\r\n"
        "Date: Mon, 21 Aug 2023 08:00:00 +0800\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n\r\n'
        f"--b\r\nContent-Type: text/html\r\nContent-Location: {ADDRESS}\r\n\r\n"
    )
    issue = read(f"{saved}{text}\r\n--b--\r\n", "a.mhtml")
    assert (issue.name, issue.date) == ("青禾网 2023年8月1日", DAY)


def test_what_only_looks_like_a_player_an_editor_or_a_kind_stays() -> None:
    lines = ("高清摄像头装到了渡口，镇上的人说，夜里也看得清（某编辑部供图）。", *STORY[1:])
    text = "".join(f"<p>{line}</p>" for line in lines)
    article = only(page(Site("[组图]渡口装上摄像头_青禾网", f"<h1>[组图]渡口装上摄像头</h1>{text}")))
    assert (article.title, article.body.split("\n")) == ("[组图]渡口装上摄像头", list(lines))
