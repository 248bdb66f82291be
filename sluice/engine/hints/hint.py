"""A hint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hint:
    """A line for a declaration instead of the one that is there, and what it was tried on.

    `about` is the column; or, `of_file`, the file. With `line` `passes` of `tried` refused texts would be accepted, or
    of the file's rows. `example` is a text with the value that it becomes; of personal data there
    is none.
    """

    about: str
    line: str
    passes: int
    tried: int
    example: str | None = None
    note: str | None = None
    of_file: bool = False
