"""How an input is written that is fetched: `source:products`."""

from __future__ import annotations

from collections.abc import Iterator

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.runs import NewInput

_SCHEME = "source:"


def to_fetch(pipeline: Pipeline) -> Iterator[NewInput]:
    """One input for each source of a pipeline that is no file."""
    return (NewInput(source.name, f"{_SCHEME}{source.name}") for source in pipeline.remote)


def is_fetched(uri: str) -> bool:
    """Whether an input's address is that of a source, and not of a file."""
    return uri.startswith(_SCHEME)
