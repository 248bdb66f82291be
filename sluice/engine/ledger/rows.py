"""Rows of a cursor by the names of their columns: as mappings, or as dataclasses with fields of these names."""

from __future__ import annotations

from typing import Any, TypeVar

from psycopg2.extensions import cursor as Cursor

T = TypeVar("T")


def mappings(cursor: Cursor) -> list[dict[str, Any]]:
    """All rows that the cursor has left, each as column name -> value."""
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def records(cursor: Cursor, kind: type[T]) -> list[T]:
    """All rows that the cursor has left. Raises TypeError where columns and fields have other names."""
    return [kind(**row) for row in mappings(cursor)]


def record(cursor: Cursor, kind: type[T]) -> T | None:
    """The only row, or None without one."""
    rows = records(cursor, kind)
    return rows[0] if rows else None
