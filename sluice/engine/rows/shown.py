"""Values of rows for people."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any


def shown(value: Any) -> str:
    """A value as PostgreSQL writes it, of moments in UTC."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ").replace("+00:00", "+00")
    return str(value)
