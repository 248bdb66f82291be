"""The address of a fetched input: `source:products`."""

from __future__ import annotations

from collections.abc import Collection

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.registration import NewInput

_SCHEME = "source:"


def to_fetch(pipeline: Pipeline, only: Collection[str] = ()) -> list[NewInput]:
    """One input for each source that a run fetches; see `Pipeline.fetched`."""
    return [NewInput(source.name, f"{_SCHEME}{source.name}") for source in pipeline.fetched(only)]


def is_fetched(uri: str) -> bool:
    """Whether the address of an input is that of a source, not of a file."""
    return uri.startswith(_SCHEME)
