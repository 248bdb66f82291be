"""A changed key: by itself where a table is empty; where it has rows, by an option, and if the rows differ in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from psycopg2 import sql

from sluice.engine.database.statements import statements
from sluice.engine.tables.catalog import is_made_later
from sluice.engine.tables.changes.adopt import is_foreign
from sluice.engine.tables.changes.change import MOMENT, Allowed, Change, Refusal, altered
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.found import Found

query = statements(__name__)

_SHOWN = 60  # characters of an example


def is_key(declared: Declared, found: Found, names: Mapping[str, str]) -> bool:
    """Whether rows are unique by the declared key, or will be when a bulk load ends."""
    here = key_here(declared, names)
    unique = any(set(each.columns) == set(here) for each in found.uniques)
    return unique or is_made_later(found.cursor, declared.name, here)


def key_here(declared: Declared, names: Mapping[str, str]) -> list[str]:
    """The columns of the key by the names that they have in the table."""
    old = {new: old for old, new in names.items()}
    return [old.get(name, name) for name in declared.key]


def rekeyed(
    declared: Declared, found: Found, names: Mapping[str, str], allowed: Allowed, *, counts: bool
) -> Iterator[Change | Refusal | str]:
    """The change of the key, or why it is not made. With `counts` rows are looked at in any case."""
    if is_key(declared, found, names) or (is_foreign(declared, found) and not declared.keyed):
        return
    sentence = _sentence(declared)
    if found.has_rows:
        is_allowed = declared.name in allowed.rebuild
        problem = _problem(declared, found, names) if is_allowed or counts else ""
        if problem:
            here = altered(declared.name, "add primary key ({key})", key=_listed(declared.key))
            yield Refusal(f"{sentence} {problem}", by_hand=here.as_string(found.cursor))
            return
        if not is_allowed:
            fit = " All rows differ in it." if counts else ""
            todo = f"To give the table this key: sluice migrate --rebuild-key {declared.name}"
            yield Refusal(sentence + fit, todo)
            return
    yield _change(declared, found)
    yield from _others(declared, found)


def _sentence(declared: Declared) -> str:
    if not declared.keyed:
        return "The declaration has no key, and the table has one, which keeps out lines that are alike in it."
    listed = ", ".join(declared.key)
    return f"The key is ({listed}) in the declaration, and no primary key or unique index in the database."


def _change(declared: Declared, found: Found) -> Change:
    old = [each.name for each in found.uniques if each.is_primary]
    steps = [altered(declared.name, "drop constraint {name}", name=each) for each in old]
    steps.append(altered(declared.name, "add primary key ({key})", key=_listed(declared.key)))
    cost = f"reads {found.size} to make the index; readers and writers wait meanwhile" if found.has_rows else MOMENT
    done = f"The key of {declared.name} is ({', '.join(declared.key)}) now."
    if not declared.keyed:
        done = f"{declared.name} has no key now: every line is a row."
    return Change(steps, done, cost, settled=True)


def _others(declared: Declared, found: Found) -> Iterator[str]:
    for each in found.uniques:
        if not each.is_primary and not set(declared.key) <= set(each.columns):
            yield (
                f"{each.name} still makes rows unique by ({', '.join(each.columns)}): rows that are alike in them "
                "cannot be loaded until it is dropped by hand."
            )


def _problem(declared: Declared, found: Found, names: Mapping[str, str]) -> str:
    """Why the rows do not have the declared key, in a sentence with examples; empty if they do."""
    here = key_here(declared, names)
    missing = [name for name in here if name not in found.columns]
    if missing:
        return f"Column {', '.join(missing)} is new, and rows that are there have no value for it."
    any_null = sql.SQL(" or ").join(sql.SQL("{} is null").format(sql.Identifier(name)) for name in here)
    found.cursor.execute(sql.SQL(query("empty_in_key")).format(table=found.identifier, any_null=any_null))
    (empty,) = found.cursor.fetchone() or (0,)
    if empty:
        return f"Rows without a value in it: {empty:,}."
    shown = sql.SQL("concat_ws(', ', {})").format(_listed(here))
    statement = sql.SQL(query("repeated_keys")).format(table=found.identifier, key=_listed(here), shown=shown)
    found.cursor.execute(statement)
    rows = found.cursor.fetchall()
    if not rows:
        return ""
    examples = "; ".join(f"({_short(example)}) {times} times" for _, _, times, example in rows)
    return f"Values that are in several rows: {rows[0][0]:,} ({rows[0][1]:,} rows too many), such as {examples}."


def _short(example: str) -> str:
    return example if len(example) <= _SHOWN else example[: _SHOWN - 1] + "…"


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
