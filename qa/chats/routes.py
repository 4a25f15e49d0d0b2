"""The addresses that chat platforms call: `/chats/` and the platform's name."""

from __future__ import annotations

import logging
from typing import Any

from qa.chats.base import Callback, ChatRefusedError
from qa.chats.groups import ChatGroups

logger = logging.getLogger(__name__)


def chat_routes(groups: ChatGroups) -> list[Any]:
    """A route for each platform that is set. starlette comes with gradio, and loads here."""
    from anyio import CapacityLimiter, to_thread
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    limiter: list[Any] = []  # made in the event loop that uses it

    async def answer(request: Any) -> Any:
        callback = Callback(
            request.method,
            dict(request.query_params),
            {name.lower(): value for name, value in request.headers.items()},
            await request.body(),
        )
        if not limiter:
            limiter.append(CapacityLimiter(40))  # they wait, and work is done by two threads
        name = request.path_params["name"]
        try:
            made = await to_thread.run_sync(groups.answer, name, callback, limiter=limiter[0])
        except ChatRefusedError as error:
            logger.warning("A request to /chats/%s was refused: %s", name, error)
            return JSONResponse({"error": {"code": str(error.code), "message": str(error)}}, status_code=403)
        except KeyError:
            return JSONResponse({"error": {"code": "http.404", "message": "There is nothing here."}}, status_code=404)
        return Response(made.body, media_type=made.media_type)

    return [Route("/chats/{name}", answer, methods=["GET", "POST"])]
