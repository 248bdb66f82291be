"""The state of a Rows source: a dict of JSON values, kept in the ledger with the input whose rows it belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sluice.errors import DataError

NOTE = "state"
MOST_BYTES = 1 << 20


def state_in(noted: Mapping[str, str]) -> dict[str, Any]:
    """The state that the last loaded fetch left; {} for none."""
    state: dict[str, Any] = json.loads(noted.get(NOTE, "{}"))
    return state


def noted_state(state: object, place: str) -> dict[str, str]:
    """The note of a state. Raises DataError `bad_state` for one that cannot be read back as it is."""
    try:
        text = json.dumps(state, allow_nan=False, ensure_ascii=True)
        same = json.loads(text) == state
    except (TypeError, ValueError, RecursionError):
        text, same = "", False
    if not same:
        raise DataError(
            "bad_state",
            f"{place} left a state that is not JSON: use text, numbers, True, False, None, lists, and dicts with keys"
            " of text; of a date or time its isoformat(). Nothing of this fetch is loaded.",
        )
    if len(text) > MOST_BYTES:
        raise DataError(
            "bad_state",
            f"{place} left a state of {len(text):,} bytes; at most {MOST_BYTES:,} are kept. Nothing of this fetch is"
            " loaded. Keep only up to where was read.",
        )
    return {NOTE: text}
