"""SQL by name: each statement is a file in the folder `sql` beside the module that uses it, and opens with one line
saying why it is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files


def statements(module: str) -> Callable[[str], str]:
    """What gives the text of `sql/NAME.sql` beside a module, which says `query = statements(__name__)`.

    What it returns raises KeyError for a name that is not there.
    """
    package = f"{module.rpartition('.')[0]}.sql"

    def query(name: str) -> str:
        return _texts(package)[name]

    return query


@cache
def _texts(package: str) -> dict[str, str]:
    """All statements of a folder, read together: a worker never mixes those of two versions."""
    return {
        each.name.removesuffix(".sql"): each.read_text(encoding="utf-8")
        for each in files(package).iterdir()
        if each.name.endswith(".sql")
    }
