"""A file in the inbox of which nothing could be loaded: another declaration brings it again, and nothing else."""

from __future__ import annotations

from sluice import Column, Daily, Decimal, Files, Pipeline, Table, Text
from sluice.engine.schedule import check_schedule
from tests.kit.office import Office, at


def _prices(point: str) -> Pipeline:
    columns = [Column("ref", Text(), required=True), Column("price", Decimal(12, 2, point=point), required=True)]
    return Pipeline(
        "prices",
        Files("prices/*.csv"),
        Table("prices", key=("ref",), columns=columns),
        schedule=Daily("03:00", tz="UTC", catch_up="each"),
    )


def _day(office: Office, day: str) -> list[tuple[str, str | None, int]]:
    """What became of the inputs of a day's run; none where there was nothing to run."""
    runs = check_schedule(office.engine.pipeline, at(f"{day} 03:00"), office.start)
    inputs = [each for run in runs for each in office.engine.finish(run)["inputs"]]
    return [(each["state"], each["error_code"], each["loaded"]) for each in inputs]


def test_a_corrected_declaration_brings_it_again(office: Office) -> None:
    (office.inbox / "prices").mkdir()
    (office.inbox / "prices" / "a.csv").write_text('ref,price\na,"1,50"\nb,"2,50"\n')
    office.engine.use(_prices("."))
    assert _day(office, "2026-05-01") == [("failed", "nothing_loaded", 0)]
    assert _day(office, "2026-05-02") == []
    office.engine.use(_prices(","))
    assert _day(office, "2026-05-03") == [("done", None, 2)]
    assert _day(office, "2026-05-04") == []
