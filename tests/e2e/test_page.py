from __future__ import annotations

import socket
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest

import app
from embeddings import Article, BuildOptions, Encoder, Issue, Progress, add, withdraw
from qa import Assistant
from qa.userdata.conversation import Conversation, Turn
from qa.web.services import editor as editor_module
from qa.web.services.chat import refusal
from qa.web.services.editor import EditorService
from qa.web.services.suggestions import answered_examples, ask_in_place, example_questions
from tests.support.pages import IS_SEEN, MARKUP, OFF_TOPIC, QUESTION, ask, free_port


def test_an_answer_shows_its_marked_sentence_and_its_source(page: Any) -> None:
    ask(page, QUESTION)
    assert "6月20日" in page.inner_text("#chat .said")
    assert "《北京丰台站6月20日启用》" in page.inner_text("#chat .source")
    page.wait_for_selector(".card mark")
    assert "6月20日" in page.inner_text(".card.cited mark")
    assert "2022年6月17日" in page.inner_text(".card.cited .details")
    # What does not bear on the question is folded away.
    assert page.locator(".evidence > .card").count() == 1
    assert page.locator(".evidence > .further .card").count() > 1
    assert page.locator(".card").filter(visible=True).count() == 1


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


def test_a_count_shows_when_the_articles_were_printed(page: Any) -> None:
    ask(page, "有几篇文章提到美国？")
    page.wait_for_selector("#evidence .timeline + .card")
    cited = page.locator("#evidence .card").evaluate_all("(cards) => cards.map((one) => one.dataset.cites)")
    assert cited == [str(number) for number in range(1, len(cited) + 1)]
    bars = [row.split() for row in page.locator(".timeline li").all_inner_texts()]
    assert bars[-1][0] == "2021年8月"
    assert f"有{sum(int(count) for _, count in bars)}篇文章" in page.inner_text("#chat .said")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ask(page, QUESTION)
    page.wait_for_selector(".timeline", state="detached")


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
    page.wait_for_timeout(500)  # gradio forgets what is typed in the instant in which it opens the fields
    page.get_by_label("从（日期）").fill("2021年2月30日")
    ask(page, QUESTION)
    assert "不是日期" in page.inner_text("#chat .note")
    page.wait_for_function(f"document.querySelector('#question textarea').value === '{QUESTION}'")


def test_an_example_question_is_answered(page: Any) -> None:
    page.locator("#chat .example").first.click()
    page.wait_for_selector(".card.cited mark")
    assert page.locator(".card.cited").count() == 1


def test_clearing_the_conversation_clears_the_evidence(page: Any) -> None:
    for _ in range(3):  # an answer is shown once more when it has settled, which must not bring it back
        ask(page, QUESTION)
        page.locator("#chat button[title], #chat .icon-button").first.click()
        page.wait_for_selector(".evidence.empty")
        page.wait_for_timeout(1000)
        page.wait_for_function("document.querySelector('#chat .said, #next button') === null")
    ask(page, OFF_TOPIC)
    assert page.locator("#chat .asked").count() == 1


def test_the_page_tells_what_the_archive_holds(page: Any) -> None:
    text = page.inner_text(".holdings")
    assert text.startswith("5 期 · ")
    assert text.endswith(" · 2021-08-02 至 2022-06-17")
    for large in (False, True):
        if large:
            page.click("[data-look=large]")
        assert page.evaluate("document.querySelector('#masthead').getBoundingClientRect().height / innerHeight") < 0.1


def test_the_newest_question_its_answer_and_the_quote_of_a_reference_are_seen(page: Any) -> None:
    page.click("[data-look=large]")
    for question in (QUESTION, OFF_TOPIC, "《党支部当家 老院子换新颜》讲了什么？"):
        ask(page, question)
        page.wait_for_timeout(600)
        assert page.locator("#chat .asked").last.evaluate(IS_SEEN)
        assert page.locator("#chat .said").last.evaluate(IS_SEEN)
    # The last of several quotes in one card, which is longer than the screen.
    cited = page.locator("#chat a.cite").filter(visible=True).last
    quote = page.locator(f".card.lit mark[data-cites='{cited.inner_text().strip('[]')}']")
    cited.click()
    quote.wait_for()
    page.wait_for_timeout(900)  # it scrolls there
    assert page.locator(".card.lit mark").count() > 2
    assert quote.evaluate(IS_SEEN)
    assert page.locator("#evidence > * .card").first.get_attribute("data-cites").split()[0] == "1"
    hint = "document.querySelector('#question textarea')"
    assert page.evaluate(f"{hint}.scrollHeight <= {hint}.clientHeight + 1")


def drop(page: Any, *files: Path) -> None:
    page.get_by_role("tab", name="编辑部").click()
    page.set_input_files("#dropped input[type=file]", list(map(str, files)))
    page.wait_for_selector("#proof [aria-current]")


def choose_slip(page: Any, part: str, place: int) -> None:
    page.locator(f"{part} .slips button").nth(place).click()
    page.wait_for_selector(f"{part} .slips li:nth-child({place + 1}) [aria-current]")


