"""Which source of a pipeline a file belongs to: by its declared name pattern, else by what its header says."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sluice.engine.declare import Files, Pipeline, Table
from sluice.engine.formats.known import header_of
from sluice.engine.formats.text.header import Names, match_header
from sluice.engine.sources.files.opening import opened
from sluice.engine.storage import split_member
from sluice.errors import ConfigError, DataError


def source_of(pipeline: Pipeline, uri: str) -> str:
    """The name of the source that an input belongs to.

    Its name decides if it is like the pattern of exactly one source. Else its header does: a source fits when it has
    all that its table requires, and knows more than half of the columns; of several, the one that knows the most.
    Raises ConfigError when none fits, or two do.
    """
    files = pipeline.files
    if len(files) == 1:
        return files[0].name
    named = [source for source in files if fnmatchcase(_name(uri), source.name_pattern)]
    return named[0].name if len(named) == 1 else _by_header(pipeline, named or files, uri)


def _name(uri: str) -> str:
    archive, member = split_member(uri)
    return (member or archive).rpartition("/")[2]


def _by_header(pipeline: Pipeline, sources: list[Files], uri: str) -> str:
    tables = {source.name: pipeline.flow(source.name).table for source in sources}
    found = {source.name: _header(source, tables[source.name], uri) for source in sources}
    known = {name: _known(table, found[name]) for name, table in tables.items()}
    most = max(known.values())
    best = [name for name, count in known.items() if count == most]
    if most and len(best) == 1:
        return best[0]
    patterns = ", ".join(f"{source.name} ({source.name_pattern})" for source in pipeline.files)
    header = next(iter(found.values()))
    what = f"its header ({', '.join(header)})" if header else "what is in it"
    why = f"fits {' as well as '.join(best)}" if most else "fits none of them"
    raise ConfigError(
        f"{uri}: {pipeline.name} has the sources {patterns}, and by its name and {what} it {why}. "
        "Give it a name like the one it is meant for, or correct its header."
    )


def _header(source: Files, table: Table, uri: str) -> tuple[str, ...]:
    """The names of a file's columns; none where it has none, or is nothing of the kind."""
    try:
        with opened(uri, source, table) as text:
            return header_of(text.stream, text.head, text.source)
    except DataError:
        return ()


def _known(table: Table, header: tuple[str, ...]) -> int:
    """How many of the columns a source knows; 0 when it does not fit."""
    columns = table.columns
    required = [column.header_name for column in columns if column.expected]
    try:
        match = match_header(Names(header), [column.header_name for column in columns], required)
    except DataError:
        return 0
    known = len(header) - len(match.extra)
    return known if 2 * known > len(header) else 0
