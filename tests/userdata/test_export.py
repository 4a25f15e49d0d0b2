from __future__ import annotations

import builtins
import sys
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from markdown_it import MarkdownIt

from embeddings import Article, Issue
from qa.i18n import Language, Words, words
from qa.types import Answer, AnswerKind, Citation, Passage
from qa.userdata import export
from qa.userdata.conversation import Conversation, Turn, TurnState
from qa.userdata.export import as_markdown, as_word, authors, file_name, reference

ISSUE = Issue("i1", "魏都日报 2021年8月2日", date(2021, 8, 2), "a.txt")
ARTICLE = Article(
    "a1", ISSUE, "水渠通水", "青石水渠全长三百米。", byline="本报记者 许廷合 文/图", page=3, date=date(2021, 8, 2)
)
CITATION = Citation(1, ARTICLE, "青石水渠全长三百米。", 0, 10, 6, 9)
ANSWER = Answer(
    question="多长？",
    kind=AnswerKind.FOUND,
    text="三百米[1]",
    quote=CITATION.quote,
    citations=(CITATION,),
    passages=(Passage(ARTICLE, ARTICLE.body, 0, 10, 0.9),),
    confidence=0.9,
    short="三百米",
)
HELD = Answer(
    question="火星？",
    kind=AnswerKind.NOT_FOUND,
    text="公报里没有找到。相近的有《水渠通水》。",
    passages=ANSWER.passages,
    confidence=0.1,
)
MARKUP = "<img src=x onerror=alert(1)> **粗** [链](javascript:x) `码` # 1"
TIME = datetime(2025, 9, 13, 16, 5)


def talk(*turns: Turn) -> Conversation:
    return Conversation(turns)


def markdown(*turns: Turn, name: str = "名", gone: frozenset[str] = frozenset()) -> str:
    return as_markdown(talk(*turns), name=name, exported=TIME, gone=gone)


def word_text(*turns: Turn, name: str = "名", gone: frozenset[str] = frozenset()) -> str:
    docx = pytest.importorskip("docx")
    document = docx.Document(BytesIO(as_word(talk(*turns), name=name, exported=TIME, gone=gone)))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_a_reference_has_the_form_of_gb_t_7714_for_newspapers() -> None:
    assert reference(ARTICLE) == "许廷合. 水渠通水[N]. 魏都日报, 2021-08-02(3)."


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"byline": ""}, "水渠通水[N]. 魏都日报, 2021-08-02(3)."),
        ({"page": None}, "许廷合. 水渠通水[N]. 魏都日报, 2021-08-02."),
        ({"title": " "}, "许廷合. [无题][N]. 魏都日报, 2021-08-02(3)."),
        ({"date": None}, "许廷合. 水渠通水[N]. 魏都日报, 2021-08-02(3)."),
        (
            {"date": None, "issue": Issue("i", "一周要闻", None, "a.txt")},
            "许廷合. 水渠通水[N]. 一周要闻, [日期不详](3).",
        ),
        (
            {"issue": Issue("i", "《魏都日报》2021-08-02 星期一（第1246期）", None, "a.txt")},
            "许廷合. 水渠通水[N]. 魏都日报, 2021-08-02(3).",
        ),
        ({"issue": Issue("i", "2021-08-02", None, "a.txt")}, "许廷合. 水渠通水[N]. 2021-08-02, 2021-08-02(3)."),
    ],
)
def test_what_a_source_does_not_tell_is_left_out_or_bracketed(changes: dict[str, Any], expected: str) -> None:
    assert reference(replace(ARTICLE, **changes)) == expected


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("本报记者 许廷合 通讯员 曹旭光", ["许廷合", "曹旭光"]),
        ("本报记者 王 强 李小明 文/图", ["王强", "李小明"]),
        ("许廷合摄", ["许廷合"]),
        ("新华社记者张三丰、李四", ["张三丰", "李四"]),
        ("本报首席记者 张三 摄影报道", ["张三"]),
        ("本报综合", []),
        ("新华社", []),
        ("", []),
        ("阿卜杜拉·买买提/文", ["阿卜杜拉·买买提"]),
        ("魏宣 魏宣", ["魏宣"]),
    ],
)
def test_the_names_in_a_byline_are_its_authors(byline: str, names: list[str]) -> None:
    assert authors(byline) == names


def test_of_more_than_three_authors_three_are_named() -> None:
    article = replace(ARTICLE, byline="本报记者 张三 李四 王五 赵六")
    assert reference(article).startswith("张三, 李四, 王五, 等. 水渠通水[N].")


