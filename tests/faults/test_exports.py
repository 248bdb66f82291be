"""An export that is killed, interrupted or has no room: no half of a file, a sentence, an exit code."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys

import pytest

from sluice.pipelines import find
from tests.kit.in_process import InProcess
from tests.kit.stack import Stack, until

ROWS = 100_000


@pytest.fixture
def filled(engine: InProcess, stack: Stack) -> Stack:
    """More rows than fit in all the buffers on their way."""
    engine.use(find("customer_ltv"))
    engine.sql(
        "insert into customers (customer_id, first_name, _input_id, _line)"
        " select n, repeat('x', 60), 1, n from generate_series(1, %s) n",
        ROWS,
    )
    return stack


def exporting(stack: Stack, to: str, *words: str, **env: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sluice.cli.main", "export", "customers", "--to", to, *words]
    env = stack.env | env
    return subprocess.Popen(command, env=env, cwd=stack.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, told = process.communicate(timeout=50)  # what is silent is so for 60 s
    return process.returncode, told.decode()


@pytest.mark.parametrize("point", ["export.block:2:kill", "export.written:kill"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.variants
def test_a_killed_export_leaves_the_old_file_and_the_next_one_leaves_nothing_else(
    filled: Stack, point: str, form: str
) -> None:
    folder = filled.home / "out"
    folder.mkdir()
    (folder / "c").write_text("old")
    code, _ = ended(exporting(filled, "out/c", "--format", form, SLUICE_FAILPOINT=point))
    assert (code, (folder / "c").read_text()) == (-signal.SIGKILL, "old")
    (left,) = folder.glob(".c.*.part")
    os.utime(left, (1, 1))

    made = filled.sluice("export", "customers", "--to", "out/c", "--format", form)["exports"][0]

    data = (folder / "c").read_bytes()
    assert [each.name for each in folder.iterdir()] == ["c"]
    assert (made["rows"], made["bytes"], made["sha256"]) == (ROWS, len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_ctrl_c_is_heard_while_the_server_is_silent(filled: Stack, sign: signal.Signals, form: str) -> None:
    with filled.connect() as other, other.cursor() as cursor:
        cursor.execute("set search_path = public")  # where tables of pipelines are, whoever asks
        cursor.execute("create function slow(text) returns text language sql volatile as 'select pg_sleep(60)::text'")
        cursor.execute("alter table customers rename to all_customers")
        cursor.execute("create view customers as select customer_id, slow(first_name) as first_name from all_customers")
    other.close()
    process = exporting(filled, "c", "--format", form)
    copies = "select 1 from pg_stat_activity where application_name like 'sluice export%%' and wait_event = 'PgSleep'"
    until(lambda: filled.sql(copies), 120, "the copy")
    process.send_signal(sign)
    code, told = ended(process)
    assert (code, told.splitlines()[-1]) == (130, "error: Interrupted.")
    assert not [each for each in filled.home.iterdir() if "c" in (each.name, each.name[1:2])]
    until(lambda: not filled.sql(copies), 30, "the end of the copy")


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_full_disk_is_told_and_the_old_file_stays(filled: Stack, form: str) -> None:
    (filled.home / "c").write_text("old")
    command = [sys.executable, "-m", "sluice.cli.main", "export", "customers", "--to", "c", "--format", form, "--json"]
    done = subprocess.run(
        command, env=filled.env, cwd=filled.home, capture_output=True, timeout=240, check=False, preexec_fn=small_files
    )
    told = json.loads(done.stdout)["error"]
    assert done.returncode == 1
    assert told["message"].endswith("c was not written: File too large. What was there before is untouched.")
    assert b"Traceback" not in done.stderr
    assert (filled.home / "c").read_text() == "old"
    assert list(filled.home.glob(".c.*")) == []


def test_a_reader_of_standard_output_that_goes_is_no_traceback(filled: Stack) -> None:
    with exporting(filled, "-") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(100)
        process.stdout.close()
        told = process.stderr.read().decode()
    assert (process.returncode, told) == (1, "error: Standard output cannot be written to: Broken pipe.\n")


def test_what_goes_to_standard_output_is_the_table_alone(filled: Stack) -> None:
    process = exporting(filled, "-", "--columns", "customer_id", "--ordered")
    written, told = process.communicate(timeout=240)
    assert written.decode() == "customer_id\n" + "".join(f"{n}\n" for n in range(1, ROWS + 1))
    assert told.decode().startswith("customers: 100,000 rows, 588,907 bytes in ")
