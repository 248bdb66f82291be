"""A customer is forgotten: nothing has the number, and nothing brings it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sluice.engine.base import failpoint
from sluice.engine.ledger.runs import Run
from sluice.engine.steps.again.replay.chosen import Wanted
from sluice.engine.steps.removal.forget.receipt import sha256_of
from sluice.errors import ConfigError, PermanentError
from sluice.tasks.removal.forget import forget
from sluice.tasks.removal.undo import undo
from tests.integration.forget.company import NUMBER, Company
from tests.kit.refused import replayed

OTHER = "+250788999888"


def _books(status: dict[str, object]) -> tuple[object, ...]:
    return tuple(status[name] for name in ("state", "read", "loaded", "updated", "duplicate", "rejected"))


def test_no_column_of_any_table_has_the_number_after_that(company: Company) -> None:
    calls = company.packed(
        "calls1",
        "1,+250788123456,10,a",
        "2,0788 123 456,20,b",
        "3,+250788999888,30,c",
        "4,0788123456,ten,d",
        "5,+250788999888,ten,e",
        "1,0788-123-456,11,conflict",
    )
    company.load(calls, company.customers("customers1.csv", "0788123456,basic", "0788999888,basic"))
    company.load(company.customers("customers2.csv", "0788123456,gold", "0788999888,gold"))
    company.engine.sql("analyze")
    assert {
        "public.call.msisdn",
        "public.spent.msisdn",
        "sluice.replaced.rows",
        "sluice.reject.raw",
        "landing",
        "statistics",
    } <= set(company.found())

    done = company.forget("0788 123 456")

    assert company.found() == []
    assert company.engine.sql("select id, msisdn from call order by id") == [(3, "+250788999888")]
    assert company.engine.sql("select msisdn, plan from customer") == [("+250788999888", "gold")]
    assert company.engine.sql("select msisdn, seconds from spent") == [("+250788999888", 30)]
    assert company.engine.sql("select msisdn, seconds from ready") == [("+250788999888", 30)]
    assert (done.receipt["rows"], done.receipt["kept_rows"]) == ({"call": 2, "customer": 1}, {"call": 0, "customer": 1})
    assert (done.receipt["rejects"], done.receipt["landing_copies"]) == (1, 1)
    assert NUMBER not in repr(done.receipt)


def test_all_versions_of_the_customer_go(company: Company) -> None:
    company.declare(customers="history")
    for plan in ("basic", "gold", "plus"):
        company.load(company.customers(f"customers_{plan}.csv", f"0788123456,{plan}", f"0788999888,{plan}"))
    company.engine.sql("analyze")
    assert "public.customer_history.msisdn" in company.found()

    done = company.forget("0788 123 456", table="customer")

    assert company.found() == []
    assert done.receipt["rows"] == {"customer": 1, "customer_history": 2}
    assert [Path(each).name for each in done.receipt["source_files"]] == [
        "customers_basic.csv",
        "customers_gold.csv",
        "customers_plus.csv",
    ]
    left = "select msisdn, plan, valid_to is null from customer_versions order by valid_from"
    assert company.engine.sql(left) == [
        ("+250788999888", "basic", False),
        ("+250788999888", "gold", False),
        ("+250788999888", "plus", True),
    ]


def test_the_same_files_do_not_bring_the_customer_back(company: Company) -> None:
    calls = company.file("calls1.csv", "1,+250788123456,10,a", "3,+250788999888,30,c")
    company.load(calls)
    company.forget()

    assert _books(company.load(calls)) == ("done", 0, 0, 0, 0, 0)  # its content is known
    assert _books(company.load(calls, reload=True)) == ("done", 2, 1, 0, 0, 1)

    assert company.found() == []
    assert company.engine.sql("select code, raw, reason from sluice.reject") == [
        (
            "forgotten",
            None,
            "A value of the row was forgotten (`sluice forget`): the row is not loaded, and its text is not kept.",
        )
    ]


def test_packed_files_leave_no_copy_when_they_are_loaded_again(company: Company) -> None:
    calls = company.packed("calls1", "1,+250788123456,10,a", "2,0788123456,ten,a", "3,+250788999888,30,c")
    company.load(calls)
    company.forget()
    assert _books(company.load(calls, reload=True)) == ("done", 3, 1, 0, 0, 2)
    assert company.found() == []
    assert company.engine.sql("select line, code from sluice.reject order by line") == [
        (2, "forgotten"),
        (3, "forgotten"),  # as it was loaded first
        (3, "forgotten"),
    ]


def test_an_undo_restores_the_rows_of_others_only(company: Company) -> None:
    company.load(company.customers("customers1.csv", "0788123456,basic", "0788999888,basic"))
    second = company.engine.register(company.customers("customers2.csv", "0788123456,gold", "0788999888,gold"))
    company.engine.finish(second)
    company.forget()

    done = undo(second.id)

    assert done.by is not None
    company.engine.finish(Run(done.by))
    assert company.engine.sql("select msisdn, plan from customer") == [(OTHER, "basic")]
    assert company.found() == []


def test_files_that_an_undo_loads_again_do_not_bring_the_customer_back(company: Company) -> None:
    first = company.engine.register(company.file("calls1.csv", "1,+250788999888,30,c"))
    company.engine.finish(first)
    company.load(company.file("calls2.csv", "1,+250788999888,31,c", "2,+250788123456,10,a"))
    company.forget()

    done = undo(first.id)

    assert done.by is not None
    company.engine.finish(Run(done.by))
    assert company.engine.sql("select id, msisdn, seconds from call") == [(1, OTHER, 31)]
    assert company.found() == []


def test_a_replay_does_not_bring_the_customer_back(company: Company) -> None:
    run = company.engine.register(company.file("calls1.csv", "1,+250788123456,ten,a", "2,+250788999888,ten,b"))
    company.engine.finish(run)
    company.forget()

    again = replayed(company.engine, run.id, Wanted(code="not_integer", sets={"seconds": "10"}))
    assert again is not None
    assert (again["read"], again["loaded"]) == (1, 1)  # that of the customer is not among them any more
    assert company.found() == []

    other = company.engine.register(company.file("calls2.csv", "3,+250788999888,ten,a"))
    company.engine.finish(other)
    edited = replayed(company.engine, other.id, Wanted(sets={"seconds": "10", "msisdn": "0788123456"}))
    assert edited is not None
    assert (edited["loaded"], edited["rejected"]) == (0, 1)
    assert company.found() == []


def test_rejects_without_the_column_are_counted_and_named(company: Company) -> None:
    company.declare(pii=True)
    company.load(company.file("calls1.csv", "1,+250788123456,ten,a", "2,+250788999888,ten,b"))
    done = company.forget()
    assert done.receipt["rejects"] == 0
    (left,) = done.receipt["left"]
    assert left.startswith("2 rejects lack the column (personal data), so whose they are is not known: `sluice purge`")


def test_a_dry_run_counts_and_changes_nothing(company: Company) -> None:
    company.load(company.packed("calls1", "1,+250788123456,10,a", "2,+250788123456,ten,a"))
    before = company.found()

    done = company.forget(dry_run=True)

    assert company.found() == before
    assert (done.run, done.receipt["rows"], done.receipt["rejects"], done.receipt["landing_copies"]) == (
        None,
        {"call": 1, "customer": 0},
        1,
        1,
    )
    assert company.engine.sql("select count(*) from sluice.forgotten") == [(0,)]
    assert company.engine.sql("select count(*) from sluice.forget") == [(0,)]


def test_the_receipt_is_kept_under_its_hash(company: Company) -> None:
    company.load(company.file("calls1.csv", "1,+250788123456,10,a"))
    facts = company.forget().receipt
    ((kept, sha256),) = company.engine.sql("select receipt, sha256 from sluice.forget")
    assert kept == json.loads(json.dumps(facts))
    assert sha256 == facts["sha256"] == sha256_of(facts)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("12", "--where msisdn=...: the value is not one that call could have: '***' is not a telephone number"),
        ("", "--where msisdn=...: the value is empty, and nobody is named by an empty value."),
    ],
)
def test_a_value_that_the_column_cannot_have_is_refused_without_quoting_it(
    company: Company, where: str, says: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        company.forget(where)
    assert str(caught.value).startswith(says)


def test_an_open_run_is_in_the_way(company: Company) -> None:
    run = company.engine.register(company.file("calls1.csv", "1,+250788123456,10,a"))
    with pytest.raises(ConfigError, match=r"Run 1 is open and may load into the same tables, so nothing was forgotten"):
        company.forget()
    company.engine.finish(run)
    assert company.forget().receipt["rows"] == {"call": 1, "customer": 0}


def test_a_run_that_is_registered_while_copies_are_deleted_does_not_load_the_customer(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failpoint._points, "forget.copies", (1, "raise"))
    with pytest.raises(PermanentError, match=r"Failpoint forget\.copies\."):
        company.forget()
    assert _books(company.load(company.file("calls1.csv", "1,+250788123456,10,a", "2,+250788999888,1,b"))) == (
        "done",
        2,
        1,
        0,
        0,
        1,
    )
    assert company.found() == []


def test_the_books_and_the_table_agree_after_that(company: Company) -> None:
    run = company.engine.register(company.file("calls1.csv", "1,+250788123456,10,a", "2,+250788999888,1,b"))
    company.engine.finish(run)
    company.forget()
    done = undo(run.id)
    assert (done.rows, done.found.obstacles) == (1, [])


def test_other_columns_with_the_number_are_named(company: Company) -> None:
    company.load(company.file("calls1.csv", "1,+250788999888,10,my friend is 0788 123 456", "2,+250788123456,ten,b"))
    done = company.forget()
    assert done.receipt["left"] == [
        "1 row has it in call.note, and may be of somebody else: forget it by that column, or correct it there"
    ]
    assert company.found() == ["public.call.note"]


def test_several_people_are_forgotten_by_one_command_and_by_the_next_one_before_anything_is_built(
    company: Company,
) -> None:
    calls = company.file(
        "calls1.csv", "1,+250788123456,10,a", "2,+250788999888,1,b", "3,0788111222,1,c", "4,0788333444,1,d"
    )
    company.load(calls)
    both = forget("company", [("msisdn", "0788123456"), ("msisdn", "0788 111 222")])
    third = forget("company", [("msisdn", "0788333444")])
    assert (both.receipt["rows"], third.receipt["rows"]) == ({"call": 2, "customer": 0}, {"call": 1, "customer": 0})
    for done in (both, third):
        assert done.run is not None
        assert company.engine.finish(Run(done.run))["state"] == "done"
    assert _books(company.load(calls, reload=True)) == ("done", 4, 1, 0, 0, 3)
    assert company.engine.sql("select msisdn, seconds from spent") == [(OTHER, 1)]


def test_forgotten_rows_do_not_count_for_the_limit_of_rejects(company: Company) -> None:
    company.forget()
    run = company.engine.register(
        company.file("calls1.csv", "1,+250788123456,10,a", "2,0788999888,1,b"), max_rejects="0"
    )
    company.engine.plan(run)
    (step,) = company.engine.steps(run, "extract")
    company.engine.check(step)
    company.engine.load_checked(step)
    company.engine.settle(run)
    (build,) = company.engine.steps(run, "build")
    assert build
    assert company.engine.sql("select id from call") == [(2,)]


def test_a_table_in_a_schema_of_its_own_and_without_a_key_forgets_too(company: Company) -> None:
    company.declare(table="calling.call", key="None")
    calls = company.packed(
        "calls1", "1,+250788123456,10,a", "1,+250788123456,10,a", "2,+250788999888,20,b", "x,0788123456,,"
    )
    company.load(calls)
    done = company.forget()
    assert done.receipt["rows"] == {"calling.call": 2, "customer": 0}
    assert company.found() == []
    company.load(calls, reload=True)
    assert company.engine.sql("select id, msisdn from calling.call") == [(2, OTHER)]
    assert company.found() == []
