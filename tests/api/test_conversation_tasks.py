"""What chat programs ask beside questions, in the forms in which they send it: known from questions, and answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from qa.api.conversation_tasks import MOST_TITLE_CHARS, Message, Wanted, read_task, task_text, title_of
from qa.types import Answer, AnswerKind
from tests.support.answers import QUOTED

ASKED = "新桥有多长？"
ANSWERED = "120米[1]\n\n[1] 《新桥通车》 · 2025-09-13 · 城关晨报"
TITLE_ORDER = '### Task:\nName this chat in at most four words.\n### Output:\nJSON: { "title": "the name" }\n'


def user(text: str) -> list[Message]:
    return [Message("user", text)]


def answered(questions: Sequence[str]) -> Answer:
    return QUOTED


def told(turns: Sequence[Message], form: Any = None) -> str:
    task = read_task(turns, form)
    assert task is not None
    return task_text(task, answered=answered, next_questions=lambda answer, asked: [f"{answer.short}够吗？"])


LINES = f"USER: {ASKED}\nASSISTANT: {ANSWERED}"
BETWEEN_TAGS = f"{TITLE_ORDER}### Chat:\n<chat_history>\n{LINES}\n</chat_history>"
AFTER_A_LINE = (
    f"Give the talk a title of no more than five words, and return only that.\n\nTalk:\nUser: {ASKED}\nAI: 120米"
)
BEFORE_THE_ORDER = f"user: {ASKED}\nassistant: 120米\n\n把上面的对话概括成十个字的标题，不带标点"
ROWS = json.dumps([{"role": "user", "mainText": ASKED}, {"role": "assistant", "mainText": "120米"}], ensure_ascii=False)
OF_SYSTEM = [Message("system", "给这段会话起一个10字以内的标题，只输出标题。")]
TURNS = [Message("user", ASKED), Message("assistant", ANSWERED)]


@pytest.mark.parametrize(
    ("turns", "title"),
    [
        (user(BETWEEN_TAGS), '{"title": "新桥有多长"}'),
        (user(AFTER_A_LINE), "新桥有多长"),
        (user(BEFORE_THE_ORDER), "新桥有多长"),
        ([*OF_SYSTEM, Message("user", f"user: {ASKED}\nassistant: 120米")], "新桥有多长"),
        ([*OF_SYSTEM, Message("user", f"<user>\n{ASKED}\n</user>\n<assistant>\n120米\n</assistant>")], "新桥有多长"),
        ([*OF_SYSTEM, Message("user", f"{ROWS} /no_think")], "新桥有多长"),
        ([*OF_SYSTEM, Message("user", ASKED), Message("user", "120米")], "新桥有多长"),
        (
            [
                Message("system", "Write a title of at most six words for the conversation, no punctuation."),
                *user(ASKED),
            ],
            "新桥有多长",
        ),
        ([*TURNS, Message("user", "用五个字直接返回这段对话的主题，不要解释，不要标点")], "新桥有多长"),
    ],
)
def test_a_title_is_made_of_what_was_asked_first(turns: list[Message], title: str) -> None:
    assert told(turns) == title


def test_a_schema_says_which_fields_are_wanted() -> None:
    properties = {"title": {"type": "string"}, "tags": {"type": "array"}, "mood": {"type": "string"}}
    form = {"type": "json_schema", "json_schema": {"name": "chat", "schema": {"properties": properties}}}
    given = json.loads(told([*OF_SYSTEM, Message("user", f"user: {ASKED}\nassistant: 120米")], form))
    assert (given["title"], given["mood"], isinstance(given["tags"], list)) == ("新桥有多长", "", True)


def test_a_field_that_is_no_text_can_be_sent_all_the_same() -> None:
    form = {"json_schema": {"schema": {"properties": {"\ud800": 7, "title": None}}}}
    assert "新桥有多长" in told(user(BETWEEN_TAGS), form).encode("utf-8").decode("utf-8")


@pytest.mark.parametrize(
    ("order", "given"),
    [
        ('Suggest three follow-ups. JSON: { "follow_ups": ["one?", "two?"] }', {"follow_ups": ["120米够吗？"]}),
        ('Which searches help? { "queries": ["one", "two"] }', {"queries": [ASKED]}),
        ('Complete what is being typed. { "text": "the rest" }', {"text": ""}),
        ('Describe a picture. { "prompt": "a picture" }', {"prompt": ""}),
    ],
)
def test_what_is_wanted_is_named_by_its_field(order: str, given: Any) -> None:
    assert json.loads(told(user(f"### Task:\n{order}\n<chat_history>\n{LINES}\n</chat_history>"))) == given


def test_follow_ups_without_a_form_are_lines_and_a_summary_tells_what_was_asked() -> None:
    assert told(user(f"列出三个追问，一行一个。\n\n用户：{ASKED}\n助手：120米")) == "120米够吗？"
    assert told([*TURNS, Message("system", "把以上对话总结成不超过200字的提要")]) == f"问过：{ASKED}"


def test_tags_are_names_and_sections() -> None:
    task = read_task(user('标签？{"tags": ["甲"]}\n<chat>\nUSER: 李德民在哪里？\nASSISTANT: 城关\n</chat>'))
    assert task is not None
    tags = json.loads(task_text(task, answered=answered, next_questions=lambda *_: ()))["tags"]
    assert "李德民" in tags


@pytest.mark.parametrize(
    "turns",
    [
        user(ASKED),
        user("王工说：“新桥的标题是什么？”"),
        user("概括一下本期的标题"),
        user("记者：桥有多长？\n王工：120米。\n这段采访登在哪一期？"),
        [*TURNS, Message("user", "这篇文章的标题是什么？")],
        [*TURNS, Message("user", "总结一下对话会的主题")],
        [Message("system", "你是城关晨报的助手，回答要短。"), Message("user", ASKED)],
        [Message("system", "对话要简短，标题加粗，不要使用表格，每次不超过100字。"), Message("user", ASKED)],
        [Message("system", "In this chat keep answers within 90 words, each with a title, and reply only from it."),
         Message("user", ASKED)],
        user('{"title": "新桥"}是哪一期的？'),
        user(f"用户：{ASKED}"),
        user(f"### Task:\nAnswer the query.\n<context>\n{LINES}\n</context>\n{ASKED}"),
        user("<user>新桥"),
        user("[{" * 1000),
    ],
)  # fmt: skip
def test_a_question_is_none(turns: list[Message]) -> None:
    assert read_task(turns) is None


def test_the_words_of_a_model_are_not_taken_for_what_was_asked() -> None:
    task = read_task(user(BETWEEN_TAGS))
    assert task is not None
    assert (task.questions, task.wanted) == ((ASKED,), Wanted.TITLE)


@pytest.mark.parametrize("length", [1, MOST_TITLE_CHARS, MOST_TITLE_CHARS + 1, 400])
def test_a_title_is_short_and_has_no_last_mark(length: int) -> None:
    title = title_of("新" * length + "？")
    assert title == "新" * min(length, MOST_TITLE_CHARS)
    long = title_of("新桥通车以后两岸居民来往要多少时间，和原来绕行相比省了多少，谁能说得清楚？")
    assert long == "新桥通车以后两岸居民来往要多少时间，和原来绕行相比省了多少"


def test_hostile_texts_cost_no_more_than_their_length() -> None:
    for text in ("<user>" * 50_000, " " * 300_000, "[{" * 100_000, "[" * 100_000, "user:" * 50_000, "{" * 100_000):
        task = read_task([*OF_SYSTEM, *user(text)])
        assert task is not None
        assert task.wanted is Wanted.TITLE
        assert len(task.questions) == 1
        assert task.questions[0] in text


def test_an_answer_is_worked_out_only_where_it_is_wanted() -> None:
    def fail(questions: Sequence[str]) -> Answer:
        raise AssertionError

    task = read_task(user(BETWEEN_TAGS))
    assert task is not None
    assert task_text(task, answered=fail, next_questions=lambda *_: ())
    assert QUOTED.kind is AnswerKind.FOUND
