"""Texts in traditional script: what their words say around the news is read as it is in simplified script."""

from __future__ import annotations

from datetime import date

import pytest

from embeddings.loaders.registry import read_document
from embeddings.parsing.bylines import is_byline
from embeddings.parsing.datelines import reporters_in
from embeddings.parsing.outline import credit_names, is_credit
from embeddings.sources.document import Document
from embeddings.text.normalize import simplified
from embeddings.types import ParsedIssue

TITLE = "社區公園整修完成"
FIRST = "林口里的社區公園上週完成整修，新設三座溜滑梯和一條無障礙步道，附近居民帶著孩子前來體驗。"
SECOND = "里長表示，整修費用共四百二十萬元，由縣府與鄉公所各出一半，後續維護交給社區志工隊。"
DAY = date(2023, 8, 1)


def page(above: str, below: str = "") -> str:
    navigation = "<div id=nav><a href=/>首頁</a><a href=/n>最新消息</a></div>"
    return (
        f"<html><body>{navigation}<div><h2>{TITLE}</h2>{above}<p>{FIRST}</p><p>{SECOND}</p>{below}</div></body></html>"
    )


def read(name: str, text: str) -> ParsedIssue:
    return read_document(Document(name, text.encode()))


PAGES = {
    "notice": page(
        "<div>發佈日期：民國一百一十二年八月一日</div><div>發佈單位：建設課　點閱次數：233</div>",
        "<p>相關新聞</p><ul><li><a href=1>另一則消息的標題</a></li></ul><p>責任編輯：王甲乙</p>",
    ),
    "place": page(
        "<div>記者陳大明／林口報導</div><div>民國112年8月1日 上午10:30</div>",
        "<p>（編輯：李四維）</p><p>版權所有 未經授權不得轉載</p>",
    ),
    "source": page(
        "<div>記者陳大明報導　2023-08-01 10:30</div><div>來源：林口週報　瀏覽次數：33</div>",
        "<p>更多新聞</p><ul><li>某則標題在這裡</li></ul><p>轉載請註明出處</p>",
    ),
    "bracket": page(
        "<div>【記者陳大明林口報導】</div><div>發布時間：中華民國112年8月1日</div>",
        "<p>延伸閱讀</p><p><a href=3>別的消息一則</a></p><p>分享至臉書</p><p>掃描二維條碼關注我們</p>",
    ),
}


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_a_page_without_a_title_of_its_own_keeps_its_news_its_day_and_its_writer(text: str) -> None:
    issue = read("a.html", text)
    (article,) = issue.articles
    assert (article.title, article.body, article.date) == (TITLE, f"{FIRST}\n{SECOND}", DAY)
    # The page in simplified script is read the same.
    (other,) = read("a.html", simplified(text)).articles
    assert (simplified(article.byline), article.date) == (other.byline, other.date)
    assert simplified(article.body) == other.body


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("記者陳大明／林口報導", "記者陳大明／林口報導"),
        ("【記者陳大明林口報導】", "記者陳大明林口報導"),
        ("來源：林口週報　發佈時間：民國一百一十二年八月一日　瀏覽次數：33", "來源：林口週報"),
        ("發佈日期：民國１１２年８月１日 下午 3:20　點閱：45", ""),
        ("二〇二三年八月一日　記者陳大明", "記者陳大明"),
    ],
)
def test_a_line_of_source_and_day_says_whom_it_names(line: str, names: str) -> None:
    assert is_credit(line)
    assert credit_names(line) == names


@pytest.mark.parametrize("line", ["記者走訪報導工地", "記者在林口街頭報導時遇雨", "編輯部昨日遷入新樓，記者同往。"])
def test_a_sentence_on_reporters_is_no_byline(line: str) -> None:
    assert not is_byline(line)


def test_the_reporter_in_front_of_a_story_is_its_writer_and_the_place_is_not() -> None:
    assert reporters_in(f"【記者陳大明林口報導】{FIRST}") == "記者陳大明"
    assert reporters_in(f"〔記者林小青／林口報導〕{FIRST}") == "記者林小青"
    assert reporters_in(f"（本報記者陳大明、林小青林口訊）{FIRST}") == "本報記者陳大明、林小青"


def test_a_text_file_with_years_of_the_republic_has_its_masthead_and_its_news() -> None:
    issue = read(
        "a.txt",
        f"林口週報\n中華民國一百一十二年八月一日　星期二　第331號\n\n{TITLE}\n\n"
        f"【記者陳大明林口報導】{FIRST}\n{SECOND}\n\n河堤步道動工\n\n"
        "〔記者林小青／林口報導〕河堤步道工程昨日動工，全長二點三公里，預計明年三月完工通車。\n",
    )
    assert (issue.name, issue.date) == ("林口週報 2023年8月1日 第331號", DAY)
    assert [(article.title, article.byline) for article in issue.articles] == [
        (TITLE, "記者陳大明"),
        ("河堤步道動工", "記者林小青"),
    ]


def test_lines_of_source_and_labels_over_a_text_are_none_of_it() -> None:
    told = read("a.txt", f"{TITLE}\n記者陳大明／林口報導\n發佈時間：民國112年8月1日\n\n　　{FIRST}\n　　{SECOND}\n")
    labelled = read(
        "b.txt", f"標題：{TITLE}\n來源：林口週報\n發佈時間：民國一百一十二年八月一日\n內文：{FIRST}\n{SECOND}\n"
    )
    for issue, byline in ((told, "記者陳大明／林口報導"), (labelled, "來源：林口週報")):
        (article,) = issue.articles
        assert (article.title, article.byline, article.body) == (TITLE, byline, f"{FIRST}\n{SECOND}")
        assert issue.date == DAY
