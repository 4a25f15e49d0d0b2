"""Pages of one article, as sites, e-papers and accounts make them: written for these tests, of ten structures."""

from __future__ import annotations

import json
from datetime import date

import pytest

from embeddings.loaders.registry import read_document
from embeddings.sources.document import Document
from embeddings.types import ParsedArticle, ParsedIssue

TITLE = "山口镇卫生院扩建完工"
LEAD = "山口镇卫生院上周完成扩建，新增病床四十张，门诊楼加装了两部电梯。"
BODY = [
    LEAD,
    "院长钟毅说，扩建用了十四个月，资金来自县财政和社会捐助，共计八百六十万元。",
    "附近居民丁巧云告诉记者，以前看病要坐一个小时的车去县城，现在走路十分钟就到。",
    "卫生院下一步将开设康复门诊，每周三请市里的专家坐诊。",
]
DAY = date(2024, 3, 8)
PARAGRAPHS = "".join(f"<p>　　{line}</p>" for line in BODY)
NAVIGATION = "".join(f"<li><a href='/{at}'>{name}</a></li>" for at, name in enumerate(["首页", "要闻", "社会", "民生"]))


def read(body: str, head: str = f"<title>{TITLE}_民生_白塔网</title>", name: str = "page.html") -> ParsedIssue:
    page = (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body><ul>{NAVIGATION}</ul>{body}</body></html>"
    )
    return read_document(Document(name, page.encode()))


def only(issue: ParsedIssue) -> ParsedArticle:
    (article,) = issue.articles
    return article


@pytest.mark.parametrize("name", ["share-area", "search", "js_related_wrap", "login menu", "banner"])
def test_what_holds_the_prose_stays_whatever_its_name(name: str) -> None:
    body = (
        f"<h1>{TITLE}</h1><div class='{name}'><div id='nav'>{PARAGRAPHS}</div></div>" + "<p>白塔看点，每天一条</p>" * 9
    )
    assert only(read(body)).body.split("\n") == BODY


def test_what_users_write_is_left_out_where_it_is_longer_than_the_article() -> None:
    comments = "".join(f"<p>第{at}楼：好消息，老人看病终于不用再跑远路去县城排队了。</p>" for at in range(12))
    assert only(read(f"<h1>{TITLE}</h1><div>{PARAGRAPHS}</div><div class='comments'>{comments}</div>")).body.split(
        "\n"
    ) == (BODY)


def test_a_page_goes_on_behind_a_stray_end() -> None:
    body = f"<div class='header'><div class='search'><i>搜索</i></html><div><h1>{TITLE}</h1>{PARAGRAPHS}</div></body>"
    assert only(read(body)).body.split("\n") == BODY


@pytest.mark.parametrize("level", [1, 2, 3, 5])
def test_headings_beside_an_article_and_inside_it_do_not_split_it(level: int) -> None:
    inside = f"{PARAGRAPHS}<h2>新增康复门诊</h2><p>康复门诊设在二楼，由三名医师轮流坐诊。</p>"
    beside = "<h2>热门文章</h2><ul><li><a href='/1'>县城公交改线方案公布</a></li></ul><h3>小编推荐</h3>"
    beside += "<p>白塔网每天更新。</p>"
    declaration = "<h4>投稿须知</h4><p>来稿请注明联系方式，一经采用即付稿酬。</p>"
    text = f"<div class='top'>{declaration}</div><div class='main'><h{level}>{TITLE}</h{level}>{inside}</div>"
    article = only(read(f"{text}<div class='side'>{beside}</div>"))
    assert article.title == TITLE
    assert article.body.split("\n") == [*BODY, "新增康复门诊", "康复门诊设在二楼，由三名医师轮流坐诊。"]


def test_a_page_of_several_articles_is_told_from_one() -> None:
    parts = "".join(f"<h2>第{at}所卫生院扩建</h2><p>{line}</p>" for at, line in zip("一二三", BODY, strict=False))
    issue = read(f"<h1>一周快讯</h1>{parts}", "<title>一周快讯_白塔网</title>")
    assert [article.body for article in issue.articles] == BODY[:3]
    signed = "".join(f"<h2>第{at}所卫生院</h2><p>作者：何晴</p><p>{LEAD}</p>" for at in "一二")
    assert len(read(f"<h1>{TITLE}</h1><p>{LEAD}</p>{signed}").articles) > 1


