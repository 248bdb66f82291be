"""A pipeline's own code that never ends: its process is ended, its input fails, and everything else goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import Stack, until

PIPELINE = """
import re, signal, threading, time
from sluice import Column, Files, Integer, Pipeline, Table, Text

def transform(frame):
    if (frame["value"] == "endless").any():
        {what}
    return frame

table = Table("{name}", key=("id",), columns=[Column("id", Integer(), required=True), Column("value", Text())])
pipeline = Pipeline("{name}", Files("*.csv"), table, transform=transform, part_time_limit_s={limit})
"""
ENDLESS = {
    "counts": "while True: pass",
    "holds the interpreter's lock": "re.match(r'(a+)+b', 'a' * 80)",
    "waits in C": "time.sleep(10**6)",
    "waits for a lock, deaf to signals": (
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64)); threading.Event().wait()"
    ),
}
REASON = (
    "The transform of 'own' over one part of 'files' took longer than 1.5 s, so its process was ended. Correct the"
    " code, or declare a longer part_time_limit_s, then `sluice retry`."
)
# of inputs with a crash, those that somebody works on
DOUBTED = """
select count(distinct s.input_id) from sluice.step s where s.state = 'working' and s.input_id in
    (select input_id from sluice.step where crashes > 0 and state <> 'done')
"""


def declare(stack: Stack, what: str, name: str = "own", limit: float = 1.5) -> None:
    folder = stack.home / "own_pipelines"
    folder.mkdir(exist_ok=True)
    text = PIPELINE.replace("{what}", what).replace("{name}", name).replace("{limit}", str(limit))
    (folder / f"{name}.py").write_text(text)
    stack.env["SLUICE_PIPELINES"] = str(folder)


def files(folder: Path, name: str, values: list[str]) -> list[Path]:
    """A file for each value, with one row."""
    folder.mkdir(exist_ok=True)
    made = []
    for number, value in enumerate(values):
        path = folder / f"{name}_{number:02}.csv"
        path.write_text(
            f"id,value\n{number},{value} {name}\n" if value != "endless" else f"id,value\n{number},endless\n"
        )
        made.append(path)
    return made


def crashes(stack: Stack) -> list[int]:
    return [n for (n,) in stack.sql("select crashes from sluice.step where crashes > 0 and state <> 'done'")]


def ended(stack: Stack, run: int) -> bool:
    return stack.sql("select state from sluice.run where id = %s", run) != [("running",)]


@pytest.mark.slow
@pytest.mark.parametrize("what", ENDLESS.values(), ids=ENDLESS.keys())
def test_endless_files_fail_with_the_reason_and_the_good_ones_of_their_run_are_loaded(stack: Stack, what: str) -> None:
    declare(stack, what)
    worker = stack.worker(2).wait_ready()
    run = stack.enqueue(*files(stack.home / "in", "a", ["endless", *["good"] * 6]), pipeline="own")
    status = stack.wait(run, 100)
    assert [each["state"] for each in status["inputs"]] == ["failed", *["done"] * 6]
    assert (status["inputs"][0]["error_code"], status["inputs"][0]["error"]) == ("dead_part", REASON)
    assert stack.sql("select crashes, vanished, error from sluice.step where state = 'dead'") == [(3, 0, REASON)]
    assert stack.sql("select count(*) from own") == [(6,)]
    assert worker.process.poll() is None


@pytest.mark.slow
def test_inputs_that_crashed_get_half_of_the_processes_while_another_run_goes_on(stack: Stack) -> None:
    declare(stack, ENDLESS["waits in C"], limit=4)
    declare(stack, "pass", name="other")
    stack.worker(2).wait_ready()
    bad = stack.enqueue(*files(stack.home / "in", "a", ["endless"] * 3), pipeline="own")
    until(lambda: len(crashes(stack)) == 3, 120, "a crash of each")
    good = stack.enqueue(*files(stack.home / "other", "b", ["good"] * 8), pipeline="other")
    most = 0

    def done() -> bool:
        nonlocal most
        most = max(most, stack.sql(DOUBTED)[0][0])
        return ended(stack, good)

    until(done, 120, "the end of the good run")
    assert not ended(stack, bad)
    until(lambda: stack.sql(DOUBTED) == [(1,)], 120, "one of them at work")
    assert most <= 1
    assert stack.sql("select state, loaded from sluice.run where id = %s", good) == [("done", 8)]


@pytest.mark.slow
def test_a_single_process_takes_the_good_files_before_a_second_try(stack: Stack) -> None:
    declare(stack, ENDLESS["waits in C"])
    stack.worker(1).wait_ready()
    run = stack.enqueue(*files(stack.home / "in", "a", ["endless", *["good"] * 9]), pipeline="own")
    most = 0

    def loaded() -> bool:
        nonlocal most
        most = max([most, *crashes(stack)])
        return stack.sql("select count(*) from sluice.input where state in ('loaded', 'done')") == [(9,)]

    until(loaded, 120, "the good files")
    assert most <= 1
    status = stack.wait(run, 60)
    assert [each["state"] for each in status["inputs"]] == ["failed", *["done"] * 9]


STEP = """
import time
from sluice import Column, Derived, Files, Integer, Pipeline, Preprocessed, Table, preprocess

def endless(frame, known):
    time.sleep(10**6)
    return preprocess.Outcome(frame, {})

table = Table("base", key=("id",), columns=[Column("id", Integer(), required=True)])
sums = Derived("sums", key=("id",), columns={"id": "bigint"}, sql="select f.id from {files} f")
clean = Preprocessed("clean", of="sums", steps=[preprocess.Step("endless", endless, needs=("id",))])
pipeline = Pipeline("built", Files("*.csv"), table, derived=[sums, clean], part_time_limit_s=1.5)
"""


@pytest.mark.slow
def test_a_step_of_a_preprocessed_table_that_never_ends_fails_its_run(stack: Stack) -> None:
    folder = stack.home / "own_pipelines"
    folder.mkdir()
    (folder / "built.py").write_text(STEP)
    stack.env["SLUICE_PIPELINES"] = str(folder)
    stack.worker(2).wait_ready()
    path = stack.home / "one.csv"
    path.write_text("id\n1\n")
    status: dict[str, Any] = stack.wait(stack.enqueue(path, pipeline="built"), 100)
    assert status["state"] == "failed"
    assert status["error"] == (
        "The step 'endless' over one frame of 1 rows took longer than 1.5 s, so its process was ended. Correct the"
        " code, or declare a longer part_time_limit_s, then `sluice retry`."
    )
    assert stack.sql("select count(*) from base") == [(1,)]