def test_a_dropped_issue_is_previewed_edited_and_answered_from(
    edited_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = edited_page
    where = "南" if page.viewport_size["width"] < 760 else "北"
    issue, broken = tmp_path / f"{where}.txt", tmp_path / "空.txt"
    issue.write_text(
        f"青禾{where}报\n\n2025年9月12日 星期五 第1245期\n\n"
        f"# 水渠修好了\n\n本报记者 某某\n\n{where}岗村的青石水渠通了水，全长三千二百米。\n\n"
        f"# 大雨下了一夜\n\n{where}岗村昨夜有大雨。\n",
        encoding="utf-8",
    )
    broken.touch()
    drop(page, issue, broken)
    assert "空.txt是空文件" in page.inner_text("#left-out").replace("\n", "")
    panel = page.locator("#proof")
    assert panel.get_by_label("期名").input_value().startswith(f"青禾{where}报")  # as its masthead says
    assert panel.get_by_label("出版日期").input_value() == "2025-09-12"
    assert panel.get_by_label("署名").input_value() == "本报记者 某某"
    panel.get_by_label("标题").fill(f"{where}岗村水渠完工")
    panel.get_by_label("出版日期").fill("昨天")
    choose_slip(page, "#proof", 1)
    assert page.inner_text("#proof .slips li:first-child .mark") == "已改"
    panel.get_by_label("收录这一篇").uncheck()
    page.get_by_role("button", name="确认入库").click()
    page.wait_for_selector("#arrival-status .trouble:has-text('“昨天”不是日期')")
    page.wait_for_selector("#proof .field-issue-date .fault:has-text('“昨天”不是日期')")
    page.wait_for_timeout(300)  # it scrolls there
    box = page.locator("#proof .fault").bounding_box()
    assert 0 <= box["y"] <= page.viewport_size["height"] - box["height"]
    assert panel.get_by_label("出版日期").get_attribute("aria-invalid") == "true"
    panel.get_by_label("出版日期").fill("2025-09-13")
    is_seen, take_in = Event(), editor_module.take_in

    def take_in_slowly(*given: Any, options: BuildOptions, **named: Any) -> Any:
        assert options.on_progress
        options.on_progress(Progress(articles_done=1, articles=2, chunks_done=1, chunks=8, files_done=1, files=1))
        assert is_seen.wait(60)
        return take_in(*given, options=options, **named)

    monkeypatch.setattr(editor_module, "take_in", take_in_slowly)
    page.get_by_role("button", name="确认入库").click()
    page.wait_for_selector("#arrival-status .working:has-text('第 1/2 篇')")
    bar = page.locator("#arrival-status progress")
    assert (bar.get_attribute("value"), bar.get_attribute("max")) == ("1", "2")  # it counts what is said beside it
    is_seen.set()
    page.wait_for_selector("#arrival-status .done:has-text('已入库：1 篇')")
    page.get_by_role("tab", name="问公报").click()
    ask(page, f"{where}岗村的青石水渠全长多少米？")
    assert "三千二百米" in page.inner_text("#chat .said")
    assert f"《{where}岗村水渠完工》" in page.inner_text("#chat .source")
    assert "2025年9月13日" in page.inner_text("#chat .source")
    page.wait_for_selector(".holdings:has-text('2025-09-13')")


def test_an_indexed_article_is_corrected_and_its_issue_withdrawn(
    edited_page: Any,
    edited_archive: Path,
    default_encoder: Encoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = edited_page
    before = page.inner_text(".holdings").split(" · ")[0]
    name = f"丁镇{page.viewport_size['width']}号简报"
    (tmp_path / f"{name}.md").write_text(f"## {name}的题\n\n{name}说镇里有桥。\n\n## 又一篇\n\n另有其事。\n", "utf-8")
    add(tmp_path / f"{name}.md", archive=edited_archive, encoder=default_encoder)
    page.get_by_role("tab", name="编辑部").click()
    page.wait_for_timeout(1500)  # for the page to see that the archive has changed
    page.click("#shelf input")
    page.get_by_role("option", name=name).click()
    page.wait_for_selector("#stored [aria-current]")
    panel = page.locator("#stored")
    panel.get_by_label("标题").fill("桥修好了")
    page.locator("#stored .slips button").nth(1).click()
    page.wait_for_selector("#shelf-status .trouble:has-text('还没有保存')")
    is_typed, correct = Event(), EditorService.correct_article
    monkeypatch.setattr(
        EditorService, "correct_article", lambda *given, **named: is_typed.wait(60) and correct(*given, **named)
    )
    page.get_by_role("button", name="保存更正").click()
    page.wait_for_selector("#shelf-status .working")
    panel.get_by_label("署名").fill("记者 慢")  # while it is being saved
    is_typed.set()
    page.wait_for_selector("#shelf-status .done:has-text('已保存更正')")
    page.wait_for_timeout(500)
    assert panel.get_by_label("署名").input_value() == "记者 慢"
    page.get_by_role("button", name="保存更正").click()
    page.wait_for_selector("#stored .slips li:first-child:has-text('记者 慢')")
    assert "桥修好了" in page.inner_text("#stored .slips li:first-child")
    page.get_by_role("button", name="撤回这一期").click()
    page.get_by_role("button", name="确认撤回").click()
    page.wait_for_selector("#shelf-status .done:has-text('已撤回')")
    page.wait_for_function("document.querySelector('#shelf input').value === '选择一期'")
    page.wait_for_selector(f".holdings:has-text('{before}')")
    page.wait_for_timeout(500)
    page.click("#shelf input")
    page.get_by_role("option", name="选择一期").wait_for()
    assert page.get_by_role("option", name=name).count() == 0


def test_a_withdrawn_issue_leaves_an_open_page(
    edited_page: Any, edited_archive: Path, default_encoder: Encoder, tmp_path: Path
) -> None:
    page = edited_page
    town = "丙" if page.viewport_size["width"] < 760 else "丁"
    path = tmp_path / f"{town}镇快讯.md"
    path.write_text(f"## 灯塔亮了\n\n{town}镇的玻璃灯塔高四十七米。\n", encoding="utf-8")
    add(path, archive=edited_archive, encoder=default_encoder)
    ask(page, QUESTION)
    ask(page, f"{town}镇的玻璃灯塔高多少米？")
    page.wait_for_selector(".card.cited:has-text('灯塔亮了')")
    page.wait_for_selector("#next button:has-text('灯塔亮了')")
    withdraw([path.stem], archive=edited_archive)
    page.wait_for_selector("#chat .note:has-text('这条回答引用的一期已被撤回')")
    page.wait_for_selector(".evidence.empty")
    page.wait_for_selector("#next button", state="detached")  # what only it answers is asked no more
    assert "四十七" not in page.content()
    assert "6月20日" in page.inner_text("#chat .said")
    page.locator("#chat .said").first.click()
    page.wait_for_selector(".card.cited mark")


def test_the_staff_tab_fits_a_narrow_page(edited_page: Any) -> None:
    edited_page.get_by_role("tab", name="编辑部").click()
    edited_page.wait_for_selector("#dropped")
    assert edited_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_page_without_editing_has_no_staff_tab(page: Any, address: str) -> None:
    from urllib.request import urlopen

    assert page.locator("#staff").count() == 0
    assert page.get_by_role("tab", name="编辑部").count() == 0
    with urlopen(f"{address}config") as config:
        assert "投递" not in config.read().decode("utf-8")


def test_editing_without_an_archive_is_a_mistake(assistant: Assistant) -> None:
    with pytest.raises(ValueError, match="folder"):
        app.build_page(assistant, editing=True)


@pytest.mark.model
@pytest.mark.parametrize("which", ["address", "edited_address"])
def test_the_endpoints_answer_in_rows_and_are_the_only_ones(which: str, request: pytest.FixtureRequest) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    address = request.getfixturevalue(which)
    client = Client(address, verbose=False, analytics_enabled=False)
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    topics = {"/topic", "/timeline", "/compare_topics"}
    assert set(described) == {
        "/ask",
        "/search",
        "/retrieve",
        "/read_article",
        "/similar_articles",
        "/list_issues",
        *topics,
    }
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
    assert example_questions(article) == [(3, "《老院子换新颜》讲了什么？")]


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
    refused = refusal(question, since=since, until=until)
    assert refused.startswith(reason) if reason in ("", "请先写下问题") else reason in refused
    assert bool(refused) == bool(reason)


def test_a_long_conversation_keeps_its_newest_turns_and_its_selection(assistant: Assistant) -> None:
    conversation = Conversation().add(Turn("第一问", answer=assistant.ask(QUESTION)))
    assert conversation.selected == 0
    for number in range(150):
        conversation = conversation.add(Turn(f"{number}", note="没有答案"))
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


def test_a_time_in_the_question_narrows_the_search_and_can_be_taken_off(page: Any) -> None:
    ask(page, "上期谁出舱了？")
    page.wait_for_selector("#widen:has-text('只看2021年11月8日')")
    page.wait_for_selector("#chat .taken:has-text('按2021年11月8日查找')")
    assert page.locator("#chat .said").count() == 1
    page.click("#widen")
    page.wait_for_selector("#widen", state="hidden")
    page.wait_for_function("!document.querySelector('#chat').textContent.includes('按2021年11月8日查找')")
    page.wait_for_selector("#chat .said:has-text('翟志刚')")
    assert page.locator("#chat .said").count() == 1


def test_a_time_with_no_answer_is_given_up_and_that_is_said(page: Any) -> None:
    ask(page, "上期北京丰台站什么时候启用？")
    assert "6月20日" in page.locator("#chat .said").inner_text()
    page.wait_for_selector("#chat .taken:has-text('改为不限时间查找')")
    assert page.locator("#widen").is_hidden()


def test_a_question_that_leans_on_the_one_before_is_shown_as_it_was_taken(page: Any) -> None:
    ask(page, QUESTION)
    ask(page, "那阿拉尔塔里木机场呢？")
    assert "按“阿拉尔塔里木机场什么时候启用？”理解" in page.locator("#chat .taken").last.inner_text()
