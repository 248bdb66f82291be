"""What a person names, as inputs: paths, folders, patterns, archives, object storage, and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from sluice.engine.declare import Files
from sluice.engine.landing import land
from sluice.engine.storage import LeftOut, resolve

STDIN = "-"


def inputs_of(
    source: Files,
    paths: Iterable[str | os.PathLike[str]],
    left_out: LeftOut | None = None,
) -> list[str]:
    """The inputs' addresses, in the order given, each once. Raises ConfigError for a path without a file.

    `-` is standard input, which can be read only once: it is copied to the landing, and loaded from there.
    `left_out` is told of each folder with files that do not fit the pipeline.
    """
    typed = (land(sys.stdin.buffer, "stdin") if path == STDIN else path for path in paths)
    return resolve(typed, source.name_pattern, left_out)
