"""The examples of a pipeline, tested: a row goes through the transform and the contract, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa

from sluice.engine.check.mistakes import Mistake
from sluice.engine.check.values import is_equal, value_of
from sluice.engine.declare import Column, Example, Flow, Pipeline, Table
from sluice.engine.formats.text.header import plain
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.contract.apply import read_column
from sluice.engine.rows.contract.refusals import Refusals
from sluice.engine.rows.shown import shown
from sluice.errors import ConfigError, SluiceError

DROPPED = "dropped_by_transform"


def failing_examples(pipeline: Pipeline) -> Iterator[Mistake]:
    """The examples that do not hold, each with what was expected and what it came to."""
    for each in pipeline.tests:
        wrong = _wrong(pipeline, each)
        if wrong is not None:
            yield Mistake(each.place, f"Example: {wrong}")


def _wrong(pipeline: Pipeline, example: Example) -> str | None:
    try:
        flow = _flow_of(pipeline, example)
        _check_names(flow.table, example)
        values, rejects = _read(flow, example)
    except SluiceError as error:
        return str(error)
    if example.rejected is not None:
        return _wrong_code(example.rejected, values, rejects)
    if rejects:
        code, reason = rejects[0]
        return f"expected {_listed(example.expected or {})}, got the reject {code} ({reason})"
    different = {name: value for name, value in (example.expected or {}).items() if not is_equal(values[name], value)}
    if different:
        return f"expected {_listed(different)}, got {_listed({name: values[name] for name in different})}."
    return None


def _wrong_code(expected: str, values: dict[str, Any], rejects: Sequence[tuple[str, str]]) -> str | None:
    if not rejects:
        return f"expected the reject {expected}, got {_listed(values)}."
    code, reason = rejects[0]
    return None if code == expected else f"expected the reject {expected}, got {code} ({reason})"


def _flow_of(pipeline: Pipeline, example: Example) -> Flow:
    names = [flow.source.name for flow in pipeline.flows]
    if example.source is None and len(names) > 1:
        raise ConfigError(f"{pipeline.name} has the sources {', '.join(names)}: name the one of the row, source='...'.")
    if example.source is not None and example.source not in names:
        raise ConfigError(f"{pipeline.name} has no source {example.source!r}{_meant(example.source, names)}")
    return pipeline.flow(example.source or names[0])


def _check_names(table: Table, example: Example) -> None:
    """Raise ConfigError for a header or column that the table does not have."""
    headers = [column.header_name for column in table.columns]
    for header in example.row:
        if plain(header) not in map(plain, headers):
            raise ConfigError(f"no column of {table.name} is read from the header {header!r}{_meant(header, headers)}")
    names = [column.name for column in table.columns]
    for name in example.expected or {}:
        if name not in names:
            raise ConfigError(f"{table.name} has no column {name!r}{_meant(name, names)}")


def _meant(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known)}."


def _read(flow: Flow, example: Example) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of the columns that the example is about, and why the row is refused, if it is."""
    contract = Contract(flow.table, flow.transform, flow.source)
    given = {plain(header): text for header, text in example.row.items()}
    cells = {header: pa.array([given.get(plain(header))], pa.string()) for header in contract.requested}
    text, dropped = contract.text(pa.table(cells | {"_line": pa.array([1], pa.int64())}))
    if len(dropped):
        return {}, [(DROPPED, "the transform dropped the row.")]
    refusals, values = Refusals(np.array([1], np.int64)), dict[str, Any]()
    for column in flow.table.columns:
        if _is_about(column, given, example):
            one = text.column(column.header_name).cast(pa.string()).combine_chunks()
            values[column.name] = value_of(column.type, read_column(column, one, refusals)[0].as_py())
    rejects = [(row["code"], row["reason"]) for row in refusals.table().to_pylist()]
    return values, rejects


def _is_about(column: Column, given: dict[str, str | None], example: Example) -> bool:
    return plain(column.header_name) in given or column.name in (example.expected or {})


def _listed(values: Mapping[str, Any]) -> str:
    """Values by column; a text is in quotes."""
    texts = {name: repr(value) if isinstance(value, str) else shown(value) for name, value in values.items()}
    return ", ".join(f"{name}={text}" for name, text in texts.items()) or "no value"
