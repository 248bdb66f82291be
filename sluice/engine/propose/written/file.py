"""The pipeline's file of a proposal: what a careful person would write, with the evidence as comments."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from sluice.engine.formats.text.header import plain
from sluice.engine.propose.decide.reading import Reading, quoted
from sluice.engine.propose.layout.look import CSV
from sluice.engine.propose.proposal import Group, Proposed
from sluice.engine.storage import split_member

_WIDTH = 120
_ROOM = _WIDTH - 12  # of columns; those of several flows stand 8 deeper
_NAMES = re.compile(r"\b([A-Z][A-Za-z]+)\(")
_SOURCES = {"JSON lines": ".jsonl", "Parquet": ".parquet", CSV: ".csv"}


def file_text(name: str, groups: Sequence[Group], tables: Sequence[str], *, resolved: bool = False) -> str:
    """The text of the file. `resolved`: with the first of the readings where a person has to choose one."""
    if len(groups) == 1:
        source, table = _source(groups[0], name, None), _table(groups[0], tables[0], 1, resolved)
        body = [f"    {quoted(name)},", *_indented([*source, *table], 1)]
    else:
        body = [f"    {quoted(name)},", "    flows=["]
        for group, own in zip(groups, tables, strict=True):
            flow = ["Flow(", *_indented([*_source(group, name, own), *_table(group, own, 3, resolved)], 1), "),"]
            body += _indented(flow, 2)
        body.append("    ],")
    code = "\n".join(["pipeline = Pipeline(", *body, ")", ""])
    bare = "\n".join(re.sub(r"  # .*|^ *# .*", "", line) for line in code.split("\n"))
    imports = ", ".join(sorted({*_NAMES.findall(bare), *_commented(code)}))
    return f'"""{_about(groups)}"""\n\n{_import(imports)}\n\n{code}'


def _about(groups: Sequence[Group]) -> str:
    files = [file for group in groups for file in group.files]
    names = ", ".join(_file_name(file.uri) for file in files[:3]) + (
        f" and {len(files) - 3} more" if len(files) > 3 else ""
    )
    rows = sum(group.found.rows for group in groups)
    text = f"Proposed by `sluice init` from {names}: {rows:,} rows. The comments are what was found in them."
    return text.replace("\\", "/").replace('"', "'")


def _file_name(uri: str) -> str:
    archive, member = split_member(uri)
    name = PurePath(member or archive).name
    return "".join(c if c.isprintable() else "?" for c in name)


def _import(names: str) -> str:
    line = f"from sluice import {names}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join(["from sluice import (", *(f"    {name}," for name in names.split(", ")), ")"])


def _commented(code: str) -> set[str]:
    """The names in declarations that are to be chosen from."""
    return {
        name
        for line in code.split("\n")
        if re.match(r" *# Column\(", line)
        for name in _NAMES.findall(line.partition("),  # ")[0])
    }


def _indented(lines: Sequence[str], levels: int) -> list[str]:
    return [f"{'    ' * levels}{line}" if line else line for line in lines]


def _source(group: Group, name: str, flow: str | None) -> list[str]:
    """The lines of Files(...)."""
    source, uri = group.first.source, group.first.uri
    ending = "".join(PurePath(_file_name(uri)).suffixes[-2:]) if "." in _file_name(uri) else ""
    ending = (
        ending
        if re.fullmatch(r"(\.[A-Za-z]\w{0,8})+", ending)
        else PurePath(_file_name(uri)).suffix or _SOURCES[group.first.format]
    )
    given = [quoted(f"{name}/{f'{flow}*' if flow else '*'}{ending}")]
    given += [f"name={quoted(flow)}"] if flow else []
    for option in ("delimiter", "encoding"):
        if (value := getattr(source, option)) is not None:
            given.append(f"{option}={quoted(value)}")
    given += [f"skip={source.skip}"] if source.skip else []
    given += [f"header=({_listed(source.header)})"] if source.header else []
    return _call("Files", given, _source_notes(group))


def _source_notes(group: Group) -> list[str]:
    first, notes = group.first, []
    if first.source.encoding:
        notes.append(f"not UTF-8: {first.source.encoding} reads its letters")
    if first.before:
        notes.append(f"{first.source.skip} lines are skipped")
    if first.headless:
        notes.append("no header: rename the columns")
    if first.renamed:
        notes.append(f"renamed: {first.renamed}")
    return notes


def _table(group: Group, table: str, depth: int, resolved: bool) -> list[str]:
    lines = ["Table(", f"    {quoted(table)},"]
    lines += _indented(_key(group, resolved), 1)
    lines.append("    columns=[")
    for each in group.columns:
        lines += _indented(list(_column(each, resolved, group)), 2)
    for name, why in group.left_out.items():
        lines.append(f"        # not loaded: {_one_line(name)}: {why}")
    return [*lines, "    ],", "),"]


def _key(group: Group, resolved: bool) -> list[str]:
    keys = group.keys
    if group.key:
        return _commented_line(f"key=({_listed(group.key)}),", _key_notes(group))
    if resolved:
        return [f"key=({quoted(group.columns[0].name)},),"]
    lines = [
        f"# No column, and no two or three of those that were tried, are unique in the {group.found.rows:,} rows. Closest:"
    ]
    for each in keys.candidates[:3]:
        lines.append(
            f"# key=({_listed(group.named(each.columns))}),  # {each.repeats:,} rows repeat another one; its columns need required=True"
        )
    if keys.undecided:
        lines.append(f"# no room on the disk to compare: {', '.join(keys.undecided)}")
    return [*lines, 'key=Choose("key"),']


def _key_notes(group: Group) -> list[str]:
    keys = group.keys
    notes = [f"unique in {group.found.rows:,} rows"]
    if keys.best and keys.best.copies:
        notes = [f"unique but for {keys.best.copies:,} rows that are whole copies of others"]
    missing = sum(group.found.columns[header].empty for header in keys.best.columns) if keys.best else 0
    notes += [f"{missing:,} without it are rejected"] if missing else []
    others = [" + ".join(group.named(each.columns)) for each in keys.candidates[1:4] if each.unique]
    return [*notes, *([f"so is {', '.join(others)}"] if others else [])]


def _listed(names: Sequence[str]) -> str:
    """Names as a tuple has them."""
    return ", ".join(map(quoted, names)) + "," * (len(names) == 1)


def _column(each: Proposed, resolved: bool, group: Group) -> Iterator[str]:
    decision = each.decision
    if not decision.open or resolved:
        required = each.required or (resolved and not group.key and each is group.columns[0])
        yield from _call("Column", _arguments(each, decision.readings[0], required), list(decision.notes))
        return
    yield f"# {each.name} can be read in {len(decision.readings)} ways, and each fits every row{_because(decision.notes)}. Keep one of these lines,"
    yield "# without the # before it, and delete Choose(...):"
    for reading in decision.readings:
        (line, *_), note = [f"# Column({', '.join(_arguments(each, reading, each.required))}),"], reading.meaning
        yield f"{line}  # {_one_line(note)}" if note else line
    yield f"Choose({quoted(each.name)}),"


def _because(notes: Sequence[str]) -> str:
    return f" ({'; '.join(map(_one_line, notes))})" if notes else ""


def _arguments(each: Proposed, reading: Reading, required: bool) -> list[str]:
    given = [quoted(each.name), reading.text]
    if plain(each.header) != plain(each.name):
        given.append(f"header={quoted(each.header)}")
    if required:
        given.append("required=True")
    if each.decision.nulls:
        given.append(f"nulls=({_listed(each.decision.nulls)})")
    return given


def _call(name: str, given: Sequence[str], notes: Sequence[str]) -> list[str]:
    """A call as ruff formats it, with a comment behind it, or above it where there is no room. It stands 12 deep."""
    line = f"{name}({', '.join(given)}),"
    if len(line) <= _ROOM:
        return _commented_line(line, notes)
    above = _commented_line("", notes)[:-1]
    return [*above, f"{name}(", *(f"    {each}," for each in given), "),"]


def _commented_line(line: str, notes: Sequence[str]) -> list[str]:
    """A line with a comment behind it, or above it where there is no room."""
    comment = _one_line("; ".join(notes))
    if not comment:
        return [line]
    if line and len(line) + len(comment) + 4 <= _ROOM:
        return [f"{line}  # {comment}"]
    return [*textwrap.wrap(comment, _ROOM, initial_indent="# ", subsequent_indent="# "), line]


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
