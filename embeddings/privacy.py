"""Nothing leaves this machine: what libraries send of their own accord is switched off before any of them is imported.

The packages call `keep_to_this_machine` when they are imported, so that it holds for commands, for Python and for the
page. It costs nothing: libraries read these variables when they are loaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

# A variable that is set already stands: it is the user's own word.
_SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime writes a device id and looks its host up while it is being loaded
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_OFFLINE": "1",  # heeded by transformers and sentence-transformers too; `hub_within_reach` lifts it
    "RAY_USAGE_STATS_ENABLED": "0",
    "DO_NOT_TRACK": "1",  # for those that ask the same question by its common name
}
_lifting = Lock()


def keep_to_this_machine() -> None:
    """Tell libraries that are loaded from now on to send nothing and to look nothing up. Subprocesses inherit it."""
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)


@contextmanager
def hub_within_reach() -> Iterator[None]:
    """Let huggingface_hub speak to its hub inside this block, and nowhere else."""
    from huggingface_hub import constants

    with _lifting:
        before = constants.HF_HUB_OFFLINE
        constants.HF_HUB_OFFLINE = False
        try:
            yield
        finally:
            constants.HF_HUB_OFFLINE = before
