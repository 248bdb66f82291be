"""A ledger with a long history: no statement that workers repeat reads it."""

from __future__ import annotations

import pytest

from benchmarks.scale.ledger import LARGE, STATEMENTS, Plan, Statement, fill, parameters, plans
from sluice.engine.database.connection import transaction
from tests.kit.in_process import InProcess

STEPS, PROCESSES = 30_000, 20
MOST_PAGES = 200  # these tables have about 1,500 pages, and their indexes as many; to update a step takes about 20


def explained(*, analyzed: bool) -> dict[Statement, Plan]:
    with transaction() as cursor:
        for name in LARGE:
            cursor.execute(f"alter table sluice.{name} set (autovacuum_enabled = off)")
        fill(cursor, STEPS, PROCESSES)
    with transaction() as cursor:
        if analyzed:
            cursor.execute(f"analyze {', '.join(f'sluice.{name}' for name in (*LARGE, 'run', 'build', 'worker'))}")
        values = parameters(cursor) | {"window": 2 * PROCESSES, "under_way": PROCESSES}
        values["steps"] = values["steps"][:5]
        return dict(plans(cursor, values, times=1))


def faults(found: dict[Statement, Plan]) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Statements that read a table in full, or many pages: how many, and the tables."""
    return {
        statement.name: (plan.pages, plan.scanned)
        for statement, plan in found.items()
        if plan.scanned or plan.pages > MOST_PAGES
    }


@pytest.mark.usefixtures("engine")
def test_what_is_repeated_reads_a_few_pages_and_no_table_in_full() -> None:
    found = explained(analyzed=True)
    assert len(found) == len(STATEMENTS) > 40
    assert faults(found) == {}


@pytest.mark.usefixtures("engine")
def test_dispatch_and_polls_do_so_before_a_large_run_is_analyzed() -> None:
    found = explained(analyzed=False)
    assert faults({each: plan for each, plan in found.items() if each.each in ("second", "poll")}) == {}


def test_the_measure_finds_a_statement_that_reads_a_table_in_full(engine: InProcess) -> None:
    engine.sql("drop index sluice.step_dead")
    pages, scanned = faults(explained(analyzed=True))["steps/finish_run"]
    assert (pages > MOST_PAGES, scanned) == (True, ("step",))
