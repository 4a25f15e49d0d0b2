"""What stands between the network and the page: which addresses are answered, to whom, and with which headers.

Gradio answers more than this page needs: it fetches addresses for whoever asks, keeps files that anyone sends, and
serves what it keeps. The request filter lets through what the page uses, by name, so that what a later gradio adds
stays shut.
It is also the only module that speaks ASGI; starlette comes with gradio.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from embeddings import Archive, BulletinError, Variable
from qa.assistant import Assistant
from qa.i18n import in_language
from qa.i18n.errors import explain
from qa.server.access import AccessLimits, KnownHosts
from qa.server.auth import STAY_SECONDS, ClientRequest, Credentials, NotAdmittedError, PageAccess, StaffAccess
from qa.server.gradio_internals import (
    CALL_ROUTE,
    COMPONENT,
    PAGE_ROUTES,
    STARTING,
    THEME,
    UPLOAD_ROUTE,
    files_in,
    is_elsewhere,
)
from qa.server.keys import KeyAccess, KeyRefusedError
from qa.server.users import UserFile

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = dict[str, str]

MAX_BODY_BYTES = 2_000_000  # of a request that is no upload; the longest article of an issue is far shorter
WRONG_DELAY = 1.0  # seconds that a wrong password costs
HEALTH, PROGRAMS, MCP, ENTER, LEAVE = "/health", "/programs", "/mcp", "/staff/enter", "/staff/leave"
CALLS = "/v1/"  # of other programs, by HTTP
CHATS = "/chats/"  # of chat platforms, which sign what they send
TYPED = "/suggest"  # asked by the page while a user types

_OWN_ROUTES = (
    r"/(health|programs|mcp|staff/enter|staff/leave)/?",
    r"/openapi\.json",
    rf"{CALLS}.+",
    rf"{CHATS}[a-z]+",
    TYPED,
)
_PUBLISHED = re.compile(r"/(feed\.atom|sitemap\.xml|article|widget\.js)")
_SHARED = re.compile(r"/shared/[A-Za-z0-9_-]{20,60}")
_OPEN = re.compile("|".join((*PAGE_ROUTES, *_OWN_ROUTES)))
_STAFF, _CALL = re.compile(UPLOAD_ROUTE), re.compile(CALL_ROUTE)

_ALLOWED = b"access-control-allow-origin"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "accept-language, authorization, content-type",
    "Access-Control-Max-Age": "600",
}
_KINDS = {401: "authentication_error", 429: "rate_limit_error"}  # of errors, as OpenAI names them

# Gradio writes scripts and styles into the page. Nothing may be fetched from, or sent to, another host.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; worker-src 'self' blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
)


@dataclass(frozen=True, slots=True)
class Serving:
    """How a page is served: who may come in, by which names and how often, and what stands beside it.

    `fault_of_call` takes a path and the body of a call, read from JSON, and gives the status and the reason of a
    refusal, or None. `proxies` are addresses and networks. `mcp` is what answers at `/mcp`, and `lifespan` what has to
    run meanwhile. `routes` are those of calls by other programs, and `keys` says which of these are answered.
    Where it `has_chats`, platforms come in by their signature;
    where it `publishes`, feed readers and search engines are answered; where it `shares`, what users share is shown.
    `sites` are origins whose pages may call.
    """

    assistant: Assistant
    archive: Path | None = None
    staff_access: StaffAccess | None = None
    credentials: Credentials | None = None
    users: UserFile | None = None
    hosts: KnownHosts = field(default_factory=KnownHosts)
    proxies: tuple[str, ...] = ()
    limits: AccessLimits = field(default_factory=AccessLimits)
    fault_of_call: Callable[[str, Any], tuple[int, str] | None] = lambda _path, _call: None
    mcp: Any = None
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]] | None = None
    routes: Sequence[Any] = ()
    keys: KeyAccess | None = None
    has_chats: bool = False
    publishes: bool = False
    shares: bool = False
    sites: frozenset[str] = frozenset()


def app_parts(serving: Serving, *, programs: str) -> dict[str, Any]:
    """What gradio is to give to the FastAPI application that it makes: the request filter, the routes of our own.

    `programs` is the page for other programs, as HTML.
    """
    from starlette.middleware import Middleware
    from starlette.responses import HTMLResponse, JSONResponse
    from starlette.routing import Route

    def health(request: Any) -> Any:
        status, row = health_row(serving.assistant, serving.archive)
        return JSONResponse(row, status_code=status, headers={"Cache-Control": "no-store"})

    def programs_page(request: Any) -> Any:
        return HTMLResponse(programs)

    routes: list[Any] = [Route(HEALTH, health), Route(PROGRAMS, programs_page), *serving.routes]
    if serving.mcp is not None:
        routes.append(Route(MCP, serving.mcp))
    parts: dict[str, Any] = {"routes": routes, "middleware": [Middleware(RequestFilter, serving=serving)]}
    return {**parts, "lifespan": serving.lifespan} if serving.lifespan else parts


def health_row(assistant: Assistant, archive: Path | None) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the JSON of the health endpoint: 200, or 503 with a reason."""
    try:
        if archive is not None:  # one that is open can still be read after its folder has gone
            Archive.open(archive).close()
        with assistant.archive.snapshot() as snapshot:
            row = {
                "status": "ok",
                "generation": snapshot.generation,
                "issues": len(snapshot.issue_names()),
                "chunks": snapshot.size,
                "model": assistant.encoder.name,
            }
    except Exception as error:
        logger.exception("The archive could not be read")
        # The message names folders of this machine, which are nobody's business outside.
        reason = f"The archive cannot be read ({type(error).__name__}); the log of the server says more."
        return 503, {"status": "unavailable", "reason": reason}
    return 200, row


