"""The rows of a Python function as a source."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Any

from sluice.engine.base.declaration import Declaration
from sluice.engine.base.own_code import LONGEST_S
from sluice.engine.base.source_text import source_text
from sluice.engine.declare.names import check_identifier
from sluice.errors import ConfigError

STATE = "state"


@dataclass(frozen=True)
class Rows(Declaration):
    """The rows that a Python function returns or yields, fetched by every run: from a dlt resource, a Singer tap, the
    SDK of a vendor, or your own code.

    `function` returns an iterable of records: dicts, lists of dicts, or tables and batches of Arrow (also objects with
    Arrow's interface, such as data frames). Keys are matched as the headers of a file are. Numbers keep all their
    digits; a datetime with a zone is the same moment in the column's zone, one without a zone is a local time of it; a
    dict or list within a record is text with its JSON. None is null. NaN and infinity are rejects.

    A function with the argument `state` gets a dict, which the next run gets as the function left it, if the rows were
    loaded: `state["since"]` can say up to where. It must consist of JSON values. The state starts empty for the first
    run, with --reload, and when the function or the table changes. With `snapshot=True` the records are the whole:
    other rows are deleted from the table.

    `timeout_s` (seconds, 1 to 540) limits each wait for the next record: a process that exceeds it is killed.
    `total_s` limits the whole fetch. The function is called on a worker, and must not change the world: after a fault
    it is called again from the beginning.
    """

    function: Callable[..., Any]
    _: KW_ONLY
    name: str
    snapshot: bool = False
    timeout_s: float = 60
    total_s: float = 3600

    def __post_init__(self) -> None:
        check_identifier("Rows", self.name)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Rows {self.name!r}: " + " ".join(mistakes))

    def _mistakes(self) -> Iterator[str]:
        needed = [each.name for each in _parameters(self.function) if _is_needed(each)]
        if [name for name in needed if name != STATE]:
            yield f"function must have no argument, or one with the name {STATE}, not {', '.join(needed)}."
        if inspect.iscoroutinefunction(self.function) or inspect.isasyncgenfunction(self.function):
            yield "function must not be async: call asyncio.run(...) in it."
        if self.has_state and self.snapshot:
            yield "snapshot and an argument state exclude each other: a snapshot is always fetched whole."
        if not 1 <= self.timeout_s <= LONGEST_S:
            yield f"timeout_s must be a number of seconds between 1 and {LONGEST_S:g}, not {self.timeout_s!r}."
        if not self.total_s > 0:
            yield f"total_s must be a number of seconds greater than 0, not {self.total_s!r}."

    @property
    def has_state(self) -> bool:
        """Whether the function has the argument `state`."""
        return any(each.name == STATE for each in _parameters(self.function))

    @property
    def reading(self) -> dict[str, object]:
        """A hash of the function's source text: another function is another contract, and begins without a state."""
        return {"function": hashlib.sha256(_text_of(self.function).encode()).hexdigest()[:16]}

    @property
    def settings(self) -> tuple[str, ...]:
        """None: the function reads what it needs."""
        return ()


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # of some callables written in C nothing is known
        return []


def _is_needed(parameter: inspect.Parameter) -> bool:
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return not variadic and parameter.default is parameter.empty


def _text_of(function: Callable[..., Any]) -> str:
    """The source of a function, and the arguments of a partial one; of another object that can be called its class."""
    if isinstance(function, functools.partial):
        return f"{_text_of(function.func)}{function.args!r}{sorted(function.keywords.items())!r}"
    try:
        return source_text(function)
    except (OSError, TypeError) as error:
        if inspect.isfunction(function):
            raise ConfigError(
                f"The source of the function {function.__name__!r} cannot be read; write it as a function (def) in the"
                " pipeline's file, so that a change of it changes the contract."
            ) from error
        kind = type(function)
        return f"{kind.__module__}.{kind.__qualname__}"
