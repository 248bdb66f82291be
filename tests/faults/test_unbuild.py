"""A withdrawal of a date that is killed: either all of it has happened, or nothing."""

from __future__ import annotations

import pytest

from tests.faults.building import Building
from tests.faults.shop import AS_OF, assert_tables
from tests.kit.forked import run_forked

WRONG = "2099-01-01"
COUNTS = """
    select (select count(*) from customer_ltv where as_of = %(day)s),
           (select count(*) > 0 from customer_ltv_orphan where as_of = %(day)s),
           (select count(*) from customer_ltv_fit where as_of = %(day)s),
           (select count(*) from sluice.build where as_of = %(day)s)
""".replace("%(day)s", f"'{WRONG}'")
FIT = f"""
    insert into customer_ltv_fit (as_of, customers, repeat_customers, fitted_customers, r, alpha, a, b,
        orders_log_likelihood, p, q, v, values_log_likelihood, correlation, notes, months, discount, built_at)
    values ('{WRONG}', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, '{{}}', 12, 0.01, now()) returning id
"""
WORDS = ("unbuild", "customer_ltv", "--as-of", WRONG)


@pytest.mark.slow
def test_a_withdrawal_that_is_killed_has_withdrawn_nothing_and_the_next_one_everything(building: Building) -> None:
    stack = building.stack
    building.begin()
    building.finish()
    run = int(stack.sluice("enqueue", "customer_ltv", "--as-of", WRONG, "--allow-future")["run"])
    stack.wait(run)
    stack.sql(FIT)
    there = stack.sql(COUNTS)
    assert there == [(1_500, True, 1, 2)]

    for point in ("unbuild.deleted", "unbuild.before_commit"):
        env = stack.env | {"SLUICE_FAILPOINT": f"{point}:1:kill"}
        code, out, _ = run_forked("sluice.cli.main", WORDS, env, stack.home, 120)
        assert (code, out) == (-9, "")
        assert stack.sql(COUNTS) == there
        assert_tables(stack, building.shop)

    assert stack.sluice(*WORDS)["builds"] == 2
    assert stack.sql(COUNTS) == [(0, False, 0, 0)]
    assert_tables(stack, building.shop)
    assert stack.sluice(*WORDS)["builds"] == 0
    assert building.ask("select count(*) from sluice.build where as_of = %s", AS_OF) == [(2,)]
