"""Texts of answers, made of their parts: the phrases in both languages, quotes and titles as printed."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from embeddings import Article, Issue
from embeddings.errors import BulletinError
from qa.answering import render
from qa.errors import WritingCode
from qa.i18n import Language, Words, said_in, words
from qa.query.intents.smalltalk import Reply
from qa.query.intents.yes_no import Verb
from qa.query.question import Asks
from qa.query.scope import read_scope
from qa.types import Citation
from tests.support.answers import ISSUE, PASSAGE, QUOTE

ROOT = Path(__file__).parents[2]
CITATION = Citation(1, PASSAGE.article, QUOTE, 0, len(QUOTE), 13, 17)
UNDATED = Issue("1" * 64, "一周要闻", None, "u.txt")
PHOTO = Citation(2, Article("p", UNDATED, "", "新桥夜景。"), "新桥夜景。", 0, 5)
SCOPE = read_scope("上周有什么新闻？", [ISSUE], today=date(2025, 9, 20))

CASES = {
    "count of articles": (
        render.article_count(2, phrase="新桥", within=""),
        "有2篇文章提到“新桥”：",
        "2 articles speak of “新桥”:",
    ),
    "count of one article": (
        render.article_count(1, phrase="新桥", within=words("year", year=2025)),
        "2025年有1篇文章提到“新桥”：",
        "1 article (2025) speaks of “新桥”:",
    ),
    "count of all issues": (render.issue_count(5, phrase="", within=""), "共有5期：", "5 issues:"),
    "nothing counted": (
        render.no_articles(phrase="恐龙", within=""),
        "没有文章提到“恐龙”。",
        "No article speaks of “恐龙”.",
    ),
    "nothing of a time": (
        render.no_articles(phrase="", within=words("year", year=2030)),
        "2030年没有文章。",
        "There is no article (2030).",
    ),
    "a list": (
        render.listed(render.headline(within=""), [render.quote_line(CITATION)], left_out=3),
        f"头条：\n《新桥通车》{QUOTE}[1]\n……另有3条未列出",
        f"The lead story:\n“新桥通车” {QUOTE}[1]\n… 3 more are not listed.",
    ),
    "an article": (
        render.article_line(CITATION),
        "《新桥通车》，城关晨报（2025年9月13日）[1]",
        "“新桥通车”, 城关晨报 (13 September 2025)[1]",
    ),
    "an issue without a day": (
        render.issue_line(PHOTO),
        "一周要闻（日期不详）：图片[2]",
        "一周要闻 (date unknown): picture[2]",
    ),
    "an overview": (
        render.overview("新桥", [CITATION], n=3, left_out=2, people=["王工", "李工"], numbers=["120米"], within=""),
        f"有3篇文章提到“新桥”：\n2025年9月13日《新桥通车》：{QUOTE}[1]\n另有2篇没有列出。\n文中还提到的人：王工、李工。\n文中的数字：120米。",
        f"3 articles speak of “新桥”:\n13 September 2025, “新桥通车”: {QUOTE}[1]\n2 more are not listed.\n"
        "People named there: 王工, 李工.\nNumbers given there: 120米.",
    ),
    "an author's work": (
        render.authored("王工", [CITATION], articles=1, pictures=2, within=""),
        "署名“王工”的文章有1篇，署名“王工”的图片有2幅：\n《新桥通车》，城关晨报（2025年9月13日）[1]",
        "1 article is signed “王工”, 2 pictures are signed “王工”:\n“新桥通车”, 城关晨报 (13 September 2025)[1]",
    ),
    "a summary": (
        render.summary(PASSAGE.article, [CITATION]),
        f"《新桥通车》，城关晨报（2025年9月13日）：\n{QUOTE}[1]",
        f"“新桥通车”, 城关晨报 (13 September 2025):\n{QUOTE}[1]",
    ),
    "several parts": (
        render.parts([("新桥多长", "120米", 1), ("谁出的钱", "", 2)]),
        "新桥多长：120米[1]\n谁出的钱：公报里没有找到。",
        "新桥多长: 120米[1]\n谁出的钱: The bulletin does not say.",
    ),
    "two times": (
        render.compared("桥长", [("2025年", "120米", 1), ("2024年", "", 0)]),
        "2025年：120米[1]\n2024年：没有找到“桥长”的答案。",
        "2025年: 120米[1]\n2024年: no answer to “桥长” was found.",
    ),
    "which of two": (render.chosen("新桥", [CITATION]), f"新桥：{QUOTE}[1]", f"新桥: {QUOTE}[1]"),
    "two things": (render.beside(["新桥"], [CITATION]), f"新桥：{QUOTE}[1]", f"新桥: {QUOTE}[1]"),
    "names": (render.names(["甲", "乙"], [CITATION]), "甲、乙[1]", "甲, 乙[1]"),
    "yes": (render.yes_or_no(Verb.CAN, True, CITATION), f"能。{QUOTE}[1]", f"Yes. {QUOTE}[1]"),
    "not yet": (render.yes_or_no(Verb.DONE, False, CITATION), f"还没有。{QUOTE}[1]", f"Not yet. {QUOTE}[1]"),
    "unsettled": (
        render.yes_or_no(Verb.IS, None, CITATION),
        f"文中没有直接说，最接近的是：{QUOTE}[1]",
        f"The text does not settle it; what comes closest: {QUOTE}[1]",
    ),
    "a quote": (
        render.found([replace(CITATION, short_start=None, short_end=None)], Asks.WHAT),
        f"{QUOTE}[1]",
        f"{QUOTE}[1]",
    ),
    "a refusal": (
        render.not_found("谁出的钱？", [PASSAGE]),
        "公报里没有找到“谁出的钱”的答案。内容最接近的文章：《新桥通车》。",
        "The bulletin does not answer “谁出的钱”. The nearest articles: “新桥通车”.",
    ),
    "a time without articles": (
        render.nothing_then(SCOPE, []) if SCOPE else "",
        "公报里没有找到2025年9月8日至2025年9月14日（“上周”）的文章。",
        "There is no article of 8 September 2025 to 14 September 2025 (“上周”).",
    ),
    "how a time was taken": (
        render.narrowed(SCOPE) if SCOPE else "",
        "“上周”按2025年9月8日至2025年9月14日查找。",
        "“上周” was taken as 8 September 2025 to 14 September 2025.",
    ),
    "slips of the pen": (
        render.respelled([("辛桥", "新桥"), ("王公", "王工")]),
        "“辛桥”按“新桥”、“王公”按“王工”查找。",
        "“辛桥” was taken as “新桥”, “王公” was taken as “王工”.",
    ),
    "a sentence that nothing bears out": (
        render.written([("新桥全长120米。", (1,), ()), ("它花了三千万元。", (), ())]),
        "新桥全长120米。[1]它花了三千万元。〔原文未证实〕",
        "新桥全长120米。[1]它花了三千万元。 [not borne out by the bulletin]",
    ),
    "a sentence with a report that is near": (
        render.written([("新桥花了三千万元。", (), ("新桥通车",))]),
        "新桥花了三千万元。〔原文未证实〕（相关报道：《新桥通车》）",
        "新桥花了三千万元。 [not borne out by the bulletin] (related: “新桥通车”)",
    ),
    "why a language model did not answer": (
        render.not_written(BulletinError(WritingCode.TIMED_OUT, seconds=60)),
        "语言模型在 60 秒内没有写完，以上是原文摘录。",
        "The language model did not finish within 60 seconds; the above is quoted from the bulletin.",
    ),
}


@pytest.mark.parametrize(("text", "chinese", "english"), CASES.values(), ids=CASES)
def test_what_is_said_is_made_of_the_parts_in_both_languages(text: Words, chinese: str, english: str) -> None:
    assert str(text) == chinese
    assert said_in(Language.ENGLISH, text) == english


@pytest.mark.parametrize("to", Reply)
def test_every_reply_is_said_in_both_languages(to: Reply) -> None:
    said = render.reply(to)
    assert any("\u4e00" <= character <= "\u9fff" for character in said)
    assert said.english.isascii()


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("yes", [True, False])
def test_every_verb_is_answered_in_both_languages(verb: Verb, yes: bool) -> None:
    said = render.yes_or_no(verb, yes, CITATION)
    assert said.endswith(f"。{QUOTE}[1]")
    assert said.english.startswith("Yes. " if yes else "No")


def test_an_issue_that_names_its_day_is_not_dated_again() -> None:
    dated = replace(ISSUE, name="城关晨报 2025年9月13日")
    assert render.issue_label(dated) == dated.name


def test_the_label_of_an_issue_is_said_in_both_languages() -> None:
    scope = read_scope("城关晨报讲了什么？", [ISSUE], today=date(2025, 9, 20))
    assert scope is not None
    assert isinstance(scope.label, Words)
    assert (str(scope.label), scope.label.english) == ("《城关晨报》", "“城关晨报”")


def test_texts_of_answers_are_put_together_in_one_module() -> None:
    """Elsewhere on the way to an answer no phrase is looked up; labels of times are made where times are read."""
    may = {"qa/answering/render.py", "qa/query/scope.py", "qa/query/times.py"}
    paths = [ROOT / "qa" / "assistant.py", ROOT / "qa" / "turns.py"]
    for folder in ("answering", "generation", "query"):
        paths += sorted((ROOT / "qa" / folder).rglob("*.py"))
    looking = {
        str(path.relative_to(ROOT))
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qa.i18n")
        if {alias.name for alias in node.names} - {"Words"}
    }
    assert looking == may