class RequestFilter:
    """An ASGI middleware that lets through what the page needs, and refuses the rest."""

    def __init__(self, app: Any, *, serving: Serving) -> None:
        self._app = app
        self._serving = serving
        self._access = PageAccess(serving.credentials, serving.users)
        self._under_way: Counter[str] = Counter()  # calls by their sender
        self._has_warned = False

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        path, visit = _path(scope), ClientRequest.of(scope)
        origin = visit.headers.get("origin", "")
        guest = origin if path.startswith(CALLS) and origin in self._serving.sites else ""
        send = _with_headers(send, _is_embedded(scope), guest)
        if not all(map(self._serving.hosts.knows, _names_of_page(scope))):
            # Before all else: a name that another site lets point here would make that site's page ours.
            await _refuse(send, 421, f"This page has another name; {Variable.HOSTS} names those that it goes by.")
            return
        self._warn_of_proxy(visit)
        if "origin" in visit.headers and not guest and not visit.is_own_page:
            # Gradio would let any site read, through its visitor's browser, what is open only to that visitor.
            await _refuse(send, 403, "A page of another site cannot call this one; put it into a frame instead.")
            return
        if guest and scope["method"] == "OPTIONS":
            await _answer(send, 200, {}, _PREFLIGHT)
            return
        if not await self._admits(send, visit, path):
            return
        is_staff = self._serving.staff_access is not None and self._serving.staff_access.admits(visit)
        root, query = str(scope.get("root_path", "")), scope.get("query_string", b"").decode("latin-1")
        if root and scope["path"] == root.rstrip("/"):
            # The page's own addresses are relative to a folder.
            await _refuse(send, 308, "", {"Location": f"{root.rstrip('/')}/{'?' if query else ''}{query}"})
        elif _STAFF.fullmatch(path):
            await (self._app(scope, receive, send) if is_staff else _refuse(send, 403, "Not open to readers."))
        elif not self._is_open(path):
            await _refuse(send, 404, "There is nothing here.")
        elif path in (ENTER, LEAVE):
            await self._staff_login(scope, receive, send, visit, path)
        elif (
            path.startswith((CALLS, CHATS))
            or path == TYPED
            or (scope["method"] == "POST" and (_CALL.fullmatch(path) or path.rstrip("/") == MCP))
        ):
            await self._within_bounds(scope, receive, send, visit, is_staff=is_staff)
        elif path == "/" and _is_embedded(scope) and THEME not in _query(scope):
            # Gradio takes its theme from the address.
            await _refuse(send, 307, "", {"Location": f"?embed=1&{THEME}=light"})
        else:
            await self._app(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        """Whether anything is answered at an address."""
        if _SHARED.fullmatch(path):
            return self._serving.shares
        return bool(_OPEN.fullmatch(path) or (self._serving.publishes and _PUBLISHED.fullmatch(path)))

    async def _admits(self, send: Send, visit: ClientRequest, path: str) -> bool:
        """Whether a request brings what is needed: the page's password, or a key where it is a call of a program."""
        keys, access = self._serving.keys, self._access
        is_closed = access.is_closed
        if keys and path.startswith(CALLS) and keys.concerns(visit, has_password=is_closed):
            return await _admits_key(send, keys, visit)
        if not is_closed or path == STARTING or (path.startswith(CHATS) and self._serving.has_chats):
            return True
        if access.must_wait(visit):
            await _refuse(send, 429, "Too many wrong passwords; try again in ten minutes.", {"Retry-After": "600"})
            return False
        if not await asyncio.to_thread(access.admits, visit):
            if "authorization" in visit.headers:
                await asyncio.sleep(WRONG_DELAY)
            challenge = {"WWW-Authenticate": 'Basic realm="bulletin", charset="UTF-8"'}
            await _refuse(send, 401, "A name and a password are needed.", challenge)
            return False
        return True

    def _warn_of_proxy(self, visit: ClientRequest) -> None:
        if visit.is_forwarded and not self._serving.proxies and not self._has_warned:
            self._has_warned = True
            told = "Requests come through a proxy that %s does not name, so that all its users count as one sender"
            logger.warning(told, Variable.PROXIES)

    async def _within_bounds(
        self, scope: Message, receive: Receive, send: Send, visit: ClientRequest, *, is_staff: bool
    ) -> None:
        """Answer a call, unless too many of its sender are being answered."""
        sender = visit.network
        if self._under_way[sender] >= self._serving.limits.max_sender_waiting:
            await _refuse(send, 429, "Too many calls at once; wait for some of them.", {"Retry-After": "1"})
            return
        self._under_way[sender] += 1
        try:
            if _CALL.fullmatch(_path(scope)):
                await self._call(scope, receive, send, is_staff=is_staff)
            elif _path(scope).startswith((CALLS, CHATS, TYPED)):
                await self._program_call(scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            self._under_way[sender] -= 1
            if not self._under_way[sender]:
                del self._under_way[sender]

    async def _call(self, scope: Message, receive: Receive, send: Send, *, is_staff: bool) -> None:
        """Pass a call on that asks for no file, or, from the staff, for no file of another host."""
        body = await _read(receive, MAX_BODY_BYTES)
        if body is None:
            await _refuse(send, 413, f"The request is too large; the limit is {MAX_BODY_BYTES:,} bytes.")
            return
        try:
            call = json.loads(body) if body else {}
            files = files_in(call)
        except RecursionError:
            await _refuse(send, 400, "The request is nested too deeply.")
            return
        except ValueError:
            if _path(scope).rstrip("/") == COMPONENT:  # gradio would take a form with files there
                await _refuse(send, 400, "The request is no JSON.")
                return
            call, files = {}, []  # gradio says what is wrong with it
        if files and not (is_staff and not any(map(is_elsewhere, files))):
            await _refuse(send, 403, "Files cannot be named in a request.")
            return
        if fault := self._serving.fault_of_call(_path(scope), call):
            await _refuse(send, *fault)
            return
        await self._app(scope, _replaying(body, receive), send)

    async def _program_call(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a call of another program on, unless it is too large."""
        body = await _read(receive, MAX_BODY_BYTES)
        if body is None:
            await _refuse(send, 413, f"The request is too large; the limit is {MAX_BODY_BYTES:,} bytes.")
            return
        await self._app(scope, _replaying(body, receive), send)

    async def _staff_login(self, scope: Message, receive: Receive, send: Send, visit: ClientRequest, path: str) -> None:
        """Take the staff's password, and give the browser a cookie that tells that it was given."""
        staff_access = self._serving.staff_access
        if scope["method"] != "POST" or staff_access is None:
            await _refuse(send, 404, "There is nothing here.")
            return
        root = urlsplit(str(scope.get("root_path", ""))).path.rstrip("/") or "/"  # it may be a whole address
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{staff_access.cookie}={{}}; Path={root}; HttpOnly; SameSite=Strict; Max-Age={{:.0f}}{secure}"
        if path == LEAVE:
            staff_access.leave(visit)
            await _answer(send, 200, {"said": ""}, {"Set-Cookie": cookie.format("", 0)})
            return
        body = await _read(receive, 10_000)
        try:
            row = json.loads(body or b"")
            typed, name = str(row["password"]), str(row.get("name") or "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            typed = name = ""
        try:
            token = await asyncio.to_thread(staff_access.enter, typed, visit, name=name)
        except NotAdmittedError as error:
            await asyncio.sleep(WRONG_DELAY)
            await _answer(send, 403, {"said": in_language(explain(error), visit.headers)})
            return
        await _answer(send, 200, {"said": ""}, {"Set-Cookie": cookie.format(token, STAY_SECONDS)})


async def _admits_key(send: Send, keys: KeyAccess, visit: ClientRequest) -> bool:
    """Whether the key of a call holds; else says why not."""
    try:
        keys.admit(visit)
    except KeyRefusedError as error:
        if error.status == 401 and "authorization" in visit.headers:
            await asyncio.sleep(WRONG_DELAY)
        waiting = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
        challenge = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
        await _refuse(send, error.status, str(error), {**waiting, **challenge}, code=str(error.code))
        return False
    except BulletinError:
        logger.exception("The keys could not be read")
        await _refuse(send, 503, "The keys cannot be read; the log of the server says more.")
        return False
    return True


def _path(scope: Mapping[str, Any]) -> str:
    """The path below the root under which a proxy serves the page, whether or not the proxy takes that off."""
    path, root = str(scope["path"]), str(scope.get("root_path", "")).rstrip("/")
    return path[len(root) :] or "/" if root and (path == root or path.startswith(f"{root}/")) else path


def _names_of_page(scope: Mapping[str, Any]) -> list[str]:
    """By which names a request calls the page: as its host, and as what a proxy says that it was.

    Gradio writes the latter into the page, as where all that belongs to it is.
    """
    named: dict[str, list[str]] = {"host": [], "x-forwarded-host": []}
    for name, value in scope.get("headers", ()):
        named.get(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    passed_on = [one for value in named["x-forwarded-host"] for one in value.split(",")]
    return [*(named["host"] or [""]), *passed_on]


def _query(scope: Mapping[str, Any]) -> dict[str, list[str]]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def _is_embedded(scope: Mapping[str, Any]) -> bool:
    return _query(scope).get("embed") == ["1"]


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body of a request; None when it is longer than the limit, or when the sender has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _with_headers(send: Send, embedded: bool, guest: str = "") -> Send:
    """Add what tells browsers to stay on this host. Only the page for embedding may stand in another site's frame.

    `guest` is the origin of another site whose page may read the answer.
    """
    policy = _POLICY.format(ancestors="*" if embedded else "'self'")
    added = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }

    if guest:
        added |= {"Access-Control-Allow-Origin": guest, "Access-Control-Expose-Headers": "Retry-After"}
        added["Vary"] = "Origin"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Gradio may have said something of other sites itself, and a browser takes it once.
            kept = [one for one in message.get("headers", ()) if not (guest and one[0].lower() == _ALLOWED)]
            message["headers"] = [*kept, *_encoded(added)]
        await send(message)

    return sending


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


async def _refuse(send: Send, status: int, reason: str, headers: Headers | None = None, *, code: str = "") -> None:
    """Refuse a request. The reason stands where gradio's pages look for it, and where clients of OpenAI's form do."""
    error = {"code": code or f"http.{status}", "message": reason, "type": _KINDS.get(status, "refused"), "param": None}
    await _answer(send, status, {"detail": reason, "error": error}, headers)


async def _answer(send: Send, status: int, row: Mapping[str, Any], headers: Headers | None = None) -> None:
    body = json.dumps(row, ensure_ascii=False).encode("utf-8")
    sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Cache-Control": "no-store"}
    await send({"type": "http.response.start", "status": status, "headers": _encoded({**sent, **(headers or {})})})
    await send({"type": "http.response.body", "body": body})
