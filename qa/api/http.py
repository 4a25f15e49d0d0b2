"""What programs call by HTTP under `/v1`, described by `/openapi.json`: questions, issues, and OpenAI's completions.

FastAPI comes with gradio, and loads when this module does; the page imports it when it is served. Annotations are
evaluated as written (no `from __future__ import annotations`): FastAPI reads them to describe the calls.
"""

import asyncio
import functools
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route

from embeddings import Article, BulletinError
from qa.api.completions import (
    MODEL,
    Completion,
    closing_events,
    completion,
    completion_row,
    failed_event,
    last_answer,
    model_row,
    opening_event,
    text_events,
    written,
)
from qa.api.conversation_tasks import Message, NextQuestions, read_task, task_text
from qa.api.endpoints import Endpoints
from qa.api.requests import (
    AnswerRow,
    CompletionBody,
    CompletionRow,
    ErrorBody,
    Flag,
    FollowUpBody,
    IssueRow,
    ModelList,
    ModelRow,
    Name,
    Number,
    PassageRow,
    QuestionBody,
    WholeArticleRow,
)
from qa.api.schemas import answer_row, passage_rows
from qa.assistant import Assistant
from qa.errors import ProgramCode, QuestionCode, QuestionError
from qa.functions import read_filters
from qa.i18n import in_language
from qa.i18n.errors import explain
from qa.types import Answer, AnswerKind

logger = logging.getLogger(__name__)

VERSION = "1.1.0"  # of what is described: the first number grows when a call that was right no longer is
PREFIX = "/v1"
AT_ONCE = 2  # calls that are worked on; the others wait
_ALIVE_SECONDS = 10.0  # between signs of life, while a language model writes
_TYPES = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 500: "server_error"}
_NOT_THERE = (ProgramCode.NO_MODEL, QuestionCode.NO_ARTICLE, QuestionCode.NO_ISSUE, QuestionCode.NO_TOPIC)
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The call is not as it is described here."},
    401: {"model": ErrorBody, "description": "A key is needed, or the key does not hold."},
    403: {"model": ErrorBody, "description": "The call comes from a page of another site."},
    404: {"model": ErrorBody, "description": "What is named is not there."},
    413: {"model": ErrorBody, "description": "The call is too large."},
    421: {"model": ErrorBody, "description": "The page does not go by this name."},
    422: {"model": ErrorBody, "description": "The call is in order, but the question cannot be taken."},
    429: {"model": ErrorBody, "description": "Too many calls; `Retry-After` tells in how many seconds to try again."},
    500: {"model": ErrorBody, "description": "The call failed."},
    503: {"model": ErrorBody, "description": "The archive cannot be read at the moment."},
}
_STREAMED: dict[str, Any] = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
_DESCRIPTION = """Questions to an archive of bulletins, answered with the sentence that says it and where it stands.

Errors have a `code` that stays when words change. Where `bulletin key add` has made a key, calls need one:
`Authorization: Bearer KEY`. All calls only read."""


def error_row(error: BulletinError, status: int, headers: Any, *, param: str | None = None) -> dict[str, Any]:
    """An error as a call gives it back, in the language that the call asks for, else in English."""
    said = in_language(explain(error), headers) if "accept-language" in headers else str(error)
    return {"error": {"code": str(error.code), "message": said, "type": type_of(status), "param": param}}


def type_of(status: int) -> str:
    """The kind of an error as OpenAI names it."""
    return _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")


