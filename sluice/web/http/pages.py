"""Pages by key: a page begins after the last key of the one before it, so added rows do not shift pages.

The cursor contains that key, and a MAC that binds it to its route and filters: a forged one, and one of other filters,
is refused. It gives no right: it only reads what the token may read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from sluice.engine.base.settings import settings
from sluice.web.http.problems import InvalidParameter
from sluice.web.http.values import INT64, UUID

Key = Sequence[str | int]
_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can spell code points that are not characters
_MOMENT = re.compile(r"\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00|-?infinity")
_DAY = re.compile(r"\d{4,7}-\d\d-\d\d( BC)?|-?infinity")
_EXACT = re.compile(r"-?\d{1,131072}(\.\d{1,16383})?|NaN|-?Infinity")


def is_int64(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and INT64[0] <= value <= INT64[1]


def is_text(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value and not _SURROGATE.search(value)


def is_moment(value: object) -> bool:
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def is_day(value: object) -> bool:
    return isinstance(value, str) and _DAY.fullmatch(value) is not None


def is_exact(value: object) -> bool:
    return isinstance(value, str) and _EXACT.fullmatch(value) is not None


def is_uuid(value: object) -> bool:
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _mac(route: str, filters: Mapping[str, Any], key: Key) -> str:
    text = json.dumps([route, dict(filters), list(key)], sort_keys=True, default=str)
    return hmac.digest(_secret(), text.encode(), "sha256").hex()[:32]


def _secret() -> bytes:
    """Equal in all processes with the same settings, so that a page may come from another one than the page before."""
    chosen = settings()
    secrets = (chosen.database_url, chosen.read_database_url, chosen.api_read_tokens, chosen.api_write_tokens)
    text = json.dumps([each and each.get_secret_value() for each in secrets])
    return hashlib.sha256(f"cursors of pages {text}".encode()).digest()


def write_cursor(route: str, filters: Mapping[str, Any], key: Key) -> str:
    """The cursor of the page after `key`."""
    text = json.dumps([_mac(route, filters, key), *key])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(
    cursor: str | None, route: str, filters: Mapping[str, Any], key: Mapping[str, Callable[[object], bool]]
) -> dict[str, Any]:
    """The key in a cursor, as parameters `after_<column>`; all None without one. Raises InvalidParameter."""
    if cursor is None:
        return {f"after_{name}": None for name in key}
    try:
        mac, *values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        right = len(values) == len(key) and all(fits(value) for fits, value in zip(key.values(), values, strict=True))
        right = right and hmac.compare_digest(str(mac).encode(), _mac(route, filters, values).encode())
    except (ValueError, TypeError, RecursionError):
        right = False
    if not right:
        raise InvalidParameter(
            "cursor", "it is not one that this route gave for these filters: begin without it, or keep the filters"
        )
    return {f"after_{name}": value for name, value in zip(key, values, strict=True)}


def page(items: Sequence[str], following: str | None, more: str = "") -> Response:
    """A page of rows that are JSON already. `more` is JSON of further members, each with its comma before it."""
    text = f'{{"items":[{",".join(items)}],"next":{json.dumps(following)}{more}}}'
    return Response(text.encode(), media_type="application/json")


def page_of(
    rows: Sequence[tuple[Any, ...]], limit: int, cursor_of: Callable[[Sequence[Any]], str]
) -> tuple[Sequence[tuple[Any, ...]], str | None]:
    """The rows of a page, and the cursor of the next one. The statement reads one row more than the limit."""
    shown = rows[:limit]
    return shown, cursor_of(shown[-1]) if len(rows) > limit else None
