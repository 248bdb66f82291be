"""SQL window expressions from the files of sql/, with column names filled in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sluice.engine.database.statements import statements

query = statements(__name__)

# words of conditions that look at other rows, or at the time, or that chance decides
_BEYOND = re.compile(
    r"\b(select|over|table|now|today|yesterday|tomorrow|random|timeofday|current_\w+|localtime\w*|\w+_timestamp"
    r"|gen_random_uuid)\b|\bage\s*\(",
    re.IGNORECASE,
)


def window(name: str, **filled: str) -> str:
    """The expression `name`.sql with these texts filled in; `{key}` is filled in by the build."""
    text = query(name).partition("\n")[2].strip()
    for placeholder, value in filled.items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text


def quoted(names: Sequence[str]) -> str:
    """Quoted column names. Declarations have checked that they are identifiers."""
    return ", ".join(f'"{name}"' for name in names)


def is_of_row(condition: str | None) -> bool:
    """Whether a condition of a declaration depends on the row alone. In doubt it does not."""
    return condition is None or _BEYOND.search(condition) is None
