"""Which files are light: small ones, whose parts can share a transaction with those of others."""

from __future__ import annotations

from sluice.engine.base.settings import KIB
from sluice.engine.declare import Flow, Nested
from sluice.engine.declare.sources.split import OfType

LIGHT_BYTES = 256 * KIB


def is_light_flow(flow: Flow) -> bool:
    """Whether small files of the flow are loaded in batches.

    Not where the place of a file among others decides about each row (`update`), nor where the pipeline's own code gets
    the rows of one part: it may compare them. Nor where records have lists, which are inputs once theirs is loaded.
    """
    lists = flow.table.children or isinstance(flow.source, Nested | OfType)
    return flow.table.on_conflict == "keep" and flow.transform is None and not lists


def is_light(flow: Flow, size: int | None) -> bool:
    """Whether a file of that size is light; None where this host cannot see it without reading the file."""
    return size is not None and size <= LIGHT_BYTES and is_light_flow(flow)
