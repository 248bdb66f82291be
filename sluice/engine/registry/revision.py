"""The revision of a flow: a hash of its complete declaration.

The contract's version tells whether loaded rows are as they would be loaded now. A revision covers more: with equal
ones two processes do the same at every step. So it includes how an API reports errors, where a query is sent, and the
code of the user's own transform, types and checks, with the modules that it imports. It is made from values that differ
from the defaults, so that a version of Sluice with more options computes the same.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from inspect import isfunction
from typing import Any

from sluice.engine.declare import Flow
from sluice.engine.types.widening import holds

_ALIKE = ("table", "update", "snapshot", "removed_at", "valid_from", "valid_to")


def revision(flow: Flow, code: str) -> str:
    """16 hex digits of SHA-256; `code` is the file's, and is included if the declaration uses the user's own code."""
    own: set[str] = set()
    parts = [_canonical(flow.source, own), _canonical(flow.table, own)]
    if flow.transform is not None or own:
        parts.append(code)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def shape(flow: Flow) -> dict[str, Any]:
    """What settling and withdrawing need of a flow; they depend on nothing else."""
    table = flow.table
    known: dict[str, Any] = {
        "table": table.name,
        "key": list(table.identity),
        "columns": {column.name: column.type.pg_type for column in table.columns},
        "order": [column.name for column in table.columns],  # which an object in jsonb does not keep
        "update": table.updates,
        "snapshot": flow.source.snapshot,
    }
    # only where declared: older shapes stay as they are
    known |= {"partition": list(table.partition)} if table.partition is not None else {}
    known |= {"removed_at": table.removed_at} if table.removed_at else {}
    return known | ({"valid_from": table.valid_from, "valid_to": table.valid_to} if table.closed_name else {})


def covers(shape: Mapping[str, Any], other: Mapping[str, Any], *, by_columns: bool = True) -> bool:
    """Whether what was loaded by `other` can be settled by `shape`: the same table, which may have more and wider
    columns. Where nothing is settled by the columns, the table may have any, and another key."""
    if any(shape.get(name) != other.get(name) for name in _ALIKE):
        return False
    types = shape["columns"]
    wide = all(name in types and holds(types[name], pg_type) for name, pg_type in other["columns"].items())
    return not by_columns or (shape.get("key") == other.get("key") and wide)


def _canonical(value: Any, own: set[str]) -> Any:
    """A declaration's values, ready for JSON; `own` collects classes that are not Sluice's."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        if kind.__module__.partition(".")[0] != "sluice":
            own.add(kind.__qualname__)
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.init}
        defaults = {each.name: _default(each) for each in dataclasses.fields(value)}
        return [kind.__name__, {n: _canonical(v, own) for n, v in fields.items() if v != defaults[n]}]
    if isinstance(value, Mapping):
        return {str(name): _canonical(each, own) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(repr(each) for each in value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_canonical(each, own) for each in value]
    if isfunction(value) or type(value).__module__ not in ("builtins", "datetime", "decimal"):
        own.add(type(value).__qualname__)  # the repr of a function has an address; its text is in the file's code
        return getattr(value, "__qualname__", type(value).__qualname__)
    return repr(value)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
