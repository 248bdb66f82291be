"""Mistakes in declarations put into a list, and not raised: the file is read on, and all of them are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sluice.errors import DeclarationError

NOTED: ContextVar[list[DeclarationError] | None] = ContextVar("NOTED", default=None)
"""The list, inside `collecting`."""


@contextmanager
def collecting() -> Iterator[list[DeclarationError]]:
    """Inside, mistakes in declarations are put into the list, and not raised."""
    noted: list[DeclarationError] = []
    token = NOTED.set(noted)
    try:
        yield noted
    finally:
        NOTED.reset(token)


class Broken:
    """Stands in for what has a mistake that is noted: whatever is done with it, nothing more is reported."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


BROKEN = Broken()


def is_broken(value: object) -> bool:
    """Whether a value, or one in it, stands in for something."""
    if isinstance(value, list | tuple):
        return any(map(is_broken, value))
    if isinstance(value, Mapping):
        return any(map(is_broken, value.values()))
    return isinstance(value, Broken)
