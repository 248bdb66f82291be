"""`refit`: computes the statistics of preprocessed tables again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sluice.cli.options import AllowFuture, AsOf, Pipeline, Timeout, Workers
from sluice.cli.output import Json
from sluice.cli.runs.run import load_and_report
from sluice.cli.runs.wanted import Wanted
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.ledger.runs import Run


@dataclass(frozen=True)
class Refit(Wanted):
    """A run without inputs."""

    def put_on_queue(self) -> Run:
        """Register the run and publish it."""
        from sluice.tasks.enqueue import enqueue_inputs

        return enqueue_inputs(self.pipeline, [], as_of=self.as_of, allow_future=self.allow_future, refit=True)


def refit(
    pipeline: Pipeline,
    *,
    as_of: AsOf = None,
    allow_future: AllowFuture = False,
    workers: Workers = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Compute medians, means and fences again from the loaded rows, and build preprocessed tables with them."""
    from sluice.engine.declare import Preprocessed
    from sluice.pipelines import find

    declared = find(pipeline)
    if not any(isinstance(each, Preprocessed) for each in declared.derived):
        raise ConfigError(f"{pipeline} has no preprocessed table, so there is nothing to compute again.")
    day = as_of and as_of.date()
    declared.check_run(has_inputs=False, as_of=day, allow_future=allow_future)
    wanted = Refit(declared, [], reload=False, max_rejects=None, as_of=day, allow_future=allow_future)
    load_and_report(wanted, strict=False, processes=workers, timeout=timeout, as_json=as_json)