@pytest.mark.parametrize(
    "title",
    [
        *(f"{TITLE}_白塔网", f"{TITLE} - 民生 - 要闻 - 白塔新闻网", f"{TITLE}__2024年第3号公报_白塔政府网"),
        *(f"白塔网-{TITLE}", f"{TITLE}｜白塔時報", f"{TITLE}--社会--白塔日报", f"{TITLE[:7]}…"),
    ],
)
def test_the_title_is_the_line_that_the_page_declares_without_its_sites(title: str) -> None:
    body = f"<h1><div>看新闻又抽奖</div><div>下载白塔时报客户端</div></h1><div class='t'>{TITLE}</div>{PARAGRAPHS}"
    article = only(read(body, f"<title>{title}</title>"))
    assert (article.title, article.body.split("\n")) == (TITLE, BODY)


def test_a_letterspaced_title_is_closed_up() -> None:
    spaced = " ".join(TITLE)
    assert only(read(f"<h1>{spaced}</h1>{PARAGRAPHS}", "<title>白塔网</title>")).title == TITLE


def linked(**fields: object) -> str:
    value = {"@graph": [{"@type": "WebSite", "name": "白塔"}, {"@type": "NewsArticle", **fields}]}
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


@pytest.mark.parametrize(
    "head",
    [
        linked(headline=TITLE, datePublished="2024-03-08T07:00:00+08:00"),
        "<meta property='article:published_time' content='2024-03-08T07:00:00+08:00'>",
        "<meta name='PubDate' content='2024-03-08 07:00'>",
        f"<script>var msg_title = '{TITLE}'.html(false); var ct = \"1709852400\";</script>",
    ],
)
def test_a_declared_date_goes_before_what_is_printed(head: str) -> None:
    issue = read(f"<h1>{TITLE}</h1><div>更新时间：2024-03-09 10:00</div>{PARAGRAPHS}", f"<title>{TITLE}</title>{head}")
    assert (issue.date, only(issue).date) == (DAY, DAY)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("<p>何晴/白塔青年报</p><p>2024-03-08 09:10</p><span>字号</span>", ""),
        ("", "<div><span>何晴</span> <span>发布于 2024-03-08</span></div>"),
        (f"<p>{TITLE}</p><p>浏览：132次</p><p>2024/03/08</p>", ""),
        ("<p>發布日期：113/03/08</p>", ""),
        ("<p>中華民國113年3月8日</p>", ""),
        ("<p>二〇二四年三月八日</p>", ""),
        ("<p>２０２４年０３月０８日</p>", ""),
        ("<time datetime='2024-03-08'>昨天</time>", ""),
    ],
)
def test_a_date_is_found_behind_other_lines_and_below_the_text(above: str, below: str) -> None:
    issue = read(f"<h1>{TITLE}</h1><div>{above}</div><div>{PARAGRAPHS}</div>{below}")
    assert issue.date == DAY
    assert only(issue).body.split("\n") == BODY


def test_a_date_that_only_the_text_tells_is_none_of_the_page() -> None:
    told = "<p>2023年5月1日，卫生院开工扩建，当时只有二十张病床。</p>"
    assert read(f"<h1>{TITLE}</h1>{PARAGRAPHS}{told}", f"<title>{TITLE}</title>").date is None


def test_a_byline_has_names_and_neither_times_nor_counts() -> None:
    times = "发布时间：2024-03-08 09:15:22　更新时间：2024-03-08 10:20"
    above = f"{times}　信息来源：县卫健局　作者：何晴　阅读：120次 【字体：大 中 小】"
    article = only(read(f"<h1>{TITLE}</h1><p>{above}</p>{PARAGRAPHS}"))
    assert (article.byline, article.date) == ("信息来源：县卫健局 作者：何晴", DAY)


def test_a_lead_above_the_text_stays_and_what_stands_below_goes() -> None:
    below = (
        "<p>责任编辑：毛竹</p><p>微信扫一扫关注白塔发布</p><p>免责声明：本文仅代表作者观点，与本网无关。</p><h4>相关阅读</h4>"
        "<p>县医院开设夜间门诊，首日接诊六十人。</p><form><p>用户名</p><p>验证码</p></form>"
    )
    lead = "核心提示：新增病床四十张，附近村民看病不再跑县城。"
    article = only(read(f"<h1>{TITLE}</h1><div class='s'>{lead}</div><div class='b'>{PARAGRAPHS}{below}</div>"))
    assert article.body.split("\n") == [lead, *BODY]
    assert "毛竹" not in article.byline


