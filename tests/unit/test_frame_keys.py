"""What a cached frame is called by, and where it is kept."""

from __future__ import annotations

from dataclasses import replace

from sluice.engine.ledger.parts import PartWork
from sluice.engine.steps.part.extract import shares_text

WORK = PartWork(
    part=1, number=1, start=0, length=10, first_line=2, end_line=3, planned=2, sha256="a" * 64, overlong=False, input=1,
    run=1, pipeline="p", source="files", uri="/a.csv", input_sha256="b" * 64, size=20, contract="c" * 16,
    dialect={"delimiter": ","}, replaces=[], staged=False, position=1, landed=None, parts=1, max_rejects=None,
    reload=False, revision=None, well_quoted=True,
)  # fmt: skip


def test_the_text_of_a_part_is_of_one_contract_which_wants_other_columns_than_another() -> None:
    assert WORK.raw_key() == replace(WORK, run=2, input=2, uri="/b.csv").raw_key()
    assert WORK.raw_key() != replace(WORK, contract="d" * 16).raw_key()
    assert WORK.raw_key() != replace(WORK, sha256="b" * 64).raw_key()


def test_text_that_is_quickly_read_again_is_not_shared() -> None:
    assert not shares_text(WORK)
    assert not shares_text(replace(WORK, landed="/landing/a.csv"))
    assert shares_text(replace(WORK, dialect={"format": "jsonl"}))
    assert shares_text(replace(WORK, uri="s3://bucket/a.csv"))
