"""What a person is told of the steps, and what they take."""

from __future__ import annotations

import resource
from dataclasses import replace
from types import SimpleNamespace

import pytest

from sluice.cli.runs.builds import print_builds
from sluice.engine.derive import frames
from sluice.engine.ledger.facts import BuildStatus
from tests.integration.preprocess.till import CLEAN, LINES, Till, pipeline

ROWS = """
insert into sale select g, g % 997, nullif(20 + g % 60, 50), 'female', 'toys', date '2024-01-01' + g % 365, 1 + g % 5,
                        (g % 1000) / 10.0, 1, g from generate_series(1, 120000) g
"""


def test_each_step_has_a_line_in_the_order_of_the_declaration(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    built = till.run("a", *LINES)
    print_builds(SimpleNamespace(gone=0, withdrawn_at=None, builds=[BuildStatus(**built)]))
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "ready: 9 rows, full build"
    assert told[4:8] == [
        "  missing_age          3 filled, 3 missing",
        "  missing_price        1 missing, 1 quarantined",
        "  duplicates           1 duplicate",
        "  inconsistent_gender  4 respelled, 1 gender_unlisted",
    ]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "FRAME_ROWS", 5000)
    till.run("a", *LINES)
    till.engine.sql("delete from sale")
    till.engine.sql(ROWS)
    till.engine.use(pipeline(clean=replace(CLEAN, sql=f"{CLEAN.sql} where true")))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert till.run()["rows"] == 120_000
    # 24 frames of 5,000 rows; a single one of them takes some MiB, all of them together would take 150
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60 * 1024
