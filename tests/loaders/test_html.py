from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from embeddings.config import Limits
from embeddings.errors import SourceError
from embeddings.loaders.html import HtmlLoader
from embeddings.sources.document import Document
from embeddings.types import ParsedArticle, ParsedIssue
from tests.support.cost import cpu_seconds, growth

LEAD = "5月5日上午，城东水库开闸放水，下游三个村的农田得到灌溉。"
SECOND = "水库管理处负责人说，这次放水持续四天，总量约六十万立方米，可以满足早稻返青的需要。"
THIRD = "村民说，往年这个时候要靠抽水，今年省了不少电费。"
PARAGRAPHS = "".join(f"<p>　　{text}</p>" for text in (LEAD, SECOND, THIRD))
ARTICLE = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>城东水库开闸放水_某某新闻网</title>
<meta name="PubDate" content="2024-05-06 08:30"></head><body onload="evil()">
<div class="nav"><a href="/">首页</a><a href="/a">要闻</a></div><div>当前位置：<a href="/">首页</a> &gt; 要闻</div>
<h1>城东水库开闸放水<script>evil()</script></h1>
<div>来源：某某日报　作者：甲乙　2024-05-06 08:30　浏览次数：123</div>
<div class="text">{PARAGRAPHS}<table><tr><th>村</th><th>亩</th></tr><tr><td>东村</td><td>1200</td></tr></table>
<ol><li>放水时间：5月5日至8日</li><li>水量：六十万立方米</li></ol>
<p>　　放水期间请勿下河，水库管理处派人巡查。</p></div>
<div class="comments"><p>网友说写得好，支持一下，希望多放水。</p></div><div class="related"><h3>相关阅读</h3>
<ul><li><a href="/1">城西水库大坝加固工程完工验收</a></li></ul></div><footer>版权所有 某某新闻网</footer>
<!-- <b>evil()</b> --><svg><script>evil()</script></svg></body></html>"""
ISSUE = f"""<html><head><title>周报</title></head><body><h1>社区周报 2024年5月6日 第12期</h1>
<h2>图书馆延长开放时间</h2><p>本报记者 甲乙</p><p>社区图书馆从5月7日起开放到晚上九点。</p>
<p>读者可以凭身份证办证。(丙丁)</p>
<h2>城东水库开闸放水</h2>{PARAGRAPHS}<h3>巡查</h3><p>放水期间请勿下河，管理处派人巡查。</p></body></html>"""
LIST = """<html><head><title>要闻_某某县新闻网</title></head><body><div class="menu"><a href="/">首页</a></div><ul>
<li><span>2024-05-06</span><a href="/1.html" title="县里召开春耕生产现场会部署抗旱工作">
县里召开春耕生产现场会部署…</a></li>
<li><a href="/art/2024/5/5/2.html">[图文]三所小学新操场投入使用</a></li>
<li><span>2024-05-04</span><a href="/3.html">自来水厂检修 城北停水六小时</a>
<p>停水从5月8日早上六点开始，请居民储水。</p></li>
</ul></body></html>"""
BROADCAST = """<link rel="stylesheet" href="a.css"/>
<li><a href="/0" title="《晚间播报》 20240506 19:00"><img src="a.jpg"/></a><span>00:30:02</span>
<a href="/0"><i>完整版</i>《晚间播报》 20240506 19:00</a></li>
<li><span>00:02:03</span><a href="/1"><i>完整版</i>[视频]城东水库开闸放水 三个村农田受益</a></li>
<li><span>00:01:00</span><a href="/2"><i>完整版</i>[视频]【民生】图书馆延长开放时间</a></li>
<li><span>00:01:00</span><a href="/3"><i>完整版</i>[视频]江河安澜</a></li>"""


def page(text: str | bytes, name: str = "a.html") -> Document:
    return Document(name, text if isinstance(text, bytes) else text.encode())


def read(text: str | bytes) -> ParsedIssue:
    return HtmlLoader().read(page(text), Limits())


@pytest.mark.parametrize("text", [ARTICLE, ISSUE, LIST, BROADCAST, "<li><a href='/1'>城东水库开闸放水</a></li>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_page_is_known_whatever_its_suffix_and_encoding(text: str, encoding: str) -> None:
    assert HtmlLoader().reads(page(text.encode(encoding), "a.txt"))


@pytest.mark.parametrize(
    "text", ["城东水库开闸放水。", "a < b 且 c > d，" * 20, '{"text": "<p>水</p>"}', "# <b>标题</b>\n正文"]
)
def test_a_text_that_mentions_tags_is_no_page(text: str) -> None:
    assert not HtmlLoader().reads(page(text, "a.txt"))


def test_an_article_page_gives_its_article_and_nothing_around_it() -> None:
    issue = read(ARTICLE)
    (article,) = issue.articles
    assert (issue.name, issue.date) == ("某某新闻网 2024年5月6日", date(2024, 5, 6))
    assert (article.title, article.byline) == ("城东水库开闸放水", "来源：某某日报 作者：甲乙")
    assert article.body.split("\n") == [
        *(LEAD, SECOND, THIRD, "村 | 亩", "东村 | 1200"),
        *("1. 放水时间：5月5日至8日", "2. 水量：六十万立方米", "放水期间请勿下河，水库管理处派人巡查。"),
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_page_is_read_in_the_encoding_it_has_and_not_the_one_it_claims(encoding: str) -> None:
    assert read(ARTICLE.encode(encoding)) == read(ARTICLE)


def test_a_traditional_page_in_big5_is_read() -> None:
    paragraphs = "<p>水庫管理處說，這次放水持續四天。</p>" * 4
    text = f"<html><meta charset=big5><body><h1>水庫開閘放水</h1>{paragraphs}</body></html>"
    (article,) = read(text.encode("big5")).articles
    assert article.title == "水庫開閘放水"
    assert article.body.startswith("水庫管理處說，這次放水持續四天。")


def test_headings_with_a_text_each_are_articles_and_the_one_above_names_the_issue() -> None:
    issue = read(ISSUE)
    first, second = issue.articles
    assert (issue.name, issue.date) == ("社区周报 2024年5月6日 第12期", date(2024, 5, 6))
    assert (first.title, first.byline) == ("图书馆延长开放时间", "本报记者 甲乙 丙丁")
    assert first.body.endswith("读者可以凭身份证办证。")
    assert second.body.split("\n") == [LEAD, SECOND, THIRD, "巡查", "放水期间请勿下河，管理处派人巡查。"]


def test_parts_of_an_article_are_no_articles() -> None:
    parts = f"<h2>一、时间</h2><p>{SECOND}</p><h2>二、水量</h2><p>{THIRD}</p>"
    (article,) = read(f"<html><body><h1>水库放水</h1><p>{LEAD}</p>{parts}</body></html>").articles
    assert article.title == "水库放水"
    assert article.body.split("\n") == [LEAD, "一、时间", SECOND, "二、水量", THIRD]


def test_a_page_laid_out_in_tables_without_a_heading_is_read_and_dated_by_the_line_above_its_text() -> None:
    text = (
        "<HTML><META content='text/html; charset=gb2312'><TITLE>水库放水 - 某某晚报</TITLE><BODY><table><tr><td>"
        "<a href=a>首页</a></td><td><a href=b>副刊</a></td></tr></table>"
        "<table><tr><td><a href=1>图书馆延长开放时间</a></td>"
        "<td><table><tr>"
        "<td><font size=5>水库放水</font></td></tr><tr><td>2024年05月06日 07:12　某某晚报</td></tr><tr><td>"
        f"{PARAGRAPHS}</td></tr></table></td></tr></table><center>某某晚报社 版权所有</center></BODY></HTML>"
    )
    issue = read(text.encode("gb18030"))
    (article,) = issue.articles
    assert (issue.name, issue.date) == ("某某晚报 2024年5月6日", date(2024, 5, 6))
    assert (article.title, article.body.split("\n")) == ("水库放水", [LEAD, SECOND, THIRD])


def test_the_name_of_the_site_above_an_article_is_not_its_title() -> None:
    issue = read(f"<html><title>水库放水</title><body><h1>某某之窗</h1><h2>水库放水</h2>{PARAGRAPHS}</body></html>")
    (article,) = issue.articles
    assert (issue.name, article.title) == ("某某之窗", "水库放水")
    assert article.body.split("\n") == [LEAD, SECOND, THIRD]


def test_a_list_of_links_gives_each_title_as_an_article_with_its_own_date() -> None:
    issue = read(LIST)
    assert [(article.title, article.body, article.date) for article in issue.articles] == [
        ("县里召开春耕生产现场会部署抗旱工作", "县里召开春耕生产现场会部署抗旱工作", date(2024, 5, 6)),
        ("三所小学新操场投入使用", "三所小学新操场投入使用", date(2024, 5, 5)),
        ("自来水厂检修 城北停水六小时", "停水从5月8日早上六点开始，请居民储水。", date(2024, 5, 4)),
    ]
    assert (issue.name, issue.date) == ("某某县新闻网", None)


def test_the_whole_programme_names_a_broadcast_and_is_no_article() -> None:
    issue = read(BROADCAST)
    assert (issue.name, issue.date) == ("晚间播报 2024年5月6日", date(2024, 5, 6))
    assert [article.title for article in issue.articles] == [
        *("城东水库开闸放水 三个村农田受益", "【民生】图书馆延长开放时间", "江河安澜")
    ]


@pytest.mark.parametrize("day", ["20220101", "20220102", "20220107", "20221016", "20240101", "20240910"])
def test_the_sample_lists_give_every_item(shared: Path, day: str) -> None:
    file = shared / "bulletins" / "messy" / "html" / f"cctv_{day}.html"
    if not file.exists():
        pytest.skip("the sample pages are not beside this checkout")
    issue = read(file.read_bytes())
    assert issue.name == f"新闻联播 {int(day[:4])}年{int(day[4:6])}月{int(day[6:])}日"
    assert len(issue.articles) == file.read_text(encoding="utf-8").count("<li>") - 1
    assert not any("视频]" in article.body or "完整版" in article.body for article in issue.articles)


HOSTILE = {
    "a hundred thousand elements in one another": "<html><body>" + "<div>" * 100_000 + PARAGRAPHS,
    "twelve hundred elements in one another": "<html><body><h1>水库</h1>" + "<div>" * 1200 + PARAGRAPHS,
    "twenty megabytes of paragraphs": "<html><body>" + "<p>水库放水。</p>" * 900_000,
    "twenty megabytes in one paragraph": "<html><body><p>" + "水库放水。" * 1_300_000,
    "a tag without an end": "<html><body>" + "<a " * 6_000_000,
    "scripts without an end": "<html><body>" + PARAGRAPHS + "<script>evil()" * 100_000,
    "a picture of megabytes": f"<html><body><img src='data:image/png;base64,{'A' * 15_000_000}'>{PARAGRAPHS}",
    "an entity bomb": "<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><html><body>"
    + PARAGRAPHS
    + "&b;" * 1000,
    "zero bytes": "<html><body>" + PARAGRAPHS.replace("放水", "放\0水"),
    "nothing": "<html><body><script>evil()</script></body></html>",
    "thousands of links": "<html><body>" + "<a href='/1'>水库昨天开始放水了</a>" * 25_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_page_is_refused_or_read_cleanly_and_in_time(text: str) -> None:
    articles: list[ParsedArticle] = []

    def read_or_refuse() -> None:
        with suppress(SourceError):
            articles.extend(read(text).articles)

    assert cpu_seconds(read_or_refuse) < 5
    for article in articles:
        assert not any(bad in article.body for bad in ("evil", "<p", "<div", "\0", "base64"))


def test_a_page_nested_too_deeply_is_refused_with_its_cure() -> None:
    with pytest.raises(SourceError, match=r"too deeply.*Save its text"):
        read("<html><body>" + "<div>" * 5000 + PARAGRAPHS)


def test_reading_a_page_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert read(ARTICLE.replace("<html>", '<!DOCTYPE html SYSTEM "http://example.com/a.dtd"><html>')).articles


@pytest.mark.parametrize("attribute", ["a{}=1", "a{}='>'", "a{}", 'a{}="b c"'])
def test_a_tag_of_many_attributes_is_read_in_time(attribute: str) -> None:
    def read(count: int) -> None:
        attributes = " ".join(attribute.format(at) for at in range(count))
        page = f"<html><body><p {attributes}>乙村的水渠昨天通了水，全长三千米。</p></body></html>"
        (article,) = HtmlLoader().read(Document("a.html", page.encode()), Limits()).articles
        assert "全长三千米" in article.body

    assert growth(read, small=10_000, large=40_000) < 9  # with the square it would be 16


def test_cells_that_say_to_span_a_thousand_columns_are_read_in_time() -> None:
    def read(rows: int) -> None:
        table = ("<tr>" + "<td colspan=1000 rowspan=1000>水渠</td>" * 20) * rows
        page = f"<html><body><p>{LEAD}</p><table>{table}</table></body></html>"
        (article,) = HtmlLoader().read(Document("a.html", page.encode()), Limits()).articles
        assert LEAD in article.body

    assert growth(read, small=10, large=40) < 9  # with the square it would be 16
