"""The pages that people read, and what is in them: blocks of code, commands, links."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.kit.stack import ROOT

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OUTSIDE = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "deploy/airflow/README.md")


def pages() -> dict[str, str]:
    """The text of each hand-written page by its path in the repository."""
    found = [*(ROOT / name for name in _OUTSIDE), *sorted((ROOT / "docs").rglob("*.md"))]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


def page(path: str) -> str:
    """The text of one page."""
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """The blocks of code of one kind, such as `python`."""
    return [body for of, body in BLOCK.findall(text) if of == kind]


def commands(text: str) -> Iterator[str]:
    """The commands of the page's terminals, as typed; those over several lines are put together."""
    for block in blocks(text, "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                yield line.removeprefix("$ ")


def words(command: str) -> Iterator[list[str]]:
    """Each simple command in a line of shell, as its words: without assignments, pipes and comments."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    simple: list[str] = []
    for token in [*lexer, ";"]:
        if set(token) <= set("|&;<>()"):
            yield simple
            simple = [token] if set(token) <= set("<>") else []
        elif simple or not re.fullmatch(r"[A-Z_]+=.*", token):
            simple.append(token)


def files_to_save(text: str) -> dict[Path, str]:
    """The files that a page has the reader save: `` Save this as `NAME`: `` (or `... save this as`) and a block."""
    found = re.findall(r"[Ss]ave this as `([^`]+)`:\n\n```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {Path(name): body for name, body in found}
