"""Which files to load again, so that rows of earlier runs get the values of a newer declaration.

Rows stay as a load of all files in their order would leave them. So where later files replace rows of earlier ones
(`update`), or are all rows together (`snapshot`), a file that is gone must not be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from sluice.engine.declare import Files, Flow, Pipeline, Source
from sluice.engine.ledger.inputs.loaded import LoadedFile, loaded_fetches, loaded_files
from sluice.engine.ledger.registration import NewInput
from sluice.engine.sources.fetch import FetchedSource
from sluice.engine.sources.known import kind_of
from sluice.engine.storage import exists, split_member
from sluice.errors import ConfigError, NotHere

NAMED = 3
_COPY_NAME = 64  # hexadecimal digits: a copy of a text, with nothing about types behind them


@dataclass(frozen=True)
class Again:
    """Files and copies of fetches to load again, in order, and those that are gone, with what to do about fetches."""

    inputs: list[NewInput]
    gone: list[str]


def files_again(pipeline: Pipeline, since: date | None = None, column: str | None = None) -> Again:
    """The files of earlier runs to load again: since a day, or without those that were loaded with a column already.

    Of a source that is fetched it is the copies in the landing of what runs have fetched. Raises ConfigError for an
    unknown column, and where a file that is gone decides about rows of the others.
    """
    flows = list(pipeline.flows)
    if column is not None:
        flows = _with_column(pipeline, flows, column)
    files = [flow.source.name for flow in flows if isinstance(flow.source, Files)]
    fetched = [flow.source.name for flow in flows if not isinstance(flow.source, Files)]
    known = loaded_files(pipeline.name, files, since, column) + loaded_fetches(pipeline.name, fetched, since, column)
    wanted, gone = [], []
    for flow in flows:
        chosen = _chosen(flow, [each for each in known if each.source == flow.source.name], column)
        here = {each.uri: _input_of(flow, each, column) for each in chosen}
        lost = [each for each in chosen if here[each.uri] is None]
        named = [_gone(pipeline, flow, each, column) for each in lost]
        _refuse_left_out(pipeline, flow, chosen, named)
        gone += named
        wanted += [(each.run, number, here[each.uri]) for number, each in enumerate(chosen) if here[each.uri]]
    ordered = [found for _, _, found in sorted(wanted, key=lambda each: each[:2])]
    return Again([each for each in ordered if each is not None], gone)


def _with_column(pipeline: Pipeline, flows: Sequence[Flow], column: str) -> list[Flow]:
    having = [flow for flow in flows if column in {each.name for each in flow.table.columns}]
    if not having:
        names = sorted({each.name for flow in flows for each in flow.table.columns})
        near = get_close_matches(column, names, 1)
        meant = f"; did you mean {near[0]}?" if near else f". They have {', '.join(names)}."
        raise ConfigError(f"No table of {pipeline.name} has a column {column}{meant}")
    return having


def _chosen(flow: Flow, files: list[LoadedFile], column: str | None) -> list[LoadedFile]:
    """The files to load again: where their order decides, all from the first one on that lacks the column."""
    if flow.source.snapshot:
        newest = max((each.run for each in files), default=0)
        files = [each for each in files if each.run == newest]
        return files if column is None or not all(each.has_column for each in files) else []
    lacking = [number for number, each in enumerate(files) if column is None or not each.has_column]
    if flow.table.updates:
        return files[lacking[0] :] if lacking else []
    return [files[number] for number in lacking]


def _input_of(flow: Flow, file: LoadedFile, column: str | None) -> NewInput | None:
    if column is not None and not _may_have(flow.source):
        return None
    return _here(file, copies=_has_same_copies(flow.source))


def _may_have(source: Source) -> bool:
    """Whether copies of a source may have a column that was declared later."""
    kind = kind_of(source)
    return not isinstance(kind, FetchedSource) or kind.whole


def _gone(pipeline: Pipeline, flow: Flow, file: LoadedFile, column: str | None) -> str:
    if isinstance(flow.source, Files):
        return file.uri
    named, anew = f"{file.source} as run {file.run} fetched it", f"fetch it anew: sluice run {pipeline.name} --reload"
    if column is not None and not _may_have(flow.source):
        return f"{named} (the copy in the landing has no {column}); {anew}"
    return f"{named} (the copy in the landing is gone); {anew}"


def _here(file: LoadedFile, *, copies: bool) -> NewInput | None:
    """The file, or with `copies` its copy in the landing; None if both are gone."""
    return next((NewInput(file.source, uri) for uri in _places(file, copies=copies) if _is_there(uri)), None)


def _has_same_copies(source: Source) -> bool:
    """Whether a copy is read as its file is: it is UTF-8, whatever encoding is declared."""
    return isinstance(source, Files) and source.encoding is None


def _places(file: LoadedFile, *, copies: bool) -> Iterator[str]:
    yield file.uri
    name = (file.landed or "").rpartition("/")[2]
    if copies and len(name) == _COPY_NAME:
        yield str(file.landed)


def _is_there(uri: str) -> bool:
    try:
        return exists(split_member(uri)[0])
    except NotHere:
        return False


def _refuse_left_out(pipeline: Pipeline, flow: Flow, chosen: Sequence[LoadedFile], lost: Sequence[str]) -> None:
    decides = flow.source.snapshot or flow.table.updates
    if not decides or not lost or len(lost) == len(chosen):
        return
    named = ", ".join(lost[:NAMED]) + (f" and {len(lost) - NAMED} more" if len(lost) > NAMED else "")
    why = "all files together are the rows" if flow.source.snapshot else "later files replace rows of earlier ones"
    raise ConfigError(
        f"Gone: {named}. In the table {flow.table.name} {why}, so the others alone would change rows that are right. "
        + _instead(pipeline, flow)
    )


def _instead(pipeline: Pipeline, flow: Flow) -> str:
    if not isinstance(flow.source, Files):
        return f"Fetch all of it anew: sluice run {pipeline.name} --reload"
    return f"Put the files back; or load what is meant by name: sluice run {pipeline.name} FILES --reload"
