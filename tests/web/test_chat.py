"""How a question is answered, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from qa import Answer, AnswerKind
from qa.userdata.conversation import Conversation
from qa.web.services.chat import ChatService
from qa.web.tabs.chat_tab import ChatHandlers

PARTS = {name: name for name in ("conversation", "chat", "question", "evidence", "widen", "next", "send", "stop")}


def handlers(ask: Callable[..., Answer]) -> ChatHandlers:
    return ChatHandlers(gr, PARTS, ChatService(SimpleNamespace(ask=ask)))  # type: ignore[arg-type]


def test_a_question_is_worked_on_while_the_page_says_that_it_waits() -> None:
    begun, let_go = Event(), Event()

    def ask(question: str, **_: Any) -> Answer:
        begun.set()
        assert let_go.wait(60)
        return Answer(question=question, kind=AnswerKind.FOUND, text="六月。")

    steps = handlers(ask).answer("什么时候？", "", "", "", "", Conversation())
    assert next(steps)["conversation"].is_waiting
    assert begun.wait(60)
    let_go.set()
    assert next(steps)["conversation"].turns[0].answer.text == "六月。"


def test_the_answer_is_told_before_its_evidence() -> None:
    steps = handlers(lambda question, **_: Answer(question=question, kind=AnswerKind.FOUND, text="六月。")).answer(
        "什么时候？", "", "", "", "", Conversation()
    )
    told = [set(step) for step in steps]
    assert "evidence" not in told[0] | told[1]
    assert told[2] == {"evidence"}


def test_what_cannot_be_asked_becomes_a_note(caplog: pytest.LogCaptureFixture) -> None:
    def ask(question: str, **_: Any) -> Answer:
        raise OSError("the disk is gone")

    *_, answered, _ = handlers(ask).answer("什么时候？", "", "", "", "", Conversation())
    (turn,) = answered["conversation"].turns
    assert turn.answer is None
    assert turn.note
    assert "the disk is gone" in caplog.text
