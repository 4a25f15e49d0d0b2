"""Sending to a platform: JSON by HTTP, once more where it failed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

SECONDS = 10.0
TRIES = 3
_MOST_BYTES = 1_000_000


class _NoRedirect(HTTPRedirectHandler):
    """What is sent to a platform goes nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none."""


def post_json(
    address: str,
    body: Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Send JSON and return the JSON that comes back; three times where the other side fails. Raises OSError."""
    sent = json.dumps(body, ensure_ascii=False).encode("utf-8")
    request = Request(address, sent, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})
    for number in range(1, TRIES + 1):
        try:
            with build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
                told = json.loads(answer.read(_MOST_BYTES) or b"{}")
                return told if isinstance(told, dict) else {}
        except HTTPError as error:
            if number == TRIES or (error.code < 500 and error.code != 429):
                raise
        except ValueError as error:
            raise OSError("the answer is no JSON") from error
        except OSError:
            if number == TRIES:
                raise
        sleep(0.5 * number)
    raise AssertionError("unreachable")
