"""A full disk under PostgreSQL: under a table, and under its write-ahead log, where the server ends itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sluice.embedded import attach
from tests.faults.sample import Sample
from tests.faults.servers import Processes
from tests.faults.trial import Trial
from tests.kit.servers import end_servers, running_servers
from tests.kit.stack import Stack, own_database, until

TABLE_MIB, LOG_MIB = 64, 80  # a segment of the log has 16 MiB


@contextmanager
def small_disk(folder: Path, mib: int, owner: int) -> Iterator[None]:
    """A disk of that size in place of a folder, with what is in it. Skips the test where it may not be mounted."""
    kept = folder.with_name(f"{folder.name}.kept")
    shutil.copytree(folder, kept)
    words = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700,uid={owner}", "tmpfs", str(folder)]
    made = subprocess.run(words, capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.decode().strip()}")
    try:
        for path in kept.rglob("*"):
            place = folder / path.relative_to(kept)
            place.mkdir() if path.is_dir() else shutil.copy2(path, place)
            os.chown(place, owner, -1)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
    return path


@pytest.mark.slow
def test_a_full_disk_under_a_table_is_waited_for_and_costs_no_attempt(trial: Trial, processes: Processes) -> None:
    data = processes.home / "servers" / "postgres" / "data"
    place = Path(tempfile.mkdtemp(prefix="space-", dir=data.parent))
    owner = data.stat().st_uid
    os.chown(place, owner, -1)
    with small_disk(place, TABLE_MIB, owner):
        name = f"space_{os.getpid()}"
        connection = trial.stack.connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select current_database()")
            (database,) = cursor.fetchone()
            cursor.execute(f"create tablespace {name} location '{place}'")
            cursor.execute(f"alter database {database} set default_tablespace = {name}")
        connection.close()
        try:
            worker = trial.begin()
            trial.half_way()
            filler = fill(place)
            until(lambda: trial.count("error like '%%(53100)%%'") > 0, 120, "a step that waits for room")
            filler.unlink()
            trial.struck()
            trial.finish_as_if_nothing_had_been(worker)
        finally:
            trial.stack.close()
            empty(trial.stack, name)


def empty(stack: Stack, tablespace: str) -> None:
    """Drop a tablespace, with the tables in it."""
    connection = stack.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists customer_call_logs cascade")
        cursor.execute("drop schema sluice cascade")
        cursor.execute(f"drop tablespace {tablespace}")
    connection.close()


@contextmanager
def servers_with_a_small_log() -> Iterator[tuple[Processes, Path]]:
    """Servers of their own, whose log has a small disk of its own."""
    with ExitStack() as stack:
        home, _ = stack.enter_context(running_servers("sluice-log-"))
        end_servers(home)  # a folder is only replaced under a server that has written all its log
        log = home / "servers" / "postgres" / "data" / "pg_wal"
        stack.enter_context(small_disk(log, LOG_MIB, log.stat().st_uid))
        try:
            yield Processes(home, attach(home)), log
        finally:
            end_servers(home)


def fill_log(stack: Stack, log: Path) -> Path:
    """Take the room of the log, and begin new segments until the server has ended itself."""
    filler = fill(log)
    with suppress(psycopg2.Error):
        for _ in range(20):
            stack.sql("select pg_switch_wal() from pg_logical_emit_message(true, 'a', repeat('x', 100000))")
    return filler


def panics(processes: Processes) -> bool:
    """Whether the server has ended itself for want of room in its log."""
    said = "".join(path.read_text(errors="replace") for path in processes.home.rglob("*.log"))
    return "PANIC" in said and "No space left on device" in said


@contextmanager
def stack_on(home: Path, url: str, processes: Processes) -> Iterator[Stack]:
    """A stack on these servers; its workers end before they do."""
    made = Stack(home, url, processes.servers.redis_url, (0, 1))
    made.env["SLUICE_PART_BYTES"] = "16384"
    try:
        yield made
    finally:
        made.close()


@pytest.mark.slow
def test_a_full_disk_under_the_log_is_waited_for_and_costs_no_attempt(
    sample: Sample, tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    with (
        servers_with_a_small_log() as (processes, log),
        own_database(processes.servers.database_url, "small_log") as url,
        stack_on(tmp_path, url, processes) as stack,
        Trial(stack, sample, record_property) as trial,
    ):
        worker = trial.begin()
        trial.half_way(10)
        filler = fill_log(stack, log)
        until(lambda: panics(processes), 120, "the end of PostgreSQL")
        filler.unlink()
        trial.struck()
        trial.finish()
        trial.assert_all_is_well(frames=True)
        assert trial.count("crashes > 0") == 0
        assert worker.process.poll() is None
