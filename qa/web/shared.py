"""What is at the addresses of what users share."""

from __future__ import annotations

from typing import Any

from qa.i18n import language_of_request
from qa.userdata.history import History
from qa.web.html.shared import shared_page


def shared_routes(history: History) -> list[Any]:
    """The route of shares, each read anew, so that one that was taken back is gone at once. starlette loads here."""
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    # Nobody is to find it but by its address, nor to keep it after it was taken back.
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

    def answer(request: Any) -> Any:
        page = history.shared(str(request.path_params["share"]))
        language = language_of_request(request.headers)
        time = history.shown_time(page.time) if page else ""
        content = shared_page(page, time=time, language=language, home="../")
        return HTMLResponse(content, status_code=200 if page else 404, headers=headers)

    return [Route("/shared/{share}", answer)]
