from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

import qa
from qa.i18n import as_html, as_typed, both, named, words
from qa.web import scripts
from qa.web.html import answers as answer_html
from qa.web.html.programs import programs_page
from qa.web.html.templates import render

HOSTILE = """<script>alert("1")</script>'"""
PACKAGE = Path(qa.__file__).parent
PAGE_FOLDERS = ("api", "i18n", "server", "userdata", "web")


def test_a_text_is_escaped_and_markup_is_not() -> None:
    assert render("staff", "done", text=HOSTILE).count("<") == 2
    assert render("staff", "done", text=Markup("<b>好</b>")) == '<div class="done" role="status"><b>好</b></div>'


def test_words_stand_in_both_languages() -> None:
    shown = render("staff", "done", text=words("others", name=HOSTILE))
    assert '<span class="zh">' in shown
    assert '<span class="en" lang="en">' in shown
    assert "<script" not in shown
    assert shown == f'<div class="done" role="status">{as_html(words("others", name=HOSTILE))}</div>'


@pytest.mark.parametrize("made", [as_html(HOSTILE), as_typed(HOSTILE), both("others", name=HOSTILE), named(HOSTILE)])
def test_what_is_made_of_a_text_is_markup_without_its_tags(made: Markup) -> None:
    assert isinstance(made, Markup)
    assert "<script" not in made
    assert "'" not in made


def test_a_value_that_a_template_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("browse", "others", name="县报", rows=[])


def test_nothing_stands_between_the_tags_of_what_keeps_its_spaces() -> None:
    shown = answer_html.question_bubble("一 二\n三", turn=0)
    assert shown.startswith('<div class="asked">一 二\n三</div><div class="doings"><button')
    assert "\n" not in shown.replace("一 二\n三", "")


def texts(file: Path) -> list[str]:
    """The literal texts of a module, without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    described = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described)
    return [node.value for node in found if isinstance(node.value, str)]


def test_no_html_is_put_together_of_texts() -> None:
    tag = re.compile(r"<[a-z][a-z0-9]*(?: [a-z-]+=| ?>)")  # and no named group of a regular expression
    for file in (file for name in PAGE_FOLDERS for file in (PACKAGE / name).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        assert not [node for node in joined if tag.search(ast.unparse(node))], file


def test_no_script_stands_in_a_text_of_python() -> None:
    script = re.compile(r"=>|\bdocument\.|addEventListener|\bwindow\.|\bfunction\s*\(")
    for file in PACKAGE.rglob("*.py"):
        assert not [text for text in texts(file) if script.search(text)], file


def test_a_part_of_the_page_gets_its_script_and_its_values() -> None:
    made = scripts.on_load("evidence", "reading", words={"copied": ("已复制", "</script>")})
    assert scripts.source("evidence") in made
    assert scripts.source("reading") in made
    assert made.count('const given = {"words": {"copied": ["已复制", "\\u003c/script>"]}};') == 2
    assert scripts.on_event("save") == "bulletin.save"
    assert scripts.on_event("leave", route="/a") == 'bulletin.leave.bind(null, {"route": "/a"})'


def test_every_script_that_is_asked_for_is_there() -> None:
    events = scripts.source("head/events")
    for file in PACKAGE.joinpath("web").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for call in re.findall(r"on_load\(((?:\"\w+\",? ?)+)", text):
            assert all(scripts.source(name) for name in re.findall(r"\w+", call))
        for name in re.findall(r"on_event\(\"(\w+)\"", text):
            assert re.search(rf"^    {name}: ", events, re.M), name


def test_the_page_for_other_programs_is_there_in_both_languages_with_its_script() -> None:
    page = programs_page()
    assert page.startswith("<!doctype html>")
    assert page.count('class="zh"') == page.count('class="en"')
    assert f"<script>{scripts.source('programs')}</script>" in page
    assert '-d \'{"data": [' in page


def test_the_words_that_page_js_says_come_from_the_tables() -> None:
    used = set(re.findall(r"\bwords\.(\w+)", scripts.source("head/page")))
    head = str(scripts.head())
    assert used
    for key in used:
        assert f'"{key}": ["{words(key)}", "{words(key).english}"]' in head
    for path in sorted(Path(scripts.__file__).with_name("static").rglob("*.js")):
        if path.name != "programs.js":  # which names the page
            assert not re.search(r"[\u4e00-\u9fff]", path.read_text(encoding="utf-8")), path.name
