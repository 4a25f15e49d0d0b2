"""The chat in the browser: ask the bulletin, and read the evidence beside the answer.

    python app.py [--archive DIR] [--model NAME] [--host 127.0.0.1] [--port 7860]

`bulletin serve` opens the same page with more options. The page is made in `qa/web/`.
"""

from __future__ import annotations

import sys

from qa.web.page import build_page
from qa.web.run import main, serve

__all__ = ["build_page", "main", "serve"]

if __name__ == "__main__":
    sys.exit(main())