class ProgramCalls:
    """What each address answers. `address` gives where the page shows an article, below the page's own address.

    `next_questions` gives what may be asked after an answer, to programs that ask for it.
    """

    def __init__(
        self,
        assistant: Assistant,
        *,
        address: Callable[[Article], str],
        next_questions: NextQuestions = lambda answer, asked: (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._assistant = assistant
        self._endpoints = Endpoints(assistant)
        self._address = address
        self._next_questions = next_questions
        self._now = now
        self._begun = int(now())
        self._limiter: CapacityLimiter | None = None  # made in the event loop that uses it

    async def ask(self, body: FollowUpBody) -> JSONResponse:
        """Ask the bulletin.

        The answer with its quote and sources, or that the bulletin does not say (`abstained`), and the passages it
        rests on.
        """
        filters = read_filters(**body.narrowing())
        questions = [*body.earlier, body.question]
        answer = await self._run(last_answer, self._assistant, questions, k=body.k, filters=filters)
        return JSONResponse(answer_row(answer))

    async def search(self, body: QuestionBody) -> JSONResponse:
        """Find the passages that bear on a question, best first, without answering it."""
        filters = read_filters(**body.narrowing())
        found = await self._run(self._assistant.retrieve, body.question, k=body.k, filters=filters)
        return JSONResponse(passage_rows(found))

    async def list_issues(
        self,
        headlines: Flag = Query(False, description="with the headlines of each; then at most 500 issues at once"),
        issue: Name | None = Query(None, description="the id, name or file name of the one issue to list"),
        limit: Number = Query(0, description="how many issues at most; 0 for all"),
        skip: Number = Query(0, description="how many of the newest to leave out"),
    ) -> JSONResponse:
        """List the issues of the archive, newest first, those of unknown date last."""
        listed = await self._run(
            self._endpoints.list_issues, headlines=headlines, issue=issue or "", limit=limit, skip=skip
        )
        return JSONResponse(listed)

    async def read_article(self, issue: Name, article: Name) -> JSONResponse:
        """Read one article whole, as it was printed, by the ids that the other calls give."""
        return JSONResponse(await self._run(self._endpoints.read_article, issue, article))

    async def list_models(self) -> JSONResponse:
        """List the models: there is one, the bulletin."""
        return JSONResponse({"object": "list", "data": [model_row(created=self._begun)]})

    async def read_model(self, model: str) -> JSONResponse:
        """Describe a model."""
        _require_model(model)
        return JSONResponse(model_row(created=self._begun))

    async def complete(self, request: Request, body: CompletionBody) -> Response:
        """Answer the last question of a conversation, in the form of OpenAI's chat completions.

        The sources stand in the text and as annotations; `bulletin` tells whether the bulletin says anything at all.
        With `stream`, the answer comes as events. A request for a title, tags, what to ask next or a summary of a
        conversation, as chat programs send them beside questions, is answered from the conversation.
        """
        _require_model(body.model)
        questions = [message.said for message in body.messages if message.role == "user" and message.said]
        answer = await self._run(self._answer, body, questions)
        name, created = f"chatcmpl-{secrets.token_hex(12)}", int(self._now())
        page = f"{str(request.base_url).rstrip('/').removesuffix(PREFIX)}/"

        def made_of(in_words: Any) -> Completion:
            return completion(answer, in_words, address=lambda article: page + self._address(article))

        if not body.stream:
            made = made_of(await self._run(written, self._assistant, answer))
            return JSONResponse(completion_row(made, questions, name=name, created=created))
        with_usage = bool(body.stream_options and body.stream_options.include_usage)

        async def events() -> AsyncIterator[str]:
            yield opening_event(name=name, created=created)
            quoted = made_of(None)
            for event in text_events(quoted.parts[0], name=name, created=created):
                yield event
            writing = asyncio.ensure_future(self._run(written, self._assistant, answer))
            try:
                while not (await asyncio.wait({writing}, timeout=_ALIVE_SECONDS))[0]:
                    yield ": waiting\n\n"
                made = made_of(writing.result())
            except Exception as error:  # the status was sent already
                logger.exception("A language model's words could not be had")
                yield failed_event(error_row(BulletinError(ProgramCode.FAILED, kind=type(error).__name__), 500, {}))
                made = quoted
            finally:
                writing.cancel()
            for part in made.parts[1:]:
                for event in text_events(part, name=name, created=created):
                    yield event
            for event in closing_events(made, questions, name=name, created=created, with_usage=with_usage):
                yield event

        return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    def _answer(self, body: CompletionBody, questions: Sequence[str]) -> Answer:
        """The answer to the last question of a conversation, or what else is asked about it."""
        filters = read_filters(**body.narrowing())
        answered = functools.partial(last_answer, self._assistant, k=body.k, filters=filters)
        turns = [Message(message.role, message.said) for message in body.messages]
        if task := read_task(turns, body.response_format):
            text = task_text(task, answered=answered, next_questions=self._next_questions)
            return Answer(question=task.questions[-1], kind=AnswerKind.REPLY, text=text)
        if turns[-1].role != "user" or not turns[-1].text:
            raise QuestionError(ProgramCode.NO_USER_MESSAGE)
        return answered(questions)

    async def _run(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if self._limiter is None:
            self._limiter = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(functools.partial(work, *given, **named), limiter=self._limiter)


def program_routes(
    assistant: Assistant,
    *,
    address: Callable[[Article], str],
    next_questions: NextQuestions = lambda answer, asked: (),
) -> list[Any]:
    """The routes of all calls, and of what describes them, to be put beside the page; as for `ProgramCalls`."""
    api = _api(ProgramCalls(assistant, address=address, next_questions=next_questions))
    described = api.openapi()
    # Relative to where the description lies, so that it holds below any path of a proxy.
    described["servers"] = [{"url": PREFIX.lstrip("/")}]
    described["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    described["security"] = [{}, {"key": []}]

    async def description(request: Request) -> JSONResponse:
        return JSONResponse(described)

    return [Route("/openapi.json", description), Mount(PREFIX, api)]


def _api(calls: ProgramCalls) -> FastAPI:
    api = FastAPI(
        title="公报问答",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    _add(api, "POST", "/ask", calls.ask, AnswerRow)
    _add(api, "POST", "/search", calls.search, list[PassageRow])
    _add(api, "GET", "/issues", calls.list_issues, list[IssueRow])
    _add(api, "GET", "/issues/{issue}/articles/{article:path}", calls.read_article, WholeArticleRow)
    _add(api, "GET", "/models", calls.list_models, ModelList)
    _add(api, "GET", "/models/{model}", calls.read_model, ModelRow)
    _add(api, "POST", "/chat/completions", calls.complete, CompletionRow, _STREAMED)
    for kind, handler in ((RequestValidationError, _not_as_described), (HTTPException, _not_answered)):
        api.add_exception_handler(kind, handler)
    for kind in (ValueError, BulletinError, Exception):
        api.add_exception_handler(kind, _failed)
    return api


def _add(
    api: FastAPI, method: str, path: str, call: Callable[..., Any], row: Any, more: dict[str, Any] | None = None
) -> None:
    summary, _, rest = (call.__doc__ or "").partition("\n")
    api.add_api_route(
        path,
        call,
        methods=[method],
        operation_id=call.__name__,
        summary=summary.rstrip("."),
        description=" ".join(rest.split()) or summary,
        response_model=None,
        responses={200: {"model": row, "description": "What was asked for.", **(more or {})}, **_ERRORS},
    )


def _require_model(name: str) -> None:
    if name != MODEL:
        raise QuestionError(ProgramCode.NO_MODEL, name=name)


async def _not_as_described(request: Request, error: Exception) -> JSONResponse:
    """A call that is not as it is described: the first fault of it."""
    faults: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else ()
    place = ".".join(str(part) for part in faults[0]["loc"][1:]) if faults else ""
    said = str(faults[0]["msg"]) if faults else ""
    fault = BulletinError(ProgramCode.BAD_CALL, detail=f"{place}: {said}" if place else said)
    return JSONResponse(error_row(fault, 400, request.headers, param=place or None), status_code=400)


async def _not_answered(request: Request, error: Exception) -> JSONResponse:
    """No such address, a method that it does not take, or a body that is no JSON."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = getattr(error, "headers", None)
    if status == 404:
        fault = BulletinError(ProgramCode.NOTHING_HERE)
    elif status == 405:
        fault = BulletinError(ProgramCode.WRONG_METHOD, method=request.method)
    else:
        fault = BulletinError(ProgramCode.BAD_CALL, detail=str(getattr(error, "detail", error)))
    return JSONResponse(error_row(fault, status, request.headers), status_code=status, headers=headers)


async def _failed(request: Request, error: Exception) -> JSONResponse:
    """A question that cannot be taken, an archive that cannot be read, or a fault of this program."""
    if isinstance(error, BulletinError) and error.code in _NOT_THERE:
        fault, status = error, 404
    elif isinstance(error, QuestionError):
        fault, status = error, 422
    else:
        # The message may name folders of this machine, which are nobody's business outside.
        logger.error("A call failed", exc_info=error)
        fault = BulletinError(ProgramCode.FAILED, kind=type(error).__name__)
        status = 503 if isinstance(error, BulletinError) else 500
    return JSONResponse(error_row(fault, status, request.headers), status_code=status)
