"""Answers in the form of OpenAI's chat completions: whole, or as events while they are made.

The text is the answer with its [n], what the question was taken for, and the sources; the sources are annotations too,
with the page's address of each article. Where a language model is set, its words follow the quoted answer once they are
checked: what has been sent cannot be marked any more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from embeddings import Article, Filters
from qa.assistant import Assistant
from qa.i18n import Language, joined, language_of_question, said_in, words
from qa.types import Answer, Citation

MODEL = "bulletin"
MAX_TURNS = 6  # questions of a conversation that are gone through again, with the one that is asked
Address = Callable[[Article], str]  # where the page shows an article

_PIECES = re.compile(r"[^。！？\n]*(?:[。！？\n]+|$)")


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer as it is sent: its text, in the parts in which it can be sent, and the sources in the text."""

    parts: tuple[str, ...]
    annotations: tuple[dict[str, Any], ...]
    answer: Answer

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.parts)


def last_answer(assistant: Assistant, questions: Sequence[str], *, k: int, filters: Filters) -> Answer:
    """The answer to the last question of a conversation. Those before are answered again, which are few and remembered.

    Raises ValueError as `Assistant.ask` does; a question before the last that cannot be taken is passed over.
    """
    before: Answer | None = None
    for question in questions[-MAX_TURNS:-1]:
        try:
            answer = assistant.ask(question, k=k, filters=filters, before=before)
        except ValueError:
            continue
        before = before if answer.is_reply and before else answer
    return assistant.ask(questions[-1], k=k, filters=filters, before=before)


def written(assistant: Assistant, answer: Answer) -> Answer | None:
    """The answer in the language model's words, checked; None where there is no model, or it gives nothing else."""
    *_, found = answer, *assistant.write(answer)
    return found if found.text != answer.text else None


def completion(answer: Answer, in_words: Answer | None, *, address: Address) -> Completion:
    """An answer, and the model's where there is one, as they are sent."""
    language = language_of_question(answer.question)
    parts = [said_in(language, answer.text)]
    citations = list(answer.citations)
    if in_words:
        parts.append("\n\n" + said_in(language, in_words.text))
        known = {one.number for one in citations}
        citations += [one for one in in_words.citations if one.number not in known]
    if answer.note:
        parts.append("\n\n" + said_in(language, answer.note))
    if citations:
        said = "".join(parts)
        parts.append("\n\n" + "\n".join(_source(one, said, answer.question) for one in citations))
    text = "".join(parts)
    return Completion(tuple(parts), tuple(_annotation(one, text, address) for one in citations), answer)


def completion_row(made: Completion, questions: Sequence[str], *, name: str, created: int) -> dict[str, Any]:
    """A whole completion. `created` is in seconds since 1970; usage counts characters, as there are no tokens."""
    message = {
        "role": "assistant",
        "content": made.text,
        "refusal": None,
        "annotations": list(made.annotations),
    }
    return {
        "id": name,
        "object": "chat.completion",
        "created": created,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(made, questions),
        "bulletin": _said_of(made.answer),
    }


def opening_event(*, name: str, created: int) -> str:
    """The event before all text."""
    return _event({"role": "assistant", "content": ""}, name, created)


def text_events(text: str, *, name: str, created: int) -> Iterator[str]:
    """A text, a sentence or line an event."""
    for piece in filter(None, _PIECES.findall(text)):
        yield _event({"content": piece}, name, created)


def closing_events(
    made: Completion, questions: Sequence[str], *, name: str, created: int, with_usage: bool
) -> Iterator[str]:
    """The sources, why it ends, what was used where that is asked for, and the mark of the end."""
    if made.annotations:
        yield _event({"annotations": list(made.annotations)}, name, created)
    yield _event({}, name, created, finish_reason="stop", bulletin=_said_of(made.answer))
    if with_usage:
        yield _data({**_chunk(name, created), "choices": [], "usage": _usage(made, questions)})
    yield "data: [DONE]\n\n"


def failed_event(error: dict[str, Any]) -> str:
    """An error after the first event, when the status was sent already."""
    return _data(error)


def model_row(*, created: int) -> dict[str, Any]:
    """The one model there is."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": "bulletin-qa"}


def _chunk(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "chat.completion.chunk", "created": created, "model": MODEL}


def _event(delta: dict[str, Any], name: str, created: int, *, finish_reason: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _data({**_chunk(name, created), "choices": [choice], **more})


def _data(row: dict[str, Any]) -> str:
    return f"data: {json.dumps(row, ensure_ascii=False)}\n\n"


def _usage(made: Completion, questions: Sequence[str]) -> dict[str, int]:
    asked, said = sum(map(len, questions)), len(made.text)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _said_of(answer: Answer) -> dict[str, Any]:
    said = {"abstained": answer.abstained, "confidence": round(answer.confidence, 4), "quote": answer.quote}
    return {"kind": str(answer.kind), **said}


def _source(citation: Citation, said: str, question: str) -> str:
    """A source on a line of its own, with its quote where that was not said already."""
    article = citation.article
    title = words("titled", title=article.title) if article.title else words("caption")
    day = article.date.isoformat() if article.date else words("unknown_date")
    language = language_of_question(question)
    line = said_in(language, joined(" · ", [title, day, article.issue.name]))
    if not citation.quote or citation.quote in said:
        return f"[{citation.number}] {line}"
    colon = ": " if language is Language.ENGLISH else "："
    return f"[{citation.number}] {line}{colon}“{citation.quote}”"


def _annotation(citation: Citation, text: str, address: Address) -> dict[str, Any]:
    """A source in the form of OpenAI; `start_index` and `end_index` are those of its [n] in the text."""
    mark = f"[{citation.number}]"
    start = text.index(mark)
    source = {
        "start_index": start,
        "end_index": start + len(mark),
        "title": citation.article.title or citation.article.issue.name,
        "url": address(citation.article),
    }
    return {"type": "url_citation", "url_citation": source}
