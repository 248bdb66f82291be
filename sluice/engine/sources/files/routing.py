"""The source of a pipeline that a file belongs to: by the declared name pattern, otherwise by its header."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sluice.engine.declare import Files, OfType, Pipeline, Table
from sluice.engine.formats.known import header_of
from sluice.engine.formats.text.header import Names, match_header
from sluice.engine.sources.files.opening import opened
from sluice.engine.storage import split_member
from sluice.errors import ConfigError, DataError


def sources_of(pipeline: Pipeline, uri: str) -> list[str]:
    """The sources that an input belongs to: one, or those of each type of its records. Raises as `source_of`."""
    one = pipeline.flow(source_of(pipeline, uri)).source
    return [one.name, *(each.name for each in pipeline.files if isinstance(one, OfType) and one.is_beside(each))]


def source_of(pipeline: Pipeline, uri: str) -> str:
    """The name of the source that an input belongs to.

    Its name decides if it matches the pattern of exactly one source. Otherwise its header does: a source matches if the
    header has all columns that its table requires, and more than half of the header are columns of the table; of
    several, the one with the most. Raises ConfigError when none matches, or two do equally well.
    """
    files = _told_apart(pipeline)
    if len(files) == 1:
        return files[0].name
    named = [source for source in files if fnmatchcase(_name(uri), source.name_pattern)]
    return named[0].name if len(named) == 1 else _by_header(pipeline, named or files, uri)


def _told_apart(pipeline: Pipeline) -> list[Files]:
    """The file sources: of those that read the same files the first."""
    found: list[Files] = []
    for source in pipeline.files:
        if not any(isinstance(each, OfType) and each.is_beside(source) for each in found):
            found.append(source)
    return found


def _name(uri: str) -> str:
    archive, member = split_member(uri)
    return (member or archive).rpartition("/")[2]


def _by_header(pipeline: Pipeline, sources: list[Files], uri: str) -> str:
    tables = {source.name: pipeline.flow(source.name).table for source in sources}
    headers = {source.name: _header(source, tables[source.name], uri) for source in sources}
    counts = {name: _known(table, headers[name]) for name, table in tables.items()}
    most = max(counts.values())
    best = [name for name, count in counts.items() if count == most]
    if most and len(best) == 1:
        return best[0]
    patterns = ", ".join(f"{source.name} ({source.name_pattern})" for source in pipeline.files)
    header = next(iter(headers.values()))
    what = f"its header ({', '.join(header)})" if header else "what is in it"
    why = f"fits {' as well as '.join(best)}" if most else "fits none of them"
    raise ConfigError(
        f"{uri}: {pipeline.name} has the sources {patterns}, and by its name and {what} it {why}. "
        "Rename it to match the pattern of its source, or correct its header."
    )


def _header(source: Files, table: Table, uri: str) -> tuple[str, ...]:
    """The column names of a file; empty if it cannot be read as a table."""
    try:
        with opened(uri, source, table) as text:
            return header_of(text.stream, text.head, text.source)
    except DataError:
        return ()


def _known(table: Table, header: tuple[str, ...]) -> int:
    """How many of the header's columns the table has; 0 if the source does not match."""
    columns = table.columns
    required = [column.header_name for column in columns if column.expected]
    try:
        match = match_header(Names(header), [column.header_name for column in columns], required)
    except DataError:
        return 0
    count = len(header) - len(match.extra)
    return count if 2 * count > len(header) else 0
