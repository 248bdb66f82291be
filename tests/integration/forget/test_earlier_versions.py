"""A worker of a version that does not know of forgotten values."""

from __future__ import annotations

import pytest

from sluice.engine.database import session
from sluice.engine.database.connection import transaction
from sluice.engine.tables.loaded_rows import note_targets
from sluice.errors import SluiceError
from tests.integration.forget.company import Company


def test_it_loads_into_no_table_that_has_any(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(session._LEDGER_DATABASE, "sluice.refuses")
    company.engine.forget()
    company.load(company.customers("customers1.csv", "0788999888,basic"))
    company.forget(table="call")
    company.load(company.customers("customers2.csv", "0788111222,basic"))
    run = company.engine.register(company.file("calls1.csv", "1,+250788123456,10,a"))
    with transaction() as cursor:
        note_targets(cursor, run.id, company.engine.pipeline)
    company.engine.plan(run)
    (step,) = company.engine.steps(run, "extract")
    with pytest.raises(SluiceError, match=r"this worker is of an earlier version, which would load them again"):
        company.engine.load(step)
    assert company.engine.sql("select count(*) from call") == [(0,)]
