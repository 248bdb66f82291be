"""A run of customer_ltv that is disturbed while it loads, settles or builds, and then held to its promise."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.faults.sample import Sample
from tests.faults.shop import AS_OF, Shop, assert_shop_is_well
from tests.faults.test_processes import stopped_child
from tests.faults.trial import NOTHING, Trial
from tests.kit.stack import Stack, Worker, until

# Variants of customer_ltv under a name of their own, as files of SLUICE_PIPELINES.
HEAD = """
from dataclasses import replace

from sluice.pipelines.customer_ltv import customer_ltv, orphans
from sluice.pipelines.customer_ltv import pipeline as ltv

pipeline = replace(ltv, name="shop", schedule=None, derived=[{derived}], serves=())
"""
AS_IT_IS = "customer_ltv, orphans"
FOR_LONGER = 'replace(customer_ltv, params={**customer_ltv.params, "lifespan_years": 5.0}), orphans'
NOTHING_DERIVED = ""
# the second table fails: the first one, which went well, must not stay
DIVIDES_BY_ZERO = 'customer_ltv, replace(orphans, sql=orphans.sql.replace("p.amount,", "p.amount / 0 as amount,"))'
# takes as long as the table nap says
NAPS = (
    'replace(customer_ltv, incremental_sql=None, sql=customer_ltv.sql + "'
    ' where (select pg_sleep((select seconds from nap)))::text is not null"), orphans'
)


class Building(Trial):
    """A stack, a shop, the run that brings its three files, and the clock."""

    pipeline = "customer_ltv"

    def __init__(self, stack: Stack, shop: Shop, record: Callable[[str, float], None]) -> None:
        super().__init__(stack, Sample(shop.paths), record)
        self.shop = shop

    def enqueue(self, *paths: Path) -> int:
        """Queue files, those of the shop unless others are named; returns the run's id."""
        words = ["enqueue", self.pipeline, *map(str, paths or self.shop.paths), "--as-of", AS_OF]
        return int(self.stack.sluice(*words)["run"])

    def begin(self, concurrency: int = 2, env: Mapping[str, str] = NOTHING) -> Worker:
        """A worker, and the shop on its way."""
        started = self.stack.worker(concurrency, **env)
        self.run = self.enqueue()
        return started.wait_ready()

    def use(self, derived: str, name: str = "mine") -> dict[str, str]:
        """Declare a variant of customer_ltv that is run from now on. Returns the environment that has it."""
        folder = self.stack.home / name
        folder.mkdir(exist_ok=True)
        (folder / "shop.py").write_text(HEAD.replace("{derived}", derived))
        self.pipeline = "shop"
        return {"SLUICE_PIPELINES": str(folder)}

    def stop_between_settling_and_building(self) -> Worker:
        """A worker that has settled the run and is stopped, whole; the message to build is queued."""
        worker = self.begin(1, {"SLUICE_FAILPOINT": "settle.before_commit:1:stop", "SLUICE_LEASE_S": "30"})
        child = stopped_child(worker)
        os.kill(worker.process.pid, signal.SIGSTOP)
        os.kill(child, signal.SIGCONT)
        until(lambda: self.stack.redis().llen("sluice.build") == 1, 120, "the message to build")
        assert self.count("kind = 'settle' and state = 'done'") == 1
        assert self.state() == "running"
        return worker

    def build_step(self) -> dict[str, Any]:
        """The step that builds."""
        found = self.ask("select to_jsonb(s) from sluice.step s where run_id = %s and kind = 'build'", self.run)
        return dict(found[0][0]) if found else {}

    def assert_all_is_well(self, **allowed: bool) -> None:
        assert_shop_is_well(self.stack, self.shop, self.run, **allowed)
