"""The evidence of a proposal: on the screen, and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sluice.cli.addresses import near
from sluice.cli.output import count, item, rows, things, visible

if TYPE_CHECKING:
    from sluice.engine.propose import Group, Verified

_SHOWN = 10


def print_evidence(group: Group, table: str, tried: Verified) -> None:
    """What was found in files for one table."""
    _print_files(group)
    print(f"\ntable {table}: key {', '.join(group.key) or 'not found'}, {things(len(group.columns), 'column')}")
    kinds_of = [" or ".join(reading.text for reading in each.decision.readings) for each in group.columns]
    names, types = max(len(each.name) for each in group.columns), max(map(len, kinds_of))
    for each, kinds in zip(group.columns, kinds_of, strict=True):
        meanings = [reading.meaning for reading in each.decision.readings if reading.meaning and each.decision.open]
        found = "; ".join([*(["CHOOSE"] if each.decision.open else []), *meanings, *each.decision.notes])
        item(f"{each.name:<{names}}  {kinds:<{types}}  {found}".rstrip(), names + types + 4)
    for each in group.columns:
        for line in each.decision.seen:
            item(f"{each.name}: {line}")
    if len(group.columns) == 1 and "  " in group.columns[0].header:
        item(
            "one column with blanks in its header: if the columns have fixed widths, declare Files(..., widths=(8, 20))"
        )
    for name, why in group.left_out.items():
        item(f"{name}: left out, {why}")
    _print_tried(group, tried)


def _print_files(group: Group) -> None:
    first, source = group.first, group.first.source
    names = ", ".join(near(file.uri) for file in group.files[:3]) + (", ..." if len(group.files) > 3 else "")
    facts = [first.format, rows(group.found.rows)]
    facts += [f"encoding {source.encoding}"] if source.encoding else []
    facts += [f"{things(first.skip, 'line')} skipped"] if first.skip else []
    facts += ["no header"] if first.headless else []
    facts += [first.renamed] if first.renamed else []
    print(visible(f"{names}: {', '.join(facts)}"))
    for line in first.before[:_SHOWN]:
        item(f"before the header: {line[:80]}")
    for footer in group.found.footers[:_SHOWN]:
        text = " ".join(filter(None, footer.cells.values()))
        out = ", and is left out" if source.footer else ", not like a row"
        item(f"line {count(footer.line)} looks like a total{out}: {text[:80]}")


def _print_tried(group: Group, tried: Verified) -> None:
    of = "" if tried.whole else " of the beginning"
    which = f"; {rows(tried.repeated)} with a key that is there before" if tried.repeated and group.key else ""
    print(f"\ntried on {rows(tried.read)}{of}: {count(tried.rejected)} would be rejected{which}")
    ordered = sorted(tried.rejects.values(), key=lambda each: (-each.count, each.line))
    for each in ordered[:_SHOWN]:
        item(f"{count(each.count)} x {each.code}, first {near(each.uri)}:{each.line}: {each.reason}")
    for uri, line in sorted(tried.footers) if tried.whole else []:
        item(f"{near(uri)}:{line} looks like a total, and fits all columns: it will be loaded as a row")
    print()


def facts_of(
    name: str, path: Path, text: str, groups: Sequence[Group], tables: Sequence[str], verified: Sequence[Verified]
) -> dict[str, Any]:
    """As programs get it."""
    return {
        "pipeline": name,
        "file": str(path),
        "choose": [f"{table}.{each}" for group, table in zip(groups, tables, strict=True) for each in group.open],
        "tables": [
            {
                "table": table,
                "files": [file.uri for file in group.files],
                "rows": group.found.rows,
                "key": list(group.key),
                "columns": [
                    {
                        "name": each.name,
                        "header": each.header,
                        "types": [reading.text for reading in each.decision.readings],
                        "evidence": list(each.decision.notes),
                    }
                    for each in group.columns
                ],
                "tried": tried.read,
                "rejected": tried.rejected,
            }
            for group, table, tried in zip(groups, tables, verified, strict=True)
        ],
        "text": text,
    }
