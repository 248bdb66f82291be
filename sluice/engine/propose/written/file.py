"""The pipeline's file of a proposal: what a careful person would write, with the evidence as comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from sluice.engine.propose.decide.reading import quoted
from sluice.engine.propose.layout.described import CSV, EXCEL
from sluice.engine.propose.proposal import Group
from sluice.engine.propose.written.lines import WIDTH, Argument, call, indented
from sluice.engine.propose.written.table import table_lines
from sluice.engine.storage import split_member

_STRING, _NAME = re.compile(r'"(?:[^"\\]|\\.)*"'), re.compile(r"\b([A-Z][A-Za-z]+)\(")
_ENDINGS = {"JSON lines": ".jsonl", "Parquet": ".parquet", EXCEL: ".xlsx", CSV: ".csv"}
_NAMED = 3


def file_text(name: str, groups: Sequence[Group], tables: Sequence[str], *, resolved: bool = False) -> str:
    """The text of the file; `tables` are the names of the tables. `resolved` as of `table_lines`."""
    body = [f"{quoted(name)},"]
    if len(groups) == 1:
        body += [*_source(groups[0], name, None), *table_lines(groups[0], tables[0], resolved=resolved, deep=False)]
    else:
        flows = []
        for group, table in zip(groups, tables, strict=True):
            flow = [*_source(group, name, table), *table_lines(group, table, resolved=resolved, deep=True)]
            flows += ["Flow(", *indented(flow, 1), "),"]
        body += ["flows=[", *indented(flows, 1), "],"]
    code = ["pipeline = Pipeline(", *indented(body, 1), ")"]
    return "\n".join([_about(groups), "", _imports(code), "", *code, ""])


def _about(groups: Sequence[Group]) -> str:
    files = [_file_name(file.uri) for group in groups for file in group.files]
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    rows = f"{sum(group.found.rows for group in groups):,} rows"
    text = f"Proposed by `sluice init` from {', '.join(files[:_NAMED])}{more}: {rows}."
    text = text.replace("\\", "/").replace('"', "'")
    return "\n".join([f'"""{text}', "", "The comments are what was found in them.", '"""'])


def _file_name(uri: str) -> str:
    archive, member = split_member(uri)
    name = PurePath((member or archive).replace("\\", "/")).name
    return "".join(c if c.isprintable() else "?" for c in name)


def _imports(code: Sequence[str]) -> str:
    """The import of what the code names, also in columns that are to be chosen from."""
    used = set()
    for line in code:
        bare = _STRING.sub('""', line)
        choice = re.match(r" *# (?:Column\(|    \w)", bare)
        used |= set(_NAME.findall(bare.partition("),  # ")[0] if choice else bare.partition("# ")[0]))
    names = ", ".join(sorted(used))
    line = f"from sluice import {names}"
    if len(line) <= WIDTH:
        return line
    return "\n".join(["from sluice import (", *(f"    {name}," for name in names.split(", ")), ")"])


def _source(group: Group, name: str, flow: str | None) -> list[str]:
    """Files(...), with the options that are not detected."""
    source = group.first.source
    given: list[Argument] = [quoted(f"{name}/{f'{flow}*' if flow else '*'}{_ending(group)}")]
    given += [f"name={quoted(flow)}"] if flow else []
    given += [
        f"{option}={quoted(getattr(source, option))}"
        for option in ("delimiter", "encoding", "escape")
        if getattr(source, option)
    ]
    given += [f"skip={source.skip}"] if source.skip else []
    given += [("header=", source.header)] if source.header else []
    given += [f"footer={quoted(str(source.footer))}"] if source.footer else []
    given += [f"sheet={quoted(source.sheet)}"] if source.sheet else []
    return call("Files", given, _evidence(group), deep=flow is not None)


def _ending(group: Group) -> str:
    """That of the file's name: `.csv`, `.csv.gz`."""
    ending = re.search(r"(\.[A-Za-z]\w{0,8}){1,2}$", _file_name(group.first.uri))
    return ending[0] if ending else _ENDINGS[group.first.format]


def _evidence(group: Group) -> list[str]:
    first, notes = group.first, []
    if first.source.encoding:
        notes.append(f"not UTF-8: {first.source.encoding} reads its letters")
    if first.source.escape:
        notes.append("quotes within values have a backslash before them")
    if first.before:
        notes.append(f"{first.skip} lines before the table")
    if first.source.footer:
        totals = len(group.found.footers)
        notes.append("a total at the end" if totals == 1 else f"{totals} totals at the end")
    if first.headless:
        notes.append("no header: rename the columns")
    if first.renamed:
        notes.append(f"the columns are named here, because {first.renamed}")
    return notes
