"""A customer is forgotten: nothing of the database has the number, and the same files do not bring it back."""

from __future__ import annotations

from tests.integration.forget.company import NUMBER, Company


def _books(status: dict[str, object]) -> tuple[object, ...]:
    return tuple(status[name] for name in ("state", "read", "loaded", "updated", "duplicate", "rejected"))


def test_no_column_of_any_table_has_the_number_after_that(company: Company) -> None:
    calls = company.file(
        "calls1.csv",
        "1,+250788123456,10,a",
        "2,0788 123 456,20,b",
        "3,+250788999888,30,c",
        "4,0788123456,ten,d",
        "5,+250788999888,ten,e",
        "1,0788-123-456,11,conflict",
    )
    company.load(calls, company.customers("customers1.csv", "0788123456,basic", "0788999888,basic"))
    company.load(company.customers("customers2.csv", "0788123456,gold", "0788999888,gold"))
    assert ("public", "spent", "msisdn") in company.found()
    assert ("sluice", "replaced", "rows") in company.found()
    assert ("sluice", "reject", "raw") in company.found()

    done = company.forget("0788 123 456")

    assert company.found() == []
    assert company.engine.sql("select id, msisdn from call order by id") == [(3, "+250788999888")]
    assert company.engine.sql("select msisdn, plan from customer") == [("+250788999888", "gold")]
    assert company.engine.sql("select msisdn, seconds from spent") == [("+250788999888", 30)]
    assert company.engine.sql("select msisdn, seconds from ready") == [("+250788999888", 30)]
    assert (done.receipt["rows"], done.receipt["kept_rows"]) == ({"call": 2, "customer": 1}, {"call": 0, "customer": 1})
    assert done.receipt["rejects"] == 1
    assert NUMBER not in repr(done.receipt)


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
