"""The page served: from a command line, or in the background.

Gradio is imported when a page is built, so that importing this costs nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from embeddings import BulletinError, Limits, archive_folder, archive_path, data_path, scratch_folder, tidy
from embeddings.cli.language import explained, spoken
from embeddings.cli.signals import ending_in_order
from qa.api.endpoints import tool_server
from qa.assistant import Assistant
from qa.chats.groups import ChatGroups, platforms_from_environment
from qa.chats.routes import chat_routes
from qa.i18n import labels
from qa.server.access import KnownHosts, proxies_from_environment, sites_from_environment
from qa.server.auth import Credentials
from qa.server.connections import Connections, guard
from qa.server.gradio_internals import SESSIONS, served_by
from qa.server.keys import KeyAccess, KeyFile
from qa.server.middleware import Serving, app_parts
from qa.server.options import ServingOptions, options_of
from qa.userdata.retention import purging
from qa.userdata.store import RetentionLimits, UserStore
from qa.web.html.programs import programs_page
from qa.web.page import build_page
from qa.web.published import published_routes
from qa.web.scripts import head
from qa.web.services.library import address_of
from qa.web.services.suggestions import next_questions
from qa.web.shared import shared_routes
from qa.web.theme import paper_theme
from qa.web.typed import typed_routes

_STATIC = Path(__file__).with_name("static")
HOST, PORT = "127.0.0.1", 7860


def main(argv: Sequence[str] | None = None) -> int:
    """Serve the page as the command line says. Returns 0, or 2 after one line on stderr."""
    parser = argparse.ArgumentParser(prog="bulletin chat", description="Open the chat over an archive in a browser.")
    add_arguments(parser)
    return run(parser.parse_args(argv))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--archive`, `--model`, `--host`, `--port` and `--editing`."""
    parser.add_argument("--archive", metavar="DIR", help="the archive (default: BULLETIN_ARCHIVE, else archive)")
    parser.add_argument("--model", metavar="NAME", help="the model the archive was built with (default: as it says)")
    parser.add_argument("--host", default=HOST, help="address to listen on (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=port_number, default=PORT, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--editing",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="let whoever opens the page add, correct and withdraw issues (default: on this machine only)",
    )
    add_open_argument(parser)


