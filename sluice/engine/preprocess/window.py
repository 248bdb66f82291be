"""SQL expressions over the whole table, from the files of sql/, with the names of columns in them."""

from __future__ import annotations

from collections.abc import Sequence

from sluice.engine.database.statements import statements

query = statements(__name__)


def window(name: str, **filled: str) -> str:
    """The expression `name`.sql with these texts in it, and `{key}` left for the build."""
    text = query(name).partition("\n")[2].strip()
    for placeholder, value in filled.items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text


def quoted(names: Sequence[str]) -> str:
    """Names of columns in SQL. They are checked to be identifiers when they are declared."""
    return ", ".join(f'"{name}"' for name in names)
