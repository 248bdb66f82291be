"""A ledger with a long history: no statement that workers repeat reads it, whatever the planner knows of the tables."""

from __future__ import annotations

import pytest

from benchmarks.ledger import LARGE, STATEMENTS, Plan, fill, parameters, plans
from sluice.engine.database.connection import transaction
from tests.kit.in_process import InProcess

STEPS, PROCESSES = 30_000, 20
# these tables have about 1,500 pages, and their indexes as many; to update a step takes about 20
MOST_PAGES = 200


def explained(*, analyzed: bool) -> dict[str, Plan]:
    with transaction() as cursor:
        if not analyzed:  # what the planner knows is of empty tables, and has no figures of columns
            cursor.execute("alter table sluice.step set (autovacuum_enabled = off)")
            cursor.execute("alter table sluice.input set (autovacuum_enabled = off)")
        fill(cursor, STEPS, PROCESSES)
    with transaction() as cursor:
        if analyzed:
            cursor.execute(f"analyze {', '.join(f'sluice.{name}' for name in (*LARGE, 'run', 'build', 'worker'))}")
        values = parameters(cursor) | {"window": 2 * PROCESSES, "under_way": PROCESSES}
        values["steps"] = values["steps"][:5]
        return {statement.name: plan for statement, plan in plans(cursor, values, times=1)}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("analyzed", [True, False], ids=["known", "unknown to the planner"])
def test_what_is_repeated_reads_a_few_pages_and_no_table_in_full(analyzed: bool) -> None:
    found = explained(analyzed=analyzed)
    assert len(found) == len(STATEMENTS) > 40
    assert {name: plan.scanned for name, plan in found.items() if plan.scanned} == {}
    assert {name: plan.pages for name, plan in found.items() if plan.pages > MOST_PAGES} == {}


def test_the_measure_finds_a_statement_that_reads_a_table_in_full(engine: InProcess) -> None:
    engine.sql("drop index sluice.step_dead")
    found = explained(analyzed=True)
    assert "step" in found["steps/finish_run"].scanned
    assert found["steps/finish_run"].pages > MOST_PAGES
