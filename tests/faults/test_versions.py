"""Two versions of a pipeline's code at once, as during an upgrade: a file is loaded by the one it was queued under."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.checks import assert_a_second_time_changes_nothing
from tests.faults.trial import Trial
from tests.kit.stack import until

FILE = """
from dataclasses import replace
from sluice.pipelines.call_logs import pipeline as call_logs

def clean(frame):
    return frame{only}

pipeline = replace(call_logs, name="calls", schedule=None, serves=[], transform=clean)
"""
OLD = FILE.format(only=".head(3)")  # loses rows: none of it may be in the table
NEW = FILE.format(only="")


def declare(folder: Path, text: str) -> dict[str, str]:
    """The environment of a worker with this version."""
    folder.mkdir()
    (folder / "calls.py").write_text(text)
    return {"SLUICE_PIPELINES": str(folder)}


@pytest.mark.slow
def test_a_worker_with_an_older_version_loads_no_file_of_the_newer_one(trial: Trial) -> None:
    old, new = (declare(trial.stack.home / name, text) for name, text in (("old", OLD), ("new", NEW)))
    older = trial.worker(2, **old)
    trial.run = trial.stack.enqueue(*trial.sample.paths, pipeline="calls", **new)
    newer = trial.worker(1, **new)
    trial.half_way()
    newer.kill_group()
    trial.struck()
    until(lambda: trial.count("error like 'The declaration of %%'") > 0, 120, "a step that the older version refuses")
    trial.worker(1, **new)
    trial.finish()
    trial.assert_all_is_well(unacked=True, frames=True)
    assert trial.count("crashes > 0") == 0
    assert older.process.poll() is None
    assert_a_second_time_changes_nothing(trial.stack, trial.sample)
