"""What calls by HTTP may hold, and what is given back, as `/openapi.json` describes them.

What is described is also what is taken, no more: a number is not taken for a text, nor a moment for a day.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from qa.api.endpoints import MAX_K
from qa.assistant import DEFAULT_K
from qa.query.question import MAX_QUESTION_CHARS

MAX_MESSAGES = 2000
_MAX_NAME_CHARS = 500
_MAX_NUMBER = 1_000_000_000


def _whole(value: Any) -> Any:
    """JSON has one kind of number, so that 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(text: str) -> str:
    """A day as RFC 3339 writes it. Raises ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day is written as 2025-09-13")
    return date.fromisoformat(text).isoformat()


def _number(text: Any) -> Any:
    """A number in an address. Raises ValueError for anything else."""
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{1,10}", text):
        raise ValueError("a whole number is needed")
    return text


def _flag(text: Any) -> Any:
    """A yes or no in an address. Raises ValueError for anything else."""
    if text not in ("true", "false", True, False):
        raise ValueError("true or false is needed")
    return text


Day = Annotated[str, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Name = Annotated[str, Field(min_length=1, max_length=_MAX_NAME_CHARS)]
Number = Annotated[int, Field(ge=0, le=_MAX_NUMBER), BeforeValidator(_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]
K = Annotated[int, Field(ge=1, le=MAX_K), BeforeValidator(_whole)]


class NarrowedBody(BaseModel):
    """How many passages, and what to look in."""

    model_config = ConfigDict(strict=True)

    k: K = Field(DEFAULT_K, description="the number of passages")
    issue: Name | None = Field(None, description="the id, name or file name of the one issue to look in")
    since: Day | None = Field(None, description="the earliest day to look at")
    until: Day | None = Field(None, description="the latest day to look at; not before `since`")
    section: Name | None = Field(None, description="the name of the one section to look in")

    def narrowing(self) -> dict[str, str]:
        """The filters as `read_filters` takes them."""
        return {name: getattr(self, name) or "" for name in ("since", "until", "issue", "section")}


class QuestionBody(NarrowedBody):
    """A question, and where to look."""

    model_config = ConfigDict(strict=True, extra="forbid")

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]


class FollowUpBody(QuestionBody):
    """A question, where to look, and what was asked before it."""

    earlier: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]], Field(max_length=20)
    ] = Field(default=[], description="the questions before this one, the oldest first, on which it may lean")


class ContentPart(BaseModel):
    """A part of a message; those of another type than `text` are passed over."""

    model_config = ConfigDict(strict=True)

    type: str
    text: str | None = None


class MessageBody(BaseModel):
    """A message of a conversation; those of the user are the questions."""

    model_config = ConfigDict(strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None

    @property
    def said(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text or "" for part in self.content if part.type == "text").strip()
        return (self.content or "").strip()


class StreamOptions(BaseModel):
    """What a stream ends with."""

    model_config = ConfigDict(strict=True)

    include_usage: bool | None = False


class CompletionBody(NarrowedBody):
    """A conversation in the form of OpenAI. What else that form has, such as `temperature`, is passed over."""

    model: str
    messages: Annotated[list[MessageBody], Field(min_length=1, max_length=MAX_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    response_format: dict[str, Any] | None = Field(
        None, description="the JSON schema of a title and the like; the answer to a question is a text all the same"
    )


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="the kind of error, such as `question.empty`; it stays when words change")
    message: str = Field(description="the cause and the cure, in the language of `Accept-Language`")
    type: str
    param: str | None = None


class ErrorBody(BaseModel):
    """What a call that failed gives."""

    error: ErrorDetail


class SourceRow(BaseModel):
    """The article and issue that something stands in."""

    issue_id: str
    article_id: str
    title: str
    date: str | None
    issue: str
    page: int | None


class PassageRow(SourceRow):
    """A stretch of one article, best first; `start` and `end` are places in the article's body."""

    rank: int
    score: float
    text: str
    start: int
    end: int


class CitationRow(SourceRow):
    """A sentence that bears an answer out; `number` is its [n] in the text."""

    number: int
    quote: str
    days: list[dict[str, str]]


class AnswerRow(BaseModel):
    """An answer with its sources, or that the bulletin does not say (`abstained`).

    Of the kind `standard`, it is the newsroom's own word and has no sources.
    """

    question: str
    text: str
    short: str
    quote: str
    kind: str
    abstained: bool
    confidence: float
    taken_as: str
    taken: str
    scope: dict[str, str | None] | None
    citations: list[CitationRow]
    passages: list[PassageRow]


class WholeArticleRow(BaseModel):
    """An article whole, as it was printed."""

    id: str
    title: str
    kicker: str
    deck: str
    body: str
    byline: str
    section: str
    date: str | None
    page: int | None
    kind: str
    issue: str
    issue_id: str


class HeadlineRow(BaseModel):
    """An article in a list."""

    id: str
    title: str
    section: str


class IssueRow(BaseModel):
    """An issue of the archive, and the number of its articles."""

    id: str
    name: str
    date: str | None
    articles: int
    headlines: list[HeadlineRow] | None = None


class CompletionRow(BaseModel):
    """A completion in the form of OpenAI."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int]
    bulletin: dict[str, Any]


class ModelRow(BaseModel):
    """A model in the form of OpenAI."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    """The models there are."""

    object: Literal["list"]
    data: list[ModelRow]
