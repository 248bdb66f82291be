"""Input that kills the process that reads it: dead after three times, and the others go on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.sample import make_sample
from tests.faults.test_processes import LONG
from tests.faults.trial import Trial

PIPELINE = """
import os
from dataclasses import replace
from pathlib import Path

from sluice.pipelines.call_logs import pipeline as call_logs


def transform(frame):
    if Path(os.environ["SLUICE_TEST_CAUSE"]).exists() and (frame["call_destination"] == "Poisonville").any():
        {what}
    return frame


pipeline = replace(call_logs, name="poisoned", transform=transform, schedule=None)
"""
POISON = b"1,1.50,Poisonville,2023-05-06 07:08:09,00:01:00\n"


def poisoned(trial: Trial, tmp_path: Path, what: str) -> Path:
    """Put poison into the first file, and a pipeline that dies of it into the stack. Returns the cause, a file."""
    trial.sample = make_sample(tmp_path / "own", rows=20_000)
    with trial.sample.paths[0].open("ab") as file:
        file.write(POISON)
    folder, cause = tmp_path / "own_pipelines", tmp_path / "cause"
    folder.mkdir()
    (folder / "poisoned.py").write_text(PIPELINE.replace("{what}", what))
    cause.touch()
    trial.stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_TEST_CAUSE": str(cause)}
    return cause


@pytest.mark.parametrize("what", ["os.kill(os.getpid(), 9)", "raise ValueError(frame)"], ids=["kills", "raises"])
@pytest.mark.variants
def test_poison_is_dead_soon_and_only_its_part_is_not_loaded(trial: Trial, tmp_path: Path, what: str) -> None:
    cause = poisoned(trial, tmp_path, what)
    worker = trial.worker(**LONG)
    trial.run = trial.stack.enqueue(*trial.sample.paths, pipeline="poisoned")
    trial.finish()
    assert worker.process.poll() is None
    assert trial.state() == "failed"
    assert trial.ask("select state, error_code from sluice.input order by position") == [
        ("failed", "dead_part"),
        ("done", None),
    ]
    assert trial.ask("select count(*) from sluice.step where state = 'dead'") == [(1,)]
    assert trial.ask("select count(*) from sluice.part where state <> 'loaded'") == [(1,)]
    if "kill" in what:
        assert trial.ask("select crashes, vanished from sluice.step where state = 'dead'") == [(3, 0)]
        again = trial.stack.enqueue(trial.sample.paths[0], pipeline="poisoned")
        assert trial.stack.wait(again)["state"] == "failed"
        assert trial.ask("select error_code from sluice.input where run_id = %s", again) == [("poison",)]
    cause.unlink()
    assert trial.stack.sluice("retry", str(trial.run))["exit_code"] == 0
    trial.struck()
    trial.finish()
    trial.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_poison_in_the_file_that_is_mended_is_loaded_by_a_new_run(trial: Trial, tmp_path: Path) -> None:
    poisoned(trial, tmp_path, "os.kill(os.getpid(), 9)")
    trial.worker()
    failed = trial.stack.enqueue(*trial.sample.paths, pipeline="poisoned")
    trial.run = failed
    trial.finish()
    assert trial.state() == "failed"
    first = trial.sample.paths[0]
    mended = first.with_name("call_logs_001_mended.csv")
    shutil.copy(first, mended)
    mended.write_bytes(first.read_bytes().removesuffix(POISON))
    trial.run = trial.stack.enqueue(mended, pipeline="poisoned")
    trial.finish()
    assert trial.state() == "done"
    table = trial.stack.sql(
        "select count(*), count(distinct (call_date, customer_id, call_destination)) from customer_call_logs"
    )
    loaded = trial.sample.outcome.loaded - 1
    assert table == [(loaded, loaded)]
