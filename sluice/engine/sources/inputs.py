"""The inputs of a run: paths, folders, patterns, archives, object storage, and standard input.

If a pipeline has several sources, each file is assigned to one: by its name, otherwise by its header. Sources that are
not files are inputs of every run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import NewInput
from sluice.engine.sources.fetched import to_fetch
from sluice.engine.sources.files.light import is_light
from sluice.engine.sources.files.resolve import LeftOut, resolve
from sluice.engine.sources.files.routing import source_of
from sluice.engine.sources.landing import land
from sluice.errors import ConfigError

STDIN = "-"


def inputs_of(
    pipeline: Pipeline,
    paths: Iterable[str | os.PathLike[str]],
    left_out: LeftOut | None = None,
    only: Collection[str] = (),
) -> list[NewInput]:
    """The inputs: files in the given order, each once, then one for each fetched source. `only` names the sources of
    the run; without it, all. Raises ConfigError for a path without a file, and for a file that matches none of the
    pipeline's sources, or two.

    `-` is standard input, which can be read only once: it is copied to the landing, and loaded from there.
    `left_out` is called for each folder with files that do not match the pipeline's patterns.
    """
    fetched = to_fetch(pipeline, only)
    files = _files_of(pipeline, list(paths), left_out)
    for each in files:
        if only and each.source not in only:
            raise ConfigError(f"{each.uri} is of the source {each.source}, which --only leaves out.")
    return files + fetched


def _files_of(pipeline: Pipeline, paths: list[str | os.PathLike[str]], left_out: LeftOut | None) -> list[NewInput]:
    if not paths:
        return []
    if not pipeline.files:
        raise ConfigError(f"{pipeline.name} does not have file sources: leave out the files.")
    typed = (land(sys.stdin.buffer, "stdin") if path == STDIN else path for path in paths)
    uris = resolve(typed, [source.name_pattern for source in pipeline.files], left_out)
    return [_input_of(pipeline, uri) for uri in uris]


def _input_of(pipeline: Pipeline, uri: str) -> NewInput:
    source = source_of(pipeline, uri)
    return NewInput(source, uri, is_light(pipeline.flow(source), uri))
