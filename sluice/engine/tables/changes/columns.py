"""What changes in the columns of a table: renamed, added, of a wider type, and no longer required or declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg2 import sql

from sluice.engine.declare import LINEAGE
from sluice.engine.tables.catalog import type_names
from sluice.engine.tables.changes.change import MOMENT, Allowed, Change, Refusal, altered
from sluice.engine.tables.changes.declared import Declared
from sluice.engine.tables.changes.found import Facts, Found
from sluice.engine.types.widening import Widening, holds, whole_digits, widening

_NUMBERS = ("numeric", "smallint", "integer", "bigint")


def renames(declared: Declared, found: Found) -> dict[str, str]:
    """Old name -> new name, of the columns that are to be renamed."""
    wanted: dict[str, str] = {}
    for new, olds in declared.renamed.items():
        old = next((each for each in olds if each in found.columns), None)
        if new not in found.columns and old is not None:
            wanted[old] = new
    return wanted


def renamed(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Change | str]:
    """Columns that have another name now, and notes about views of them."""
    for old, new in names.items():
        statement = altered(declared.name, "rename column {old} to {new}", old=old, new=new)
        done = f"Renamed column {old} of {declared.name} to {new}."
        yield Change([statement], done, settled=True, renamed=(old, new))
        if views := found.views_on(old):
            yield f"In {', '.join(views)} it is still named {old}: a view keeps the names that it was made with."
    for new, olds in declared.renamed.items():
        both = [each for each in olds if each in found.columns and new in found.columns]
        for old in both:
            moved = sql.SQL("update {table} set {new} = {old} where {new} is null").format(
                table=found.identifier, new=sql.Identifier(new), old=sql.Identifier(old)
            )
            yield (
                f"Columns {old} and {new} are both there, so nothing is renamed. To move the values by hand: "
                f"{moved.as_string(found.cursor)}; then: sluice migrate --drop-columns {declared.name}.{old}"
            )


def added(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Change | Refusal | str]:
    """Columns that are new: rows that are there have no value for them."""
    for name, words in declared.wanted.items():
        if name in found.columns or name in names.values() or (declared.kind == "loaded" and name in LINEAGE):
            continue
        became, at = found.now_named(name)
        if became and became not in declared.wanted:
            yield Refusal(
                f"Column {name} was renamed to {became} by a newer declaration ({at}).",
                f'Use that declaration here, too; or to go back: Column("{name}", ..., renamed_from=("{became}",)).',
            )
            continue
        stored = name in declared.generated or name in declared.numbered
        cost = f"rewrites {found.size}; readers and writers wait meanwhile" if stored else MOMENT
        statement = altered(
            declared.name, "add column {name} " + words.replace("{", "{{").replace("}", "}}"), name=name
        )
        yield Change([statement], f"Added column {name} to {declared.name}.", cost, adds=True)
        if name in declared.columns and name in declared.needed and declared.kind == "loaded" and found.has_rows:
            yield (
                f"Column {name} is required, and rows that are there have none: files that have it give it to them by "
                "`sluice reload`."
            )


def retyped(
    declared: Declared, found: Found, names: Mapping[str, str], *, counts: bool
) -> Iterator[Change | Refusal | str]:
    """Columns of another type; with `counts`, rows with values that do not fit into a narrower one are counted."""
    olds = {new: old for old, new in names.items()}
    both = [name for name in declared.columns if olds.get(name, name) in found.columns]
    for name, new in zip(both, type_names(found.cursor, [declared.columns[each] for each in both]), strict=True):
        here = found.columns[olds.get(name, name)]
        if here.pg_type == new:
            continue
        if widening(here.pg_type, new) is not None:
            yield _widened(declared, found, name, here, new)
        elif holds(here.pg_type, new):
            yield f"Column {name} stays {here.pg_type}, which has room for {new}: rows are checked by the declaration."
        else:
            yield _refused(declared, found, name, here, new, counts=counts)


def differing(declared: Declared, found: Found) -> Iterator[str]:
    """Columns whose type has no room for the declared one, by the catalog alone."""
    both = {name: declared.columns[name] for name in declared.columns if name in found.columns}
    for name, new in zip(both, type_names(found.cursor, [*both.values()]), strict=True):
        if not holds(found.columns[name].pg_type, new):
            yield name


def _widened(declared: Declared, found: Found, name: str, here: Facts, new: str) -> Change | Refusal:
    words, rewrites = declared.columns[name], widening(here.pg_type, new) is Widening.REWRITES
    views = [each for each in found.views_on(here.name) if not declared.is_view(each)]
    if views:
        return Refusal(
            f"Column {name} becomes {words}, and {', '.join(views)} uses it, so PostgreSQL does not change it.",
            "Drop the view, run `sluice migrate`, and make the view again.",
        )
    statement = altered(declared.name, "alter column {name} type " + words, name=name)
    cost = f"rewrites {found.size}; readers and writers wait meanwhile" if rewrites else MOMENT
    done = f"Column {name} of {declared.name} is {words} now, and was {here.pg_type}."
    return Change([statement], done, cost, rewrites=rewrites, settled=not holds(new, here.pg_type))


def _refused(declared: Declared, found: Found, name: str, here: Facts, new: str, *, counts: bool) -> Refusal:
    words, old = declared.columns[name], here.pg_type
    sentence = f"Column {name} is {old} in the database and {words} in the declaration."
    if counts and (whole := whole_digits(new)) is not None and old.partition("(")[0] in _NUMBERS:
        scale = int(new.rpartition(",")[2].rstrip(")"))
        few = found.too_large(here.name, limit=10**whole, scale=scale)
        sentence += f" Rows with a value that does not fit: {few:,}."
    statement = altered(declared.name, "alter column {name} type " + words, name=name)
    return Refusal(sentence, by_hand=statement.as_string(found.cursor))


def optional(declared: Declared, found: Found, names: Mapping[str, str]) -> Iterator[Change]:
    """Columns that may be null by the declaration, and not in the table: loads would fail."""
    for name in may_be_null(declared, found):
        statement = altered(declared.name, "alter column {name} drop not null", name=names.get(name, name))
        yield Change([statement], f"Column {names.get(name, name)} of {declared.name} may be empty now.")


def may_be_null(declared: Declared, found: Found) -> list[str]:
    """The columns, by their names in the table, that are not null and by their declaration may be."""
    back = {new: old for new, olds in declared.renamed.items() for old in olds}
    strict = {back.get(name, name) if name not in found.columns else name for name in (*declared.needed, *declared.key)}
    names = [
        each.name
        for each in found.columns.values()
        if each.not_null and not each.filled and not each.generated and each.name not in strict
    ]
    made = declared.kind == "derived"  # by Sluice, whole
    ours = [name for name in names if made or name in declared.wanted or name in back.values() or name in found.known]
    return [] if not ours or found.size.triggers else ours


def undeclared(
    declared: Declared, found: Found, names: Mapping[str, str], allowed: Allowed
) -> Iterator[Change | Refusal | str]:
    """Columns that are not declared any more: they stay, unless they are to be dropped."""
    gone = [name for name in found.columns if name not in {*declared.wanted, *declared.others, *names}]
    for name in gone:
        if f"{declared.name}.{name}" in allowed.drop:
            yield from _dropped(declared, found, name)
        elif name in found.known or declared.kind == "derived":
            yield (
                f"Column {name} is not declared any more: it stays, and is empty in new rows. To delete it: "
                f"sluice migrate --drop-columns {declared.name}.{name}"
            )
            yield from _perhaps_renamed(declared, found, name)


def _dropped(declared: Declared, found: Found, name: str) -> Iterator[Change | Refusal]:
    if views := found.views_on(name):
        yield Refusal(f"Column {name} is not dropped: {', '.join(views)} uses it.", "Drop the view first.")
        return
    statement = altered(declared.name, "drop column {name}", name=name)
    yield Change([statement], f"Dropped column {name} of {declared.name}, with its values.", settled=True)


def _perhaps_renamed(declared: Declared, found: Found, gone: str) -> Iterator[str]:
    new = [name for name in declared.columns if name not in found.columns]
    if declared.kind != "loaded" or not new:
        return
    for name, spelled in zip(new, type_names(found.cursor, [declared.columns[each] for each in new]), strict=True):
        if spelled == found.columns[gone].pg_type and not declared.renamed.get(name):
            yield f'Did you mean Column("{name}", ..., renamed_from=("{gone}",))? {gone} has the type of {name}.'