def test_a_text_that_speaks_of_leave_and_of_rights_keeps_its_sentences() -> None:
    told = ["任何单位未经许可不得进入库区。", "法院认定其行为侵权，判令停止使用并赔偿。", "读者可扫描证件入馆。"]
    body = "".join(f"<p>{line}</p>" for line in [LEAD, *told, BODY[1]])
    assert only(read(f"<h1>{TITLE}</h1>{body}")).body.split("\n") == [LEAD, *told, BODY[1]]


def test_a_notice_keeps_who_signs_it_and_its_date() -> None:
    body = f"<h1>{TITLE}</h1><p>各村民委员会：</p>{PARAGRAPHS}<p>白塔县卫健局</p><p>2024年3月8日</p>"
    assert only(read(body)).body.split("\n") == ["各村民委员会：", *BODY, "白塔县卫健局", "2024年3月8日"]


def test_the_parts_of_an_article_stay_together() -> None:
    parts = f"<div class='a'><p>{BODY[0]}</p></div><div class='pic'></div>"
    parts += f"<div class='a'><p>{BODY[1]}</p><p>{BODY[2]}</p></div>"
    assert only(read(f"<h1>{TITLE}</h1>{parts}<div class='a'><p>{BODY[3]}</p></div>")).body.split("\n") == BODY


def test_an_account_s_page_is_dated_and_signed_by_its_script() -> None:
    body = (
        f"<h2 id='activity-name'>{TITLE}</h2><div id='meta_content'><span>原创</span> <span>何晴</span> "
        "<a id='js_name'>白塔发布</a> <em>昨天</em></div><div id='js_content' style='visibility: hidden'>"
        f"<p>点击上方蓝字关注我们</p>{PARAGRAPHS}<p>编辑：毛竹</p><p>长按识别二维码关注</p></div>"
    )
    head = (
        f"<title></title><meta property='og:title' content='{TITLE}'><meta property='og:site_name' content='公众平台'>"
    )
    script = (
        f'<script>var nickname = htmlDecode("白塔发布"); var ct = "1709859600"; var msg_title = \'{TITLE}\';</script>'
    )
    issue = read(body + script, head)
    article = only(issue)
    assert (issue.name, issue.date) == ("白塔发布 2024年3月8日", DAY)
    assert (article.title, article.byline, article.body.split("\n")) == (TITLE, "何晴 白塔发布", BODY)


def test_an_e_paper_that_marks_its_parts_by_headings() -> None:
    body = (
        "<div class='paper'><p>第03版：社会</p><a href='b'>下一版</a></div><div class='article'><h3>家门口看病</h3>"
        f"<h1>{TITLE}</h1><h2>新增病床四十张</h2>"
        "<p class='sec'>本报记者　何　晴<span>《白塔日报》（2024年03月08日 第 03 版）</span></p>"
        f"<div id='ozoom'>{PARAGRAPHS}</div></div>"
        "<div class='news'><ul><li><a href='2'>山口镇小学添校车</a></li></ul></div>"
    )
    issue = read(body, f"<title>{TITLE}--白塔日报</title>", "content_1.htm")
    article = only(issue)
    assert (issue.name, issue.date) == ("白塔日报 2024年3月8日", DAY)
    assert (article.kicker, article.title, article.deck) == ("家门口看病", TITLE, "新增病床四十张")
    assert (article.byline, article.page, article.section) == ("本报记者 何 晴", 3, "社会")
    assert article.body.split("\n") == BODY


