"""Columns whose values are masked at load: `Column(mask=True)`."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.ledger.runs import Run
from sluice.errors import ConfigError, SettingMissing
from sluice.pipelines import find
from sluice.tasks.enqueue import enqueue_inputs
from sluice.tasks.removal.forget import forget
from tests.integration.forget.company import NUMBER, SPELLINGS, Company
from tests.kit.in_process import InProcess

KEY = "a secret of sixteen letters"
MASK = hmac.new(KEY.encode(), NUMBER.encode(), hashlib.sha256).hexdigest()
DECLARED = """
from sluice import Column, Files, Flow, Integer, Phone, Pipeline, Table, Text

calls = Table("call", key=("id",), columns=[
    Column("id", Integer(), required=True), Column("msisdn", Phone("RW"), mask=True), Column("seconds", Integer())])
customers = Table("customer", key=("number",), columns=[
    Column("number", Phone("RW"), required=True, mask=True), Column("born", Integer(), mask=True)])
pipeline = Pipeline("company", flows=[
    Flow(Files("calls*", name="calls"), calls), Flow(Files("customers*", name="customers"), customers)])
"""


@pytest.fixture
def masked(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company that stores masks of numbers."""
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "company.py").write_text(DECLARED)
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "declared"))
    monkeypatch.setenv("SLUICE_MASK_KEY", KEY)
    engine.forget()
    engine.use(find("company"))
    return Company(engine, tmp_path, monkeypatch)


def test_one_value_has_the_same_mask_in_all_tables_and_empty_stays_empty(masked: Company) -> None:
    calls = masked.file("calls1.csv", "1,0788 123 456,10", "2,,20", "3,0788,30", header="id,msisdn,seconds")
    masked.load(calls, masked.file("customers1.csv", "+250788123456,1980", header="number,born"))
    assert masked.engine.sql("select id, msisdn from call order by id") == [(1, MASK), (2, None)]
    assert masked.engine.sql("select number, length(born) from customer") == [(MASK, 64)]
    assert masked.engine.sql("select code, reason, raw from sluice.reject") == [
        ("bad_phone", "msisdn: '***' is not a telephone number that exists.", "3,***,30")
    ]
    assert masked.found(*SPELLINGS) == []


def test_without_the_key_nothing_is_queued(masked: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLUICE_MASK_KEY")
    settings.cache_clear()
    with pytest.raises(ConfigError, match=r"Nothing was queued: SLUICE_MASK_KEY is not set"):
        enqueue_inputs(find("company"), [])


def test_another_key_is_refused(masked: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    masked.load(masked.file("calls1.csv", "1,0788 123 456,10", header="id,msisdn,seconds"))
    monkeypatch.setenv("SLUICE_MASK_KEY", "another secret of that length")
    settings.cache_clear()
    with pytest.raises(SettingMissing, match=r"SLUICE_MASK_KEY is another one than that of the rows that are loaded"):
        masked.load(masked.file("calls2.csv", "2,0788 123 456,10", header="id,msisdn,seconds"))


def test_a_masked_number_is_forgotten_by_the_number(masked: Company) -> None:
    calls = masked.file("calls1.csv", "1,0788 123 456,10", "2,0788999888,20", header="id,msisdn,seconds")
    masked.load(calls)
    done = forget("company", [("msisdn", "0788 123 456")])
    assert done.run is None or masked.engine.finish(Run(done.run))
    assert masked.engine.sql("select id from call") == [(2,)]
    assert masked.load(calls, reload=True)["rejected"] == 1
    assert masked.found(MASK) == []
