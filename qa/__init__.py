"""Question → passages → answer.

Importing this package loads none of its parts; they load when one of the names below is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from embeddings.privacy import keep_to_this_machine

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.functions import ask, read_filters, retrieve, topic
    from qa.query.question import MAX_QUESTION_CHARS
    from qa.topics.topic import Topic
    from qa.types import Answer, AnswerKind, Citation, Passage

keep_to_this_machine()

# Each public name by the module that defines it, which is imported when the name is first asked for.
_PUBLIC = {
    "qa.assistant": ("Assistant",),
    "qa.functions": ("ask", "read_filters", "retrieve", "topic"),
    "qa.query.question": ("MAX_QUESTION_CHARS",),
    "qa.topics.topic": ("Topic",),
    "qa.types": ("Answer", "AnswerKind", "Citation", "Passage"),
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}

__all__ = [
    "MAX_QUESTION_CHARS",
    "Answer",
    "AnswerKind",
    "Assistant",
    "Citation",
    "Passage",
    "Topic",
    "ask",
    "read_filters",
    "retrieve",
    "topic",
]


def __getattr__(name: str) -> object:
    """A public name, from the module that defines it (PEP 562). Raises AttributeError for what is not public."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_MODULE_OF[name]), name)
    globals()[name] = value  # so that this function is not asked again
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
