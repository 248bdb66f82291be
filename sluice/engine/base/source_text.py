"""The source text of a function as it was when its file was read: pipelines are edited under running workers."""

from __future__ import annotations

import inspect
import linecache
import threading
from collections.abc import Callable
from typing import Any

TEXT = "__sluice_source__"  # in the globals of a module that was read by sluice.engine.registry: its whole text
_lock = threading.Lock()


def source_text(function: Callable[..., Any]) -> str:
    """As `inspect.getsource`, which would read the file as it is now. Raises OSError, TypeError."""
    own = inspect.unwrap(function)
    text, code = getattr(own, "__globals__", {}).get(TEXT), getattr(own, "__code__", None)
    if text is None or code is None:
        return inspect.getsource(function).replace("\r\n", "\n")
    with _lock:
        remember(code.co_filename, text)
        return inspect.getsource(function).replace("\r\n", "\n")


def remember(file: str, text: str) -> None:
    """Put the lines of a file into linecache; an entry without a modification time is not read again."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
