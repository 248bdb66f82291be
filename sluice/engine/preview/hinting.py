"""Hints for the files of a preview: texts that were refused, and files that were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sluice.engine.declare import Flow
from sluice.engine.hints.hint import Hint
from sluice.engine.preview.file import OneFile
from sluice.engine.preview.samples import Samples


def hints_of(flow: Flow, files: Sequence[OneFile], samples: Samples) -> Iterator[Hint]:
    """Hints for the columns of a table."""
    yield from ()
