"""A pipeline as one process has read it, with the revisions of its flows, and their contracts."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sluice.engine.declare import Flow, Pipeline
from sluice.engine.registry.revision import revision, shape

if TYPE_CHECKING:
    from sluice.engine.rows.contract import Contract


@dataclass(frozen=True)
class Declared:
    """A pipeline, and where it was read: `code` is the hash of its file's code.

    `read_at` is when this process read it, `edited_at` when a file of it was last changed, in seconds since 1970.
    """

    pipeline: Pipeline
    path: Path | None = None
    code: str = ""
    read_at: float = field(default_factory=time.time)
    edited_at: float = 0.0
    _contracts: dict[str, Contract] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def revisions(self) -> Mapping[str, str]:
        """The revision of each flow, by source."""
        return {flow.source.name: revision(flow, self.code) for flow in self.pipeline.flows}

    @cached_property
    def shapes(self) -> Mapping[str, dict[str, Any]]:
        """What settling needs of each flow, by source."""
        return {flow.source.name: shape(flow) for flow in self.pipeline.flows}

    def flow(self, source: str) -> Flow:
        """The flow of a source. Raises ConfigError when there is none of that name."""
        return self.pipeline.flow(source)

    def children(self, source: str) -> list[dict[str, str | None]]:
        """The lists in a source's records, as inputs are registered. Raises ConfigError as `flow` does."""
        names = [flow.source.name for flow in self.pipeline.children_of(source)]
        return [{"source": n, "contract": self.contract(n).version, "revision": self.revisions[n]} for n in names]

    def contract(self, source: str) -> Contract:
        """The contract of a source, made once. Raises ConfigError for a declaration that cannot work."""
        from sluice.engine.rows.contract import Contract  # pandas: not every command needs it

        if source not in self._contracts:
            flow = self.flow(source)
            self._contracts[source] = Contract(flow.table, flow.transform, flow.source)
        return self._contracts[source]

    def is_of(self, source: str, revision: str | None, contract: str) -> bool:
        """Whether an input of that source was registered under this declaration; older ledgers have only contracts."""
        if source not in self.revisions:
            return False
        return self.revisions[source] == revision if revision else self.contract(source).version == contract
