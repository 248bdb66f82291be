"""Declarations as they are written in a pipeline's file, ready to copy."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from sluice.engine.declare.tables.checks import AtLeast, AtMost, Between, Matches, OneOf
from sluice.engine.types import Date, Time, Timestamp

_FUNCTIONS: dict[type, str] = {AtLeast: "at_least", AtMost: "at_most", Between: "between", Matches: "matches"}


def written(value: Any) -> str:  # noqa: PLR0911 - one line for each kind
    """A declaration as the call that makes it, without what is as by default."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Date | Time | Timestamp):
        named = [f"{name}={written(given)}" for name, given in value.named.items()]
        return _call(type(value).__name__, [*map(written, value.formats), *named])
    if isinstance(value, OneOf):
        code = [f"code={written(value.code)}"] if value.code != "not_allowed" else []
        return _call("one_of", [*map(written, value.values), *code])
    if type(value) in _FUNCTIONS:
        return _call(
            _FUNCTIONS[type(value)], [written(getattr(value, each.name)) for each in dataclasses.fields(value)]
        )
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _call(type(value).__name__, _arguments(value))
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        listed = ", ".join(map(written, value))
        return f"({listed},)" if len(value) == 1 else f"({listed})"
    return repr(value)


def _call(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})"


def _arguments(value: Any) -> list[str]:
    """What must be given, and sizes (precision, scale), by position; the rest by name, if it is not as by default."""
    arguments, by_position = [], True
    for each in dataclasses.fields(value):
        given = getattr(value, each.name)
        by_position &= not each.kw_only and (each.default is dataclasses.MISSING or type(given) is int)
        if by_position:
            arguments.append(written(given))
        elif each.init and given != each.default:
            arguments.append(f"{each.name}={written(given)}")
    return arguments
