"""Where the code of a pipeline is, and where it raised an error: places, never values."""

from __future__ import annotations

import functools
import inspect
import os
import traceback
from collections.abc import Callable
from types import CodeType
from typing import Any


def raised_at(function: Callable[..., Any], error: BaseException) -> str:
    """The last line of the function's own folder, and where in a library the error was raised, if it was there."""
    frames = traceback.extract_tb(error.__traceback__)
    code = _code_of(function)
    folder = os.path.dirname(code.co_filename) if code is not None else ""  # noqa: PTH120 - may be <string>
    own = [each for each in frames if folder and os.path.dirname(each.filename) == folder]  # noqa: PTH120
    last = frames[-1]
    if not own or own[-1] is last:
        return f"{last.filename}:{last.lineno}"
    return f"{own[-1].filename}:{own[-1].lineno} (in {last.filename}:{last.lineno})"


def defined_at(function: Callable[..., Any]) -> str:
    """The file and line of a function; of another callable its name."""
    code = _code_of(function)
    return name_of(function) if code is None else f"{code.co_filename}:{code.co_firstlineno}"


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function, or of whatever else can be called."""
    found = getattr(function, "__name__", None)
    return found if isinstance(found, str) else type(function).__name__


def _code_of(function: Callable[..., Any]) -> CodeType | None:
    while isinstance(function, functools.partial):
        function = function.func
    own = inspect.unwrap(function)
    code = getattr(own, "__code__", None) or getattr(vars(type(own)).get("__call__"), "__code__", None)
    return code if isinstance(code, CodeType) else None
