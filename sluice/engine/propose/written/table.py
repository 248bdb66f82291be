"""The lines of a table: its key and its columns, or what has to be chosen."""

from __future__ import annotations

from collections.abc import Iterator

from sluice.engine.formats.text.header import plain
from sluice.engine.propose.decide.reading import Reading, quoted
from sluice.engine.propose.proposal import Group, Proposed
from sluice.engine.propose.written.lines import Argument, call, comment, commented, indented, listed, one_line

_CLOSEST, _OTHERS = 3, 3


def table_lines(group: Group, table: str, *, resolved: bool, deep: bool) -> list[str]:
    """Table(...) for some files. `resolved`: with the first of the readings where a person has to choose one."""
    lines = ["Table(", f"    {quoted(table)},", *indented(_key(group, resolved=resolved), 1), "    columns=["]
    for each in group.columns:
        if each.decision.open and not resolved:
            lines += indented(list(_to_choose(each, deep=deep)), 2)
            continue
        required = each.required or (resolved and not group.key and each is group.columns[0])
        given = _arguments(each, each.decision.readings[0], required=required)
        lines += indented(call("Column", given, each.decision.notes, deep=deep), 2)
    for name, why in group.left_out.items():
        lines += indented(comment(f"not loaded: {name or '(no name)'}: {why}", deep=deep), 2)
    return [*lines, "    ],", "),"]


def _key(group: Group, *, resolved: bool) -> list[str]:
    if group.key:
        return commented(f"key=({listed(group.key)}),", _evidence_of_key(group))
    if resolved:
        return [f"key=({quoted(group.columns[0].name)},),"]
    lines = [
        f"# No column, and no two or three of those that were tried, are unique in {_rows(group.found.rows)}. Name the"
    ]
    lines.append('# columns that identify a row, key=("a", "b"), and give these columns required=True.')
    lines.append("# If lines have no identity, so that equal ones are rows of their own: key=None.")
    lines += ["# Closest:"] if group.keys.candidates else []
    for each in group.keys.candidates[:_CLOSEST]:
        key, repeats = listed(group.named(each.columns)), f"{_rows(each.repeats)} with values of another one"
        lines.append(f"# key=({key}),  # {repeats}")
    if group.keys.undecided:
        lines.append(f"# no room on the disk to compare {', '.join(map(one_line, group.keys.undecided))}")
    return [*lines, 'key=Choose("key"),']


def _evidence_of_key(group: Group) -> list[str]:
    keys, best = group.keys, group.keys.best
    if best is None:
        return []
    copies = f"unique but for {_rows(best.copies)} with all values of another one"
    notes = [copies if best.copies else f"unique in {_rows(group.found.rows)}"]
    missing = sum(group.found.columns[header].empty for header in best.columns)
    notes += [f"{missing:,} without it are rejected"] if missing else []
    others = [each for each in keys.candidates if each.unique and each is not best][:_OTHERS]
    return [
        *notes,
        *([f"so is {', '.join(' + '.join(group.named(each.columns)) for each in others)}"] if others else []),
    ]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _to_choose(each: Proposed, *, deep: bool) -> Iterator[str]:
    """A column with several readings: each of them as a comment, and Choose(...)."""
    ways, notes = len(each.decision.readings), "; ".join(each.decision.notes)
    why = f"{each.name} can be read in {ways} ways, and each fits every row{f' ({notes})' if notes else ''}."
    what = "Keep one of these lines, without the # before it, and delete Choose(...):"
    yield from comment(f"{why} {what}", deep=deep)
    for reading in each.decision.readings:
        lines = call("Column", _arguments(each, reading, required=each.required), [], deep=deep)
        if reading.meaning:
            lines[-1] += f"  # {one_line(reading.meaning)}"
        yield from (f"# {line}" for line in lines)
    yield f"Choose({quoted(each.name)}),"


def _arguments(each: Proposed, reading: Reading, *, required: bool) -> list[Argument]:
    given: list[Argument] = [quoted(each.name), reading.text]
    if plain(each.header) != plain(each.name):
        given.append(f"header={quoted(each.header)}")
    if required:
        given.append("required=True")
    if each.decision.nulls:
        given.append(("nulls=", each.decision.nulls))
    return given