def test_an_e_paper_that_says_everything_in_a_comment() -> None:
    body = (
        "<table><tr><td>第03版：<b>社会</b></td><td><a href='n'>下一版</a></td></tr></table>"
        f"<table><tr><td><founder-title>{TITLE}</founder-title></td></tr><tr><td>——新增病床四十张</td></tr>"
        "<tr><td>■本报记者 何晴</td></tr></table><table><tr><td>图为新门诊楼。何晴 摄</td></tr></table>"
        f"<founder-content>{PARAGRAPHS}</founder-content>"
        f"<!--enpproperty <date>2024-03-08 00:00:00:0</date><title>{TITLE}</title><introtitle>家门口看病</introtitle>"
        "<nodename>社会</nodename><founder-pagenum>03</founder-pagenum><founder-papername>白塔日报</founder-papername>"
        "/enpproperty-->"
    )
    issue = read(body, "<title>白塔日报数字报</title>", "content_2.htm")
    article = only(issue)
    assert (issue.name, issue.date) == ("白塔日报 2024年3月8日", DAY)
    assert (article.kicker, article.title, article.deck) == ("家门口看病", TITLE, "新增病床四十张")
    assert (article.page, article.section) == (3, "社会")
    assert article.byline.startswith("■本报记者 何晴")
    assert article.body.split("\n") == [*BODY, "图为新门诊楼。"]


def test_a_contents_page_of_an_e_paper_is_dated_and_says_its_page() -> None:
    titles = [TITLE, "山口镇小学添两辆校车", "县城公交改线方案公布征求意见", "春耕备耕物资供应充足"]
    items = "".join(f"<li><a href='content_{at}.htm'>{title}</a></li>" for at, title in enumerate(titles))
    issue = read(f"<p>第02版：综合</p><p>2024年3月8日 星期五</p><ul>{items}</ul>", "<title>白塔日报数字报</title>")
    assert issue.date == DAY
    assert [(article.title, article.page, article.section) for article in issue.articles] == [
        (title, 2, "综合") for title in titles
    ]


def test_a_cell_over_several_rows_counts_for_each() -> None:
    table = (
        "<table><tr><th>乡镇</th><th>日期</th><th>范围</th></tr>"
        "<tr><td rowspan='2'>山口镇</td><td>3月9日</td><td>东街</td></tr>"
        "<tr><td>3月10日</td><td>西街</td></tr><tr><td>白塔乡</td><td colspan='2'>3月11日全乡</td></tr></table>"
    )
    article = only(read(f"<h1>{TITLE}</h1><div><p>{LEAD}</p>{table}<p>{BODY[1]}</p></div>"))
    assert article.body.split("\n") == [
        *(LEAD, "乡镇 | 日期 | 范围", "山口镇 | 3月9日 | 东街", "山口镇 | 3月10日 | 西街", "白塔乡 | 3月11日全乡"),
        BODY[1],
    ]


@pytest.mark.parametrize("span", ["99999999", "-1", "²", "x"])
def test_a_hostile_span_is_bounded(span: str) -> None:
    row = f"<tr><td rowspan='{span}' colspan='{span}'>山口镇</td><td>东街</td></tr>"
    article = only(read(f"<h1>{TITLE}</h1><div><p>{LEAD}</p><table>{row * 40}</table><p>{BODY[1]}</p></div>"))
    assert len(article.body) < 20_000


@pytest.mark.parametrize(
    "value",
    ["{", "[" * 100_000, '{"@type": "NewsArticle", "headline": 5, "author": [null, {"name": 3}]}', "null", '"\ud800"'],
)
def test_hostile_metadata_is_passed_over(value: str) -> None:
    script = f"<script type='application/ld+json'>{value.encode('utf-8', 'replace').decode()}</script>"
    assert only(read(f"<h1>{TITLE}</h1>{PARAGRAPHS}", f"<title>{TITLE}</title>{script}")).body.split("\n") == BODY


@pytest.mark.parametrize("prose", [1, 2])
def test_a_table_under_the_text_is_no_furniture_however_little_text_there_is(prose: int) -> None:
    told = [f"全县今年修好了{number}条水渠，各村的户数和受益面积都在下面的表里。" for number in range(3, 3 + prose)]
    rows = [
        ("村名", "户数", "受益面积"),
        *((f"第{number}村", str(90 + number), f"{number}亩") for number in range(1, 41)),
    ]
    table = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    text = "".join(f"<p>{line}</p>" for line in told)
    page = (
        f"<html><head><title>水渠完工表</title></head><body><h1>水渠完工表</h1>{text}<table>{table}</table>"
        "<div class='links'><a href='/'>返回首页</a></div></body></html>"
    )
    (article,) = read_document(Document("a.html", page.encode())).articles
    assert article.body.split("\n") == [*told, *(" | ".join(row) for row in rows)]
