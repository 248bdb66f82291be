"""Invalid values of options: the rule and the value."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin

import typer

from sluice.engine.base.rules import number_rule

_NOUNS = {int: "an integer", float: "a number"}


class WrongValue(typer.BadParameter):
    """An option or argument that breaks its rule. The message names both, and the value."""

    def format_message(self) -> str:
        """The message alone: it names the option."""
        return str(self.message)


def word_values(command: Any, function: Callable[..., Any]) -> None:
    """Let a command, which typer has built from a function, state the rule of an option where its value breaks it."""
    declared = inspect.signature(function, eval_str=True).parameters
    for param in command.params:
        if param.name in declared:
            kind, info = get_args(declared[param.name].annotation)[:2]
            rule = _rule(kind, info)
            if rule is not None:
                param.process_value = _worded(param.process_value, f"{_name(param.name, info)} {rule}", param)


def _worded(process: Callable[..., Any], rule: str, param: Any) -> Callable[..., Any]:
    def worded(ctx: Any, value: Any) -> Any:
        try:
            return process(ctx, value)
        except typer.BadParameter as error:
            if value is None:  # it is missing, and not wrong
                raise
            given = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            raise WrongValue(f"{rule}, not {given!r}.", ctx, param) from error

    return worded


def _name(name: str, info: Any) -> str:
    option = next((each for each in info.param_decls or () if each.startswith("--")), f"--{name.replace('_', '-')}")
    return str(info.metavar or name.upper()).strip("[]") if type(info).__name__ == "ArgumentInfo" else option


def _rule(kind: Any, info: Any) -> str | None:
    kind = next((each for each in get_args(kind) if each is not NoneType), kind)
    if get_origin(kind) is list:
        kind = get_args(kind)[0]
    if kind in _NOUNS:
        return number_rule(_NOUNS[kind], info.min, info.max)
    if kind is datetime:
        return f"must be a date such as 2024-12-31 ({info.metavar})"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"must be one of {', '.join(str(each.value) for each in kind)}"
    return None
