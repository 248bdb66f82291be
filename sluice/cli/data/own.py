"""Functions that only some pipelines declare: a report, a forecast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sluice.errors import ConfigError


def pipeline_with(what: Literal["report", "forecast"], name: str) -> Callable[..., Any]:
    """The function that a pipeline declares for `what`. Raises ConfigError that lists the pipelines with one."""
    from sluice.pipelines import find, known_declared

    found: Callable[..., Any] | None = getattr(find(name), what)
    if found is None:
        others = sorted(name for name, each in known_declared().items() if getattr(each.pipeline, what) is not None)
        there = f"only for {', '.join(others)}" if others else "and no other pipeline declares one"
        raise ConfigError(f"There is no {what} for {name!r}, {there}.")
    return found
