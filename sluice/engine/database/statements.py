"""SQL by name: each statement is a file in the folder `sql` next to the module that uses it, and opens with a comment
line that says why it exists."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from sluice.engine.database.ledger import in_ledger, ledger_schema


def statements(module: str) -> Callable[[str], str]:
    """A function that returns the text of `sql/NAME.sql` next to a module: `query = statements(__name__)`.

    It raises KeyError for an unknown name.
    """
    package = f"{module.rpartition('.')[0]}.sql"

    def query(name: str) -> str:
        return _texts(package, ledger_schema())[name]

    return query


@cache
def _texts(package: str, _schema: str) -> dict[str, str]:
    """All statements of a folder, for the ledger's schema, read at once: a worker never mixes two versions."""
    return {
        each.name.removesuffix(".sql"): in_ledger(each.read_text(encoding="utf-8"))
        for each in files(package).iterdir()
        if each.name.endswith(".sql")
    }
