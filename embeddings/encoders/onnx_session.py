"""Sessions of ONNX Runtime that compute on one thread each, side by side."""

from __future__ import annotations

import ctypes
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from embeddings.config import cores

# A sum and its layer norm in one step take seven times as long as one after the other (ONNX Runtime 1.32).
_SLOWER = ["SkipLayerNormFusion"]


def open_session(model: Path | bytes, *, keeps_memory: bool = True) -> Any:
    """An `onnxruntime.InferenceSession` of a file or a serialized model; any number of threads may run it at once.

    With `keeps_memory` it holds as much as its largest run needed, else it gives all back after each.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = keeps_memory
    # Threads that spin while they wait would take the cores from others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not _adds_products_of_bytes():
        # Without this, sums of such products would be cut off at sixteen bits.
        options.add_session_config_entry("session.x64quantprecision", "1")
    source = str(model) if isinstance(model, Path) else model
    session = onnxruntime.InferenceSession(
        source, options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
    )
    return_freed_memory()  # opening takes twice what stays
    return session


@lru_cache(maxsize=1)
def _adds_products_of_bytes() -> bool:
    """Whether the processor has instructions for sums of products of eight bits; of x86 only Linux tells."""
    if platform.machine().lower() not in ("x86_64", "amd64", "i386", "i686"):
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_vnni" in flags or "avx_vnni" in flags


def thread_pool(name: str) -> ThreadPoolExecutor:
    """A thread for each of `cores`, started when used."""
    return ThreadPoolExecutor(cores(), thread_name_prefix=name)


def return_freed_memory() -> None:
    """Give the system what was freed in small pieces, such as a vocabulary; glibc would keep it."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
