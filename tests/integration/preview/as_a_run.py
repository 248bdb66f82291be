"""A preview and a run of the same files, compared: books, inputs, rejects, notes, exit codes, and the first rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sluice.cli.runs.run import verdict
from sluice.engine.declare import Pipeline
from sluice.engine.ledger.facts import RunStatus
from sluice.engine.ledger.runs import read_status
from sluice.engine.preview.facts import Preview
from sluice.engine.preview.landing import no_landing
from sluice.engine.preview.run import preview
from sluice.engine.sources.inputs import inputs_of
from tests.kit.in_process import InProcess

BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")


def previewed(pipeline: Pipeline, *paths: Path, **options: Any) -> Preview:
    with no_landing():
        return preview(pipeline, inputs_of(pipeline, paths), **options)


def assert_as_a_run(engine: InProcess, pipeline: Pipeline, *paths: Path, limit: str | None = None) -> Preview:
    """Load the files, preview them, and compare. The tables of the pipeline must be empty."""
    found = previewed(pipeline, *paths, shown=1000, max_rejects=limit)
    loaded = _load(engine, pipeline, *paths, limit=limit)
    seen, wanted = _facts(found.status), _facts(loaded)
    assert seen == wanted, [(name, seen[name], wanted[name]) for name in wanted if seen[name] != wanted[name]]
    for strict in (False, True):
        assert verdict(found.status, strict=strict) == verdict(loaded, strict=strict)
    for table in found.tables:
        assert _rows_of(engine, table.table, found) == [
            (row["file"], row["line"], *row["values"].values()) for row in table.rows
        ]
    return found


def _load(engine: InProcess, pipeline: Pipeline, *paths: Path, limit: str | None) -> RunStatus:
    engine.use(pipeline)
    options = {} if limit is None else {"max_rejects": limit}
    run = engine.register(*paths, **options)
    if limit is not None:
        engine.plan(run)
        for step in engine.steps(run, "extract"):
            engine.check(step)
        for step in engine.steps(run, "load"):
            engine.load_checked(step)
    engine.finish(run)
    return read_status(run.id)


def _facts(status: RunStatus) -> dict[str, Any]:
    names = {each.input: each.uri for each in status.inputs}
    return {
        "state": status.state,
        "books": {name: getattr(status, name) for name in BOOKS},
        "inputs": {
            each.uri: (
                each.state,
                each.error_code,
                None if each.same_as is not None else each.error,
                each.note,
                names.get(each.same_as or 0),
                *(getattr(each, name) for name in BOOKS),
            )
            for each in status.inputs
        },
        "reasons": [
            (r.column, r.code, r.rows, r.file, r.line, r.reason, r.other_line, r.other_file)
            for r in status.reasons or ()
        ],
    }


def _rows_of(engine: InProcess, name: str, found: Preview) -> list[tuple[Any, ...]]:
    """The first rows of a table, each with its file and line, in the order of the files."""
    columns = next([column.name for column in each.columns] for each in found.tables if each.table == name)
    listed = ", ".join(f't."{column}"' for column in columns)
    return engine.sql(
        f"select i.uri, t._line, {listed} from {name} t join sluice.input i on i.id = t._input_id"
        " order by i.position, t._line limit 1000"
    )
