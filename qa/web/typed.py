"""What is at the address that the page asks while a user types."""

from __future__ import annotations

import json
from typing import Any

from qa.assistant import Assistant
from qa.i18n import in_language
from qa.userdata.history import History
from qa.web.services.typed import TypedSuggestions


def typed_routes(assistant: Assistant, history: History | None) -> list[Any]:
    """The route of suggestions. starlette comes with gradio, and loads here."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    suggestions = TypedSuggestions(assistant, history)

    async def suggest(request: Any) -> Any:
        try:
            asked = json.loads(await request.body())
            typed, user = str(asked["typed"]), str(asked.get("user") or "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return JSONResponse([], status_code=400)
        found = await run_in_threadpool(suggestions.of, typed, user=user)
        rows = [
            {
                "kind": str(one.kind),
                "text": one.text,
                "address": one.address,
                "about": in_language(one.about, request.headers),
            }
            for one in found
        ]
        return JSONResponse(rows, headers={"Cache-Control": "no-store"})

    return [Route("/suggest", suggest, methods=["POST"])]
