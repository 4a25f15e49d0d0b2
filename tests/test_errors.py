from __future__ import annotations

import ast
import pickle
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import pytest

import embeddings.errors
import qa.errors
from embeddings import ArgumentError, Article, BulletinError, SourceError
from embeddings.chunking import chunk_article
from embeddings.errors import ErrorCode, ModelCode, SourceCode, UsageCode
from embeddings.text.numerals import write_numeral
from qa.errors import AccessCode, EditingCode, QuestionCode, QuestionError, WritingCode
from qa.i18n.errors import CHINESE, explain
from qa.linear import in_order
from qa.server.auth import ClientRequest, NotAdmittedError, StaffAccess
from qa.web.services.editor import NotDoneError
from tests.support.answers import ISSUE

ROOT = Path(__file__).parent.parent
CODES = [
    code
    for module in (embeddings.errors, qa.errors)
    for enum in vars(module).values()
    if isinstance(enum, type) and issubclass(enum, ErrorCode)
    for code in (enum if len(enum.__members__) else ())
]


def fields(template: str) -> set[str]:
    """The parameters that a template names."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def raised() -> list[tuple[str, str, set[str]]]:
    """Every error made in the code: where, the code of each branch, and the parameters given."""
    found = []
    for folder in ("embeddings", "qa"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
                    continue
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                for part in ast.walk(node.args[0]) if node.args else ():
                    if not (isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name)):
                        continue
                    if part.value.id.endswith("Code") and "Error" in ast.unparse(node.func):
                        found.append((f"{path}:{node.lineno}", f"{part.value.id}.{part.attr}", given))
    return found


def test_codes_differ() -> None:
    assert len(CODES) > 100
    assert len({code.value for code in CODES}) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_words_in_both_languages_that_name_its_parameters(code: ErrorCode) -> None:
    assert code.english.isascii()
    said = "".join(text for text, _, _, _ in Formatter().parse(CHINESE[code]))
    assert any("\u4e00" <= character <= "\u9fff" for character in said) or not said.strip("：")
    assert fields(CHINESE[code]) <= fields(code.english)


def test_every_error_is_raised_with_the_parameters_that_its_words_name() -> None:
    by_name = {f"{type(code).__name__}.{code.name}": code for code in CODES}
    places = raised()
    assert len(places) > 100
    wrong = [(place, name) for place, name, given in places if not fields(by_name[name].english) <= given]
    assert wrong == []
    unused = set(by_name) - {name for _, name, _ in places}
    assert {name for name in unused if not name.startswith("WritingCode.")} == set()


def test_an_error_says_what_is_wrong_in_both_languages() -> None:
    error = SourceError(SourceCode.TOO_LARGE, name="大.txt", n=2_000_000, limit=1_000_000)
    said = explain(error)
    assert said == "有 2,000,000 字节，上限是 1,000,000 字节。请拆成几期再投。"
    assert (
        said.english
        == str(error)
        == ("大.txt has 2,000,000 bytes; the limit is 1,000,000. Split it into issues, or raise BULLETIN_MAX_BYTES.")
    )


def test_the_cause_of_an_error_is_said_in_the_same_language() -> None:
    cause = SourceError(SourceCode.PDF_PROTECTED)
    said = explain(SourceError(SourceCode.SCAN_UNREADABLE, name="锁.pdf", cause=cause))
    assert said == "有密码保护。请去掉密码再投。"
    assert said.english.startswith("锁.pdf: it is protected by a password.")


def test_several_causes_of_an_error_are_said_in_the_same_language() -> None:
    causes = tuple(SourceError(SourceCode.EMPTY, name=name) for name in ("a.txt", "b.txt"))
    said = explain(NotDoneError(EditingCode.SKIPPED, causes=causes))
    assert said == "是空文件。；是空文件。"
    assert said.english == "a.txt is empty; there is nothing to index.; b.txt is empty; there is nothing to index."


def test_a_password_that_is_not_taken_is_explained_in_both_languages() -> None:
    with pytest.raises(NotAdmittedError) as caught:
        StaffAccess().enter("", ClientRequest("127.0.0.1", {}))
    assert caught.value.code is AccessCode.NEEDLESS
    said = explain(caught.value)
    assert (said, said.english) == (
        "这里没有设口令，编辑部只在本机开放。",
        "There is no password here; the newsroom is open on this machine only.",
    )


@pytest.mark.parametrize(
    ("wrong", "code", "chinese"),
    [
        (lambda: write_numeral(100), UsageCode.NOT_A_NUMERAL, "100 不在 1 到 99 之间。"),
        (
            lambda: chunk_article(Article("a", ISSUE, "", "文。"), max_chars=10, overlap_chars=10),
            UsageCode.BAD_CHUNK_SIZE,
            "段长要满足 0 <= overlap_chars < max_chars，不能是 10 和 10。",
        ),
        (lambda: in_order({"a": [1.0]}, ["b"]), ModelCode.FEATURES_DIFFER, "特征与它们的名字对不上：a, b。"),
    ],
)
def test_what_a_caller_gave_wrong_is_a_value_error_with_a_code(
    wrong: Callable[[], object], code: ErrorCode, chinese: str
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        wrong()
    error = caught.value
    assert isinstance(error, ArgumentError)
    assert (error.code, explain(error)) == (code, chinese)


def test_an_error_comes_back_whole_from_another_process() -> None:
    cause = SourceError(SourceCode.NO_PAGE, name="a.pdf", page=3)
    error = pickle.loads(pickle.dumps(SourceError(SourceCode.NOT_INDEXED, cause=cause)))
    assert (type(error), error.code) == (SourceError, SourceCode.NOT_INDEXED)
    assert str(error) == "This cannot be indexed: a.pdf has no page 3."


def test_a_question_that_cannot_be_taken_is_a_value_error_as_well() -> None:
    error = QuestionError(QuestionCode.EMPTY)
    assert isinstance(error, ValueError)
    assert isinstance(error, BulletinError)


def test_no_words_of_an_error_are_matched() -> None:
    """What an error says may change; its code is what tells errors apart. Texts of other libraries have no code."""
    of_others = {"embeddings/archive/connection.py", "embeddings/layout/pdf.py", "embeddings/loaders/rows/workbooks.py"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("embeddings", "qa")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if str(path.relative_to(ROOT)) not in of_others
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare) and "str(error)" in ast.unparse(node)
    ]
    assert found == []


def test_why_a_language_model_did_not_answer_goes_on() -> None:
    """More is said behind it, so that it does not end as a sentence does."""
    of_settings = {WritingCode.MODEL_UNSET, WritingCode.NO_CLIENT, WritingCode.BAD_TIMEOUT}
    told = [text for code in set(WritingCode) - of_settings for text in (CHINESE[code], code.english)]
    assert not [text for text in told if text.endswith(("。", "."))]
