"""Real workers, of which one knows an older declaration: what was registered under the newer one waits for another."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import ROOT, Stack, until

FILE = """from sluice import *
def clean(frame):
    return frame
{above}
pipeline = Pipeline(name={name!r}, source=Files({files}), table=Table({name!r}, key=({key},), columns=[
    Column("id", Integer(), required=True), {columns}]{table}){more})
"""
NAME = 'Column("name", Text())'
LONG = {"SLUICE_LEASE_S": "30"}  # a busy machine keeps that


def write(
    folder: Path,
    name: str,
    *,
    files: str = '"*.csv"',
    key: str = '"id"',
    columns: str = NAME,
    table: str = "",
    more: str = "",
    above: str = "",
) -> None:
    folder.mkdir(exist_ok=True)
    text = FILE.format(name=name, files=files, key=key, columns=columns, table=table, more=more, above=above)
    (folder / f"{name}.py").write_text(text)


# what the newer declaration says otherwise, the file, and the rows under it
CASES: dict[str, tuple[dict[str, str], bytes, list[tuple[Any, ...]]]] = {
    "skip": ({"files": '"*.csv", skip=2'}, b"id,name\n601,junk above\nid,name\n602,bolt\n", [(602, "bolt")]),
    "less": ({"files": '"*.csv", skip=1'}, b"id,name\nid,name\n602,bolt\n", [(602, "bolt")]),
    "encoding": ({"files": '"*.csv", encoding="cp1252"'}, b"id,name\n1,caf\xe9\n", [(1, "caf\u00e9")]),
    "cyrillic": ({"files": '"*.csv", encoding="cp1251"'}, b"id,name\n1,\xe4\xe0\n", [(1, "\u0434\u0430")]),
    "header": ({"files": '"*.csv", header=("id", "name")'}, b"1,id\n2,name\n", [(1, "id"), (2, "name")]),
    "places": ({"files": '"*.csv", header=("x", "id", "name")'}, b"id,7,name\n1,8,two\n", [(7, "name"), (8, "two")]),
    "delimiter": ({"files": '"*.csv", delimiter=";"'}, b"id;name\n1;a,b\n", [(1, "a,b")]),
    "source": ({"columns": 'Column("name", Text(), header="label")'}, b"id,name,label\n1,old,new\n", [(1, "new")]),
    "nulls": ({"columns": 'Column("name", Text(), nulls=("-",))'}, b"id,name\n1,-\n", [(1, None)]),
    "length": ({"columns": 'Column("name", Text(max_length=3))'}, b"id,name\n1,long\n2,abc\n", [(2, "abc")]),
    "check": ({"columns": 'Column("name", Text(), check=one_of("a"))'}, b"id,name\n1,b\n2,a\n", [(2, "a")]),
    "transform": ({"more": ", transform=clean", "above": "def clean(frame):\n    return frame[frame['name'] != 'b']"},
                  b"id,name\n1,b\n2,a\n", [(2, "a")]),
    "helper": ({"more": ", transform=clean",
                "above": "def inner(frame):\n    return frame[frame['name'] != 'b']\n"
                         "def clean(frame):\n    return inner(frame)"}, b"id,name\n1,b\n2,a\n", [(2, "a")]),
}  # fmt: skip
INNER = "def inner(frame):\n    return frame\ndef clean(frame):\n    return inner(frame)"
OLDER = {
    "transform": {"more": ", transform=clean"},
    "helper": {"more": ", transform=clean", "above": INNER},
}
LOADED = """select count(*) from sluice.part p join sluice.input i on i.id = p.input_id
           where i.run_id = %s and p.state = 'loaded'"""


def enqueue_all(stack: Stack, files: dict[str, Path], folder: Path) -> dict[str, int]:
    """A run for each file, by the pipeline of that name, registered by one script."""
    script = (
        "import json, sys; from sluice import enqueue; print(*(enqueue(*each).id for each in json.loads(sys.argv[1])))"
    )
    asked = json.dumps([[name, [str(path)]] for name, path in files.items()])
    done = subprocess.run(
        [sys.executable, "-c", script, asked],
        env=stack.env | {"SLUICE_PIPELINES": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    return dict(zip(files, map(int, done.stdout.split()), strict=True))


@pytest.mark.slow
def test_an_older_worker_does_no_step_of_what_was_registered_under_a_newer_declaration(stack: Stack) -> None:
    old, new, files = stack.home / "old", stack.home / "new", stack.home / "files"
    files.mkdir()
    for name, (newer, content, _) in CASES.items():
        write(old, name, **OLDER.get(name, {}))
        write(new, name, **newer)
        (files / f"{name}.csv").write_bytes(content)
    stack.worker(2, SLUICE_PIPELINES=str(old), **LONG).wait_ready()
    runs = enqueue_all(stack, {name: files / f"{name}.csv" for name in CASES}, new)
    waiting = (
        "select count(*) from sluice.step where error like 'The declaration of % differs: it was registered under %'"
    )
    until(lambda: stack.sql(waiting)[0][0] == len(CASES), 120, "steps that wait")
    assert stack.sql("select distinct state, sha256 from sluice.input") == [("registered", None)]
    assert stack.sql("select distinct crashes, vanished from sluice.step") == [(0, 0)]
    told = stack.sluice("status", str(runs["skip"]))["waiting"]
    assert re.search(r"'skip' differs: it was registered under [0-9a-f]{16}, and this worker has [0-9a-f]{16} ", told)
    stack.worker(1, SLUICE_PIPELINES=str(new)).wait_ready()
    until(
        lambda: stack.sql("select count(*) from sluice.run where state = 'done'")[0][0] == len(CASES), 240, "their end"
    )
    for name in CASES:
        found = stack.sql(f'select id, name from "{name}" order by id')
        assert found == CASES[name][2], name


@pytest.mark.slow
def test_a_worker_that_runs_knows_files_that_come_and_change(stack: Stack) -> None:
    folder = stack.home / "own"
    folder.mkdir()
    stack.env["SLUICE_PIPELINES"] = str(folder)
    stack.worker(2, **LONG).wait_ready()
    path = stack.home / "a.csv"
    for number in range(1, 5):
        lines = [f"{number}{line},above\n" for line in range(number)]
        path.write_text("id,name\n" + "".join(lines) + f"id,name\n{number},row {number}\n")
        write(folder, "came", files=f'"*.csv", skip={number + 1}')
        assert stack.wait(stack.enqueue(path, pipeline="came"))["state"] == "done"
    assert stack.sql("select id, name from came order by id") == [(n, f"row {n}") for n in range(1, 5)]
    assert stack.sql("select count(*) from sluice.step where error is not null") == [(0,)]


def test_a_run_that_was_begun_before_an_edit_ends_under_what_it_began_with(stack: Stack) -> None:
    folder = stack.home / "own"
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_PART_BYTES": "1024"}
    write(folder, "edited")
    path = stack.home / "many.csv"
    path.write_text("id,name\n" + "".join(f"{n},name {n}\n" for n in range(2_000)))
    worker = stack.worker(2).wait_ready()
    run = stack.enqueue(path, pipeline="edited")
    until(lambda: stack.sql("select parts_total from sluice.input")[0][0], 120, "the plan")
    write(folder, "edited", columns='Column("name", Text(), check=one_of("name 1"))')
    assert stack.wait(run)["loaded"] == 2_000
    assert stack.sql("select count(*) from edited") == [(2_000,)]
    assert worker.process.poll() is None


@pytest.mark.slow
def test_what_no_worker_has_the_declaration_of_is_planned_again_under_the_newer_one(stack: Stack) -> None:
    folder = stack.home / "own"
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_PART_BYTES": "1024", "SLUICE_DECLARATION_WAIT_S": "2"}
    write(folder, "lost", table=', on_conflict="update"')
    first, path = stack.home / "first.csv", stack.home / "many.csv"
    first.write_text("id,name\n5,before\n")
    path.write_text("id,name\n" + "".join(f"{n},n\n" for n in range(1_000)) + "x,bad\n")
    worker = stack.worker(1).wait_ready()
    assert stack.wait(stack.enqueue(first, pipeline="lost"))["state"] == "done"
    worker.kill_group()
    worker = stack.worker(1, SLUICE_FAILPOINT="load.claimed:3:stop").wait_ready()
    run = stack.enqueue(path, pipeline="lost")
    until(lambda: stack.sql(LOADED, run)[0][0] == 2, 120, "two parts")
    worker.kill_group()
    write(folder, "lost", table=', on_conflict="update"', columns='Column("name", Text(), header="id")')
    stack.worker(2).wait_ready()
    status = stack.wait(run)
    assert (status["state"], status["read"], status["rejected"]) == ("done", 1_001, 1)
    assert re.search(
        r"was changed after the run was registered, and no worker has it any more", status["inputs"][0]["note"]
    )
    assert stack.sql("select count(*), count(*) filter (where name = id::text) from lost") == [(1_000, 1_000)]
    assert stack.sql("select loaded, updated from sluice.run where id = %s", run) == [(999, 1)]


@pytest.mark.slow
def test_an_older_worker_alone_loads_nothing_and_the_input_fails_at_last(stack: Stack) -> None:
    old, new = stack.home / "old", stack.home / "new"
    stack.env["SLUICE_DECLARATION_WAIT_S"] = "1"
    write(old, "alone")
    write(new, "alone", files='"*.csv", skip=1')
    path = stack.home / "a.csv"
    path.write_text("id,name\nid,name\n1,a\n")
    stack.worker(1, SLUICE_PIPELINES=str(old)).wait_ready()
    run = stack.enqueue(path, pipeline="alone", SLUICE_PIPELINES=str(new))
    status = stack.wait(run)
    assert (status["state"], status["inputs"][0]["error_code"]) == ("failed", "other_declaration")
    assert stack.sql("select count(*) from alone") == [(0,)]