def add_open_argument(parser: argparse.ArgumentParser) -> None:
    """`--open`."""
    parser.add_argument(
        "--open", action="store_true", help="open the page in a browser, also where it is served already"
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the archive and serve the page until interrupted. Returns 0, or 2 after one line on stderr."""
    # Before gradio is imported: it reads its folder once. Other programs with a page share the one it would take.
    _reach_own_address(arguments.host)
    if arguments.open and is_served(address := f"http://{arguments.host}:{arguments.port}"):
        print(spoken(f"已经开着：{address}", f"It is open already: {address}"), flush=True)
        webbrowser.open(address)
        return 0
    given = os.environ.get("GRADIO_TEMP_DIR")
    with ending_in_order(), scratch_folder(Path(given) if given else None) as folder:
        os.environ["GRADIO_TEMP_DIR"] = str(folder)
        try:
            options = _as_far_as_possible(options_of(arguments), arguments)
            _require_free_port(arguments.host, arguments.port)
            max_bytes = Limits.from_environment().max_bytes
            bounds = RetentionLimits.from_environment()
            tidy(arguments.archive)
            assistant = Assistant.open(arguments.archive, model=arguments.model)
            page, url = _open_page(assistant, options, arguments, max_bytes=max_bytes, bounds=bounds)
        except (BulletinError, OSError) as error:
            print(f"bulletin: {explained(error)}", file=sys.stderr)
            return 2
        print(spoken(f"公报问答：{url} （按 Ctrl+C 停止）", f"公报问答: {url} (Ctrl+C stops it)"), flush=True)
        if arguments.open:
            webbrowser.open(url)
        try:
            with purging(UserStore(data_path(arguments.archive), bounds=bounds).purge):
                page.block_thread()
        finally:
            assistant.close()
    return 0


def _as_far_as_possible(options: ServingOptions, arguments: argparse.Namespace) -> ServingOptions:
    """The options, without editing for an archive that is in no folder, where what is dropped has no place.

    The page's own folder is made. Raises ArchiveError where editing was asked for.
    """
    if archive_folder(arguments.archive) is not None:
        return options
    if arguments.editing:
        archive_path(arguments.archive)
    data_path(arguments.archive).mkdir(parents=True, exist_ok=True)
    return replace(options, editing=False)


def _open_page(
    assistant: Assistant,
    options: ServingOptions,
    arguments: argparse.Namespace,
    *,
    max_bytes: int,
    bounds: RetentionLimits,
) -> tuple[Any, str]:
    """The page, served, and its address."""
    page = build_page(
        assistant,
        editing=options.editing,
        archive=data_path(arguments.archive),
        staff_access=options.staff_access,
        remember=options.remember,
        bounds=bounds,
    )
    url = serve(
        page,
        host=arguments.host,
        port=arguments.port,
        # A little more than is read, so that the staff tab can say in its own words what is too large.
        max_upload_bytes=2 * max_bytes if options.editing else 1,
        credentials=options.credentials,
        root_path=options.root_path,
        mcp=options.mcp,
        publishes=options.remember,  # both go with --share-nothing
    )
    return page, url


def serve(
    page: Any,
    *,
    host: str = HOST,
    port: int = PORT,
    max_upload_bytes: int = 1,
    credentials: Credentials | None = None,
    root_path: str = "",
    mcp: bool = False,
    proxies: Sequence[str] | None = None,
    publishes: bool = True,
) -> str:
    """Serve a page in the background and return its address. Raises OSError when the port is taken.

    `credentials` open the whole page, `root_path` is the path under which a proxy serves it, `mcp` adds the endpoints
    as tools, `proxies` are addresses and networks of those whose X-Forwarded-For is believed (default: as the
    environment says; raises BulletinError for what is none). `publishes` gives feed readers and search engines theirs.
    """
    import gradio as gr

    from qa.api.http import program_routes

    believed = proxies_from_environment() if proxies is None else tuple(proxies)
    hosts = KnownHosts.from_environment(host, urlsplit(root_path).netloc)
    serving: Serving = replace(page.serving, credentials=credentials, hosts=hosts, proxies=believed)
    keys = KeyAccess(KeyFile(serving.archive)) if serving.archive else None
    routes = program_routes(
        serving.assistant,
        address=partial(address_of, is_shared=True),
        next_questions=lambda answer, asked: next_questions(serving.assistant, answer, asked=asked),
    )
    if platforms := platforms_from_environment():
        routes += chat_routes(ChatGroups(serving.assistant, platforms))
    serving = replace(serving, routes=routes, keys=keys, has_chats=bool(platforms))
    routes += typed_routes(serving.assistant, page.history)
    if page.history:
        routes += shared_routes(page.history)
        serving = replace(serving, shares=True)
    if publishes:
        routes += published_routes(serving.assistant)
    serving = replace(serving, routes=routes, publishes=publishes, sites=sites_from_environment())
    if mcp:
        answer, lifespan = tool_server(serving.assistant)
        serving = replace(serving, mcp=answer, lifespan=lifespan)
    with served_by(guard(Connections(serving.limits, proxies=believed), believed)):
        return _launch(gr, page, serving, host, port, max_upload_bytes=max_upload_bytes, root_path=root_path)


def _launch(
    gr: Any, page: Any, serving: Serving, host: str, port: int, *, max_upload_bytes: int, root_path: str
) -> str:
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        max_file_size=max_upload_bytes,
        state_session_capacity=SESSIONS,
        ssr_mode=False,
        pwa=True,
        favicon_path=_STATIC.joinpath("icon.svg"),
        mcp_server=False,  # gradio's own calls the page over the network, without its password
        enable_monitoring=False,
        run_history=False,  # it would keep the questions in the browser, for anyone who sits down after
        footer_links=[],  # gradio's own page of endpoints speaks of tools that are not there, and asks for them
        theme=paper_theme(gr),
        css_paths=_STATIC.joinpath("page.css"),
        i18n=labels(gr),
        head=head(),
        root_path=root_path or None,
        blocked_paths=[str(serving.archive)] if serving.archive else None,
        app_kwargs=app_parts(serving, programs=programs_page()),
    )
    return str(url)


def is_served(address: str) -> bool:
    """Whether a page of this program answers at an address."""
    try:
        with urlopen(f"{address}/health", timeout=2.0) as response:
            told = json.loads(response.read(10_000))
    except (OSError, ValueError, HTTPException):
        return False
    return isinstance(told, dict) and "generation" in told


def port_number(text: str) -> int:
    """A port as it stands on a command line. Raises ArgumentTypeError for what is none."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; choose a number from 1 to 65535")
    return int(text)


def _reach_own_address(host: str) -> None:
    """Gradio calls its own address while it starts, which a proxy set for the internet could not pass on."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), "localhost", "127.0.0.1", host)))


def _require_free_port(host: str, port: int) -> None:
    """Find out before the model loads. Raises OSError with the cause and the cure."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address[:2], family=family).close()  # type: ignore[arg-type]
    except OSError as error:
        reason = (error.strerror or str(error)).split(" (")[0]
        raise OSError(f"Cannot listen on {host}:{port} ({reason}). Choose another with --port, or --host.") from error
