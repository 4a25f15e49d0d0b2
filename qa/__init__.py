"""Question → passages → answer.

Importing this package loads neither torch nor gradio; parts load when first used.
"""

from qa.assistant import Assistant, ask, read_filters, retrieve
from qa.query.question import MAX_QUESTION_CHARS
from qa.types import Answer, AnswerKind, Citation, Passage

__all__ = [
    "MAX_QUESTION_CHARS",
    "Answer",
    "AnswerKind",
    "Assistant",
    "Citation",
    "Passage",
    "ask",
    "read_filters",
    "retrieve",
]
