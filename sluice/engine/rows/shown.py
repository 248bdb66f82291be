"""Values of rows for people."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any


def shown(value: Any) -> str:
    """A value as PostgreSQL writes it, of moments in UTC; arrays and documents as JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ").replace("+00:00", "+00")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=shown)
    return str(value)
