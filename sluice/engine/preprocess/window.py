"""SQL window expressions from the files of sql/, with column names filled in."""

from __future__ import annotations

from collections.abc import Sequence

from sluice.engine.database.statements import statements

query = statements(__name__)


def window(name: str, **filled: str) -> str:
    """The expression `name`.sql with these texts filled in; `{key}` is filled in by the build."""
    text = query(name).partition("\n")[2].strip()
    for placeholder, value in filled.items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text


def quoted(names: Sequence[str]) -> str:
    """Quoted column names. Declarations have checked that they are identifiers."""
    return ", ".join(f'"{name}"' for name in names)
