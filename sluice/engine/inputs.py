"""What a person names, as inputs: paths, folders, patterns, archives, object storage, and standard input.

Where a pipeline has several sources, each file finds its own: by its name, else by its header.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from sluice.engine.declare import Pipeline
from sluice.engine.landing import land
from sluice.engine.ledger.runs import NewInput
from sluice.engine.routing import source_of
from sluice.engine.storage import LeftOut, resolve

STDIN = "-"


def inputs_of(
    pipeline: Pipeline,
    paths: Iterable[str | os.PathLike[str]],
    left_out: LeftOut | None = None,
) -> list[NewInput]:
    """The inputs' addresses, in the order given, each once. Raises ConfigError for a path without a file, and for
    a file that fits none of the pipeline's sources, or two.

    `-` is standard input, which can be read only once: it is copied to the landing, and loaded from there.
    `left_out` is told of each folder with files that do not fit the pipeline.
    """
    typed = (land(sys.stdin.buffer, "stdin") if path == STDIN else path for path in paths)
    found = resolve(typed, [flow.source.name_pattern for flow in pipeline.flows], left_out)
    return [NewInput(source_of(pipeline, uri), uri) for uri in found]