def test_markdown_has_the_answer_its_quote_and_its_source() -> None:
    text = markdown(Turn("多长？", ANSWER))
    shown = MarkdownIt().render(text)
    for part in ("问：多长？", "三百米[1]", "青石水渠全长三百米。[1]", "许廷合. 水渠通水[N]. 魏都日报, 2021-08-02(3)."):
        assert part in shown
    assert "导出于 2025-09-13 16:05" in text


@pytest.mark.parametrize(
    "text", [MARKUP, "1. 一\n- 二\n===\n    四", "| a | b |\n|---|---|", "> 引", "a\\b", "&lt;b&gt;"]
)
def test_markdown_shows_what_was_typed_and_obeys_none_of_it(text: str) -> None:
    answer = replace(ANSWER, text=text, note=text)
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown(Turn(text, answer), name=text))
    for tag in ("<img", "<a ", "<li", "<table", "<code", "<pre", "<strong>粗", "<b>"):
        assert tag not in shown
    assert shown.count("<h1") == 1
    assert shown.count("<h2") == 1


def test_word_has_the_same_as_text() -> None:
    text = word_text(Turn("多长？", ANSWER), Turn(MARKUP, note="没有看懂"), name=MARKUP)
    for part in (
        MARKUP,
        "三百米[1]",
        "青石水渠全长三百米。[1]",
        "[1] 许廷合. 水渠通水[N]. 魏都日报, 2021-08-02(3).",
        "没有看懂",
    ):
        assert part in text


def test_word_takes_texts_that_xml_cannot_hold() -> None:
    assert "问：ab" in word_text(Turn("a\x00\x08\ud800b", note="\ufffe"))


@pytest.mark.parametrize("export", [markdown, word_text])
def test_after_an_abstention_the_articles_it_names_are_no_sources(export: Any) -> None:
    text = export(Turn("火星？", HELD))
    assert "不是出处" in text
    assert "水渠通水" in text


@pytest.mark.parametrize("export", [markdown, word_text])
def test_an_export_tells_nothing_of_what_was_withdrawn(export: Any) -> None:
    text = export(Turn("多长？", ANSWER), Turn("火星？", HELD), gone=frozenset({"i1"}))
    assert "三百米" not in text
    assert "水渠通水" not in text
    assert text.count("已被撤回") == 2


def test_a_question_that_waits_for_its_answer_is_not_exported() -> None:
    assert "多长" not in markdown(Turn("多长？", state=TurnState.WAITING))


def test_without_python_docx_only_markdown_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not export.offers_word()
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("docx"):
            raise ImportError(name)
        return real(name, *rest, **named)

    for name in [name for name in sys.modules if name.split(".")[0] == "docx"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError):
        as_word(talk(), name="名", exported=TIME)
    assert "多长" in markdown(Turn("多长？", ANSWER))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../x:y*?", "x y.md"),
        ("桥" * 90, "桥" * 40 + ".md"),
        ("\u202e\x00 . ", "公报问答.md"),
        ("多长？", "多长？.md"),
    ],
)
def test_a_name_makes_a_file_name_for_any_system(name: str, expected: str) -> None:
    assert file_name(name, "md") == expected


def test_an_export_in_english_has_english_around_what_is_printed() -> None:
    refused = replace(HELD, text=Words("公报里没有找到。相近的有《水渠通水》。", "Not found. Near is “水渠通水”."))
    noted = replace(ANSWER, note=words("taken_as", taken="水渠多长？"))
    told = talk(Turn("多长？", noted), Turn("火星？", refused), Turn("多宽？", state=TurnState.STOPPED))
    made = as_markdown(told, name="", exported=TIME, language=Language.ENGLISH)
    lines = [line.strip() for line in made.split("\n") if line.strip()]
    assert lines == [
        "# 公报问答",
        "公报问答 · exported 2025-09-13 16:05",
        "## Question: 多长？",
        r"三百米\[1\]",
        r"> 青石水渠全长三百米。\[1\]",
        "*Taken as “水渠多长？”.*",
        "**Sources**",
        r"\[1\] 许廷合. 水渠通水\[N\]. 魏都日报, 2021-08-02(3).",
        "## Question: 火星？",
        "Not found. Near is “水渠通水”.",
        "These are only the articles that come nearest, not sources:",
        r"\[1\] 许廷合. 水渠通水\[N\]. 魏都日报, 2021-08-02(3).",
        "## Question: 多宽？",
        "Stopped; there is no answer.",
    ]


def test_a_word_document_in_english_has_english_headings() -> None:
    docx = pytest.importorskip("docx")
    made = as_word(talk(Turn("多长？", ANSWER)), name="", exported=TIME, language=Language.ENGLISH)
    lines = [paragraph.text for paragraph in docx.Document(BytesIO(made)).paragraphs]
    assert lines[1:3] == ["公报问答 · exported 2025-09-13 16:05", "Question: 多长？"]
    assert "Sources" in lines
