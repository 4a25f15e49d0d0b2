from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import app
from embeddings import Article, Issue
from qa import Assistant
from qa.examples import answered_examples, ask_in_place, example_questions

QUESTION = "北京丰台站什么时候启用？"
OFF_TOPIC = "火星上的温度是多少度？"
MARKUP = "<img src=x onerror=alert(1)> **粗** $$x^2$$ 丰台站？"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def address(assistant: Assistant) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        page = app.build_page(assistant)
        yield app.serve(page, port=free_port())
        page.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if found is None:
        message = f"no Chromium on PATH (looked for {', '.join(CHROMIUMS)})"
        pytest.fail(message) if os.environ.get("BULLETIN_REQUIRE_BROWSER") == "1" else pytest.skip(message)
    pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """The opened page, which must neither complain nor call another host while a test uses it."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    opened = context.new_page()
    hosts: set[str | None] = set()
    complaints: list[str] = []
    opened.on("request", lambda sent: hosts.add(urlsplit(sent.url).hostname))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    opened.goto(address)
    opened.wait_for_selector("#chat .example")
    yield opened
    context.close()
    assert hosts <= {"127.0.0.1", None}  # None: data: addresses
    assert complaints == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(page: Any, question: str) -> None:
    replies = page.locator("#chat .said, #chat .note:not(:has-text('正在翻阅'))")
    before = replies.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    replies.nth(before).wait_for()


def test_an_answer_shows_its_marked_sentence_and_its_source(page: Any) -> None:
    ask(page, QUESTION)
    assert "6月20日" in page.inner_text("#chat .said")
    assert "《北京丰台站6月20日启用》" in page.inner_text("#chat .source")
    page.wait_for_selector(".card mark")
    assert "6月20日" in page.inner_text(".card.cited mark")
    assert "2022年6月17日" in page.inner_text(".card.cited .details")


def test_a_card_opens_the_whole_article_in_place_and_leads_back(page: Any) -> None:
    ask(page, QUESTION)
    page.click(".card.cited .open")
    page.wait_for_selector(".reading")
    assert page.inner_text(".reading h2") == "北京丰台站6月20日启用"
    page.wait_for_function(
        "() => { const place = document.querySelector('.reading mark').getBoundingClientRect();"
        " return place.top >= 0 && place.bottom <= innerHeight; }"
    )
    page.click(".back")
    page.wait_for_selector(".card.cited")


def test_an_abstention_shows_the_nearest_articles_without_a_mark(page: Any) -> None:
    ask(page, OFF_TOPIC)
    assert page.inner_text(".evidence h2") == "内容最接近的文章"
    assert page.locator(".evidence mark").count() == 0


def test_an_older_answer_brings_back_its_evidence(page: Any) -> None:
    ask(page, QUESTION)
    ask(page, OFF_TOPIC)
    page.locator("#chat .said").first.click()
    page.wait_for_selector(f".about:has-text('{QUESTION}')")
    assert page.inner_text(".evidence h2") == "答案出处"


def test_markup_typed_as_a_question_is_shown_as_text(page: Any) -> None:
    ask(page, MARKUP)
    assert page.inner_text("#chat .asked") == MARKUP
    assert page.locator("#chat .asked *, #chat .said img, .evidence img, .katex").count() == 0


def test_an_empty_question_does_nothing(page: Any) -> None:
    page.fill("#question textarea", "   ")
    page.press("#question textarea", "Enter")
    page.wait_for_timeout(500)
    assert page.locator("#chat .asked").count() == 0


def test_a_bad_date_is_explained_and_the_question_kept(page: Any) -> None:
    page.click("#filters button")
    page.get_by_label("从（日期）").fill("2021年2月30日")
    ask(page, QUESTION)
    assert "不是日期" in page.inner_text("#chat .note")
    page.wait_for_function(f"document.querySelector('#question textarea').value === '{QUESTION}'")


def test_an_example_question_is_answered(page: Any) -> None:
    page.locator("#chat .example").first.click()
    page.wait_for_selector(".card.cited mark")
    assert page.locator(".card.cited").count() == 1


def test_clearing_the_conversation_clears_the_evidence(page: Any) -> None:
    ask(page, QUESTION)
    page.locator("#chat button[title], #chat .icon-button").first.click()
    page.wait_for_selector(".evidence.empty")
    ask(page, OFF_TOPIC)
    assert page.locator("#chat .asked").count() == 1


def test_the_page_tells_what_the_archive_holds(page: Any) -> None:
    text = page.inner_text(".holdings")
    assert text.startswith("5 期（1 期日期不详） · ")
    assert "2021-08-02 至 2022-06-17 · multilingual-e5-small" in text


def test_the_endpoints_answer_in_rows_and_are_the_only_ones(address: str) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(address, verbose=False, analytics_enabled=False)
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(described) == {"/ask", "/retrieve"}
    assert "since: the earliest date" in described["/ask"]["description"]
    row = client.predict(question=QUESTION, since="2022-06-17", api_name="/ask")
    assert row["citations"][0]["title"] == "北京丰台站6月20日启用"
    assert not row["abstained"]
    rows = client.predict(question=QUESTION, k=2, api_name="/retrieve")
    assert [passage["rank"] for passage in rows] == [1, 2]
    for wrong in ({"question": " "}, {"question": QUESTION, "k": 0}, {"question": QUESTION, "until": "昨天"}):
        with pytest.raises(AppError):
            client.predict(**wrong, api_name="/ask")


def test_every_example_question_is_answered_from_the_archive(assistant: Assistant) -> None:
    examples = answered_examples(assistant)
    assert len(examples) == 4
    assert not any(assistant.ask(question).abstained for question in examples)


@pytest.mark.parametrize(
    ("clause", "question"),
    [
        ("中储粮在六省收购中晚稻21万吨", "中储粮在六省收购中晚稻多少吨？"),
        ("北京丰台站6月20日启用", "北京丰台站什么时候启用？"),
        ("第25批维和部队从成都出发", ""),  # an ordinal is no amount
        ("8月1日3名队员出发去了西安", ""),  # two things to ask for
        ("他种了300棵树在山坡上", ""),  # who?
        ("出口20吨", ""),  # of what?
    ],
)
def test_a_clause_asks_for_its_one_date_or_amount(clause: str, question: str) -> None:
    assert ask_in_place(clause) == question


def test_an_article_with_nothing_to_ask_in_place_still_gives_a_question() -> None:
    article = Article("a", Issue("i", "一周要闻", None, "a.txt"), "老院子换新颜", "院子变样了。")
    assert example_questions(article) == [(3, "关于“老院子换新颜”，报道说了什么？")]


@pytest.mark.parametrize(
    ("question", "since", "until", "reason"),
    [
        (" \n", "", "", "请先写下问题"),
        ("长" * 501, "", "", "问题太长了：501 个字"),
        ("问？", "昨天", "", "“昨天”不是日期"),
        ("问？", "2022-01-02", "2022-01-01", "晚于"),
        ("问？", "2022年1月1日", "20220102", ""),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_chinese(
    question: str, since: str, until: str, reason: str
) -> None:
    refused = app.refusal(question, since=since, until=until)
    assert refused.startswith(reason) if reason in ("", "请先写下问题") else reason in refused
    assert bool(refused) == bool(reason)


def test_a_long_conversation_keeps_its_newest_turns_and_its_selection(assistant: Assistant) -> None:
    conversation = app.Conversation().add(app.Turn("第一问", answer=assistant.ask(QUESTION)))
    assert conversation.selected == 0
    for number in range(150):
        conversation = conversation.add(app.Turn(f"{number}", note="没有答案"))
    assert len(conversation.turns) == 100
    assert conversation.turns[-1].question == "149"
    assert conversation.answer is None


def test_an_archive_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--archive", str(tmp_path / "none"), "--port", str(free_port())]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_port_in_use_is_one_line(sample_archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert app.main(["--archive", str(sample_archive), "--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--port" in error


def test_importing_the_app_does_not_load_gradio() -> None:
    import subprocess

    code = "import app, sys; sys.exit('gradio' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(app.__file__).parent, check=False).returncode == 0
