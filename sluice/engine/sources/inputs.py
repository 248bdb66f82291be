"""What a person names, as inputs: paths, folders, patterns, archives, object storage, and standard input.

Where a pipeline has several sources, each file finds its own: by its name, else by its header. Sources that are no
files are inputs of every run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import NewInput
from sluice.engine.sources.fetched import to_fetch
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
    """The inputs' addresses: files in the order given, each once, then one for each source that is fetched. `only`
    names the sources that the run is to bring; without it, all. Raises ConfigError for a path without a file, and for
    a file that fits none of the pipeline's sources, or two.

    `-` is standard input, which can be read only once: it is copied to the landing, and loaded from there.
    `left_out` is told of each folder with files that do not fit the pipeline.
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
        raise ConfigError(f"{pipeline.name} has no files among its sources, it fetches them: name none.")
    typed = (land(sys.stdin.buffer, "stdin") if path == STDIN else path for path in paths)
    found = resolve(typed, [source.name_pattern for source in pipeline.files], left_out)
    return [NewInput(source_of(pipeline, uri), uri) for uri in found]
