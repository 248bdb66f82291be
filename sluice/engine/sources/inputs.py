"""The inputs of a run: paths, folders, patterns, archives, object storage, and standard input.

If a pipeline has several sources, each file is assigned to one: by its name, otherwise by its header. Sources that are
not files are inputs of every run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.registration import AT_ONCE, NewInput
from sluice.engine.sources.fetched import to_fetch
from sluice.engine.sources.files.light import is_light
from sluice.engine.sources.files.resolve import Found, LeftOut, check, find
from sluice.engine.sources.files.routing import sources_of
from sluice.engine.sources.landing import land
from sluice.errors import ConfigError

STDIN = "-"

_Paths = Iterable[str | os.PathLike[str]]


def inputs_of(
    pipeline: Pipeline, paths: _Paths, left_out: LeftOut | None = None, only: Collection[str] = ()
) -> list[NewInput]:
    """The inputs: files in the given order, each once, then one for each fetched source. `only` names the sources of
    the run; without it, all. Raises ConfigError for a path without a file, and for a file that matches none of the
    pipeline's sources, or two.

    `-` is standard input, which can be read only once: it is copied to the landing, and loaded from there.
    `left_out` is called for each folder with files that do not match the pipeline's patterns.
    """
    return each_once(_stream(pipeline, paths, left_out, only))


def found_inputs(
    pipeline: Pipeline, paths: _Paths, left_out: LeftOut | None = None, only: Collection[str] = ()
) -> Iterable[NewInput]:
    """The inputs as of `inputs_of`: a list of them, or if there are many, as they are found, in memory that does not
    grow with their number; those that are given again are then found again.

    Raises as `inputs_of`. Of many, a local path without a file is reported at once; what is wrong with a file, or with
    a path of an object store, when the inputs before it were taken.
    """
    named = paths if isinstance(paths, Sequence) else None
    stream = _stream(pipeline, paths, left_out, only)
    head = list(islice(stream, AT_ONCE))
    if len(head) < AT_ONCE:
        return each_once(head)
    if named is not None:
        check((path for path in named if path != STDIN), _patterns(pipeline))
    return chain(head, stream)


def each_once(inputs: Iterable[NewInput]) -> list[NewInput]:
    """The inputs without those that were given before."""
    once: dict[tuple[str, str], NewInput] = {}
    for each in inputs:
        once.setdefault((each.source, each.uri), each)
    return list(once.values())


def _stream(pipeline: Pipeline, paths: _Paths, left_out: LeftOut | None, only: Collection[str]) -> Iterator[NewInput]:
    fetched = to_fetch(pipeline, only)
    for each in _files_of(pipeline, paths, left_out):
        if only and each.source not in only:
            raise ConfigError(f"{each.uri} is of the source {each.source}, which --only leaves out.")
        yield each
    yield from fetched


def _files_of(pipeline: Pipeline, paths: _Paths, left_out: LeftOut | None) -> Iterator[NewInput]:
    left = iter(paths)
    first = next(left, None)
    if first is None:
        return
    if not pipeline.files:
        raise ConfigError(f"{pipeline.name} does not have file sources: leave out the files.")
    typed = (land(sys.stdin.buffer, "stdin") if path == STDIN else path for path in chain([first], left))
    for file in find(typed, _patterns(pipeline), left_out):
        yield from _inputs_of(pipeline, file)


def _patterns(pipeline: Pipeline) -> list[str]:
    return [source.name_pattern for source in pipeline.files]


def _inputs_of(pipeline: Pipeline, file: Found) -> Iterator[NewInput]:
    for source in sources_of(pipeline, file.uri):
        yield NewInput(source, file.uri, is_light(pipeline.flow(source), file.size))
