"""Markdown as the generated pages need it: tables whose cells hold any text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """The text as one cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").strip()


def plain(text: str) -> str:
    """Text that no Markdown or HTML is read from: `<`, `*` and `_` stay what they are."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("__", "\\_\\_")


def code(text: str) -> str:
    """The text as code, also with backticks in it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(each) for each in line)} |" for line in lines)
