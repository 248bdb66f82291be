"""The watcher without processes: which files are registered, how often, and what is said of the others."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from psycopg2.extensions import cursor as Cursor
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, InotifyFD

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection
from sluice.engine.declare import Column, Files, Marker, Pipeline, Ready, Renamed, Stable, Table
from sluice.engine.ledger.registration import NewInput, register
from sluice.engine.ledger.runs import Run
from sluice.engine.types import Integer
from sluice.engine.watch import Event, Watcher, lease, source, watcher
from sluice.engine.watch.hear import Hearing
from sluice.engine.watch.lease import WatchLease
from sluice.engine.watch.take import Whole, take
from tests.kit.in_process import InProcess
from tests.kit.object_store import running
from tests.kit.stack import until

TABLE = Table("numbers", key=("n",), columns=[Column("n", Integer(), required=True), Column("m", Integer())])
RENAMED = Renamed()


class Room:
    """A watched pipeline, its inbox, and a watcher that a test moves step by step."""

    def __init__(self, engine: InProcess, inbox: Path) -> None:
        self.engine, self.inbox = engine, inbox
        self.events: list[Event] = []
        self.watchers: list[Watcher] = []
        self.current = True

    def use(self, ready: Ready = RENAMED, pattern: str = "*.csv") -> Watcher:
        self.engine.use(Pipeline("numbers", Files(pattern, watch=True, ready=ready), TABLE))
        return self.watcher()

    def watcher(self) -> Watcher:
        self.watchers.append(Watcher(self.engine.pipeline, self.start, self.events.append, lambda: self.current))
        return self.watchers[-1]

    def start(self, cursor: Cursor, pipeline: Pipeline, inputs: list[NewInput], _as_of: date | None) -> Run:
        versions = {source: contract.version for source, contract in self.engine.contracts.items()}
        return register(cursor, pipeline.name, versions, inputs)

    def put(self, name: str, *rows: str, end: str = "\n") -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["n,m", *rows]) + end)
        return path

    def inputs(self) -> list[str]:
        rows = self.engine.sql("select uri from sluice.input order by id")
        return [str(Path(uri).relative_to(self.inbox)) for (uri,) in rows]

    def said(self, kind: str) -> list[str]:
        return [each.sentence for each in self.events if each.kind == kind]


@pytest.fixture
def room(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    monkeypatch.setenv("SLUICE_INBOX", str(inbox))
    monkeypatch.setattr(watcher, "GATHER_S", 0.0)
    settings.cache_clear()
    made = Room(engine, inbox)
    yield made
    for each in made.watchers:
        each.close()


def steps(of: Watcher, condition: Callable[[], object], what: str = "the watcher") -> None:
    until(lambda: [of.step(), condition()][1], 30, what)


def test_what_is_there_and_what_comes_is_registered_once(room: Room) -> None:
    room.put("a.csv", "1,1")
    watching = room.use()
    steps(watching, lambda: room.inputs() == ["a.csv"])
    room.put("b.csv", "2,2")
    steps(watching, lambda: room.inputs() == ["a.csv", "b.csv"])
    for _ in range(5):
        assert watching.step() == 0
    assert room.said("taken") == ["numbers: run 1 with 1 file", "numbers: run 2 with 1 file"]


def test_a_new_watcher_registers_nothing_again_also_what_was_not_read_yet(room: Room) -> None:
    for number in range(5):
        room.put(f"{number}.csv", f"{number},1")
    first = room.use()
    steps(first, lambda: len(room.inputs()) == 5)
    first.close()
    second = room.watcher()
    for _ in range(5):
        assert second.step() == 0
    assert len(room.inputs()) == 5


def test_a_file_that_is_written_again_is_another_input(room: Room) -> None:
    path = room.put("a.csv", "1,1")
    watching = room.use()
    steps(watching, lambda: room.inputs() == ["a.csv"])
    path.write_text("n,m\n1,1\n2,2\n")
    steps(watching, lambda: room.inputs() == ["a.csv", "a.csv"])
    os.utime(path, ns=(5, 5))
    steps(watching, lambda: len(room.inputs()) == 3)


def test_half_a_file_that_was_taken_for_whole_leaves_no_row_twice(room: Room) -> None:
    path = room.put("a.csv", "1,1", "2,2")
    watching = room.use(Stable(0.1))
    steps(watching, lambda: len(room.inputs()) == 1)
    room.engine.finish(Run(1))
    with path.open("a") as file:
        file.write("3,3\n")
    steps(watching, lambda: len(room.inputs()) == 2)
    status = room.engine.finish(Run(2))
    assert (status["state"], status["read"], status["loaded"], status["duplicate"]) == ("done", 3, 1, 2)
    assert room.engine.sql("select n, m from numbers order by n") == [(1, 1), (2, 2), (3, 3)]


def test_half_a_line_is_not_loaded(room: Room) -> None:
    path = room.put("a.csv", "1,1", "2,2", end="")
    watching = room.use(Stable(0.1))
    until(lambda: [watching.step(), watching.waiting()][1][0]["why"].startswith("its last line"), 30)
    assert room.inputs() == []
    with path.open("a") as file:
        file.write("2\n")
    steps(watching, lambda: room.inputs() == ["a.csv"])
    room.engine.finish(Run(1))
    assert room.engine.sql("select n, m from numbers order by n") == [(1, 1), (2, 22)]


def test_a_file_that_is_ended_while_its_end_is_read_is_registered_once(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = room.put("a.csv", "1,1", "2,", end=""), source.ends_with_line

    def read_what_came_meanwhile(name: str, encoding: str | None) -> bool:
        if not path.read_text().endswith("\n"):
            path.write_text(path.read_text() + "2\n")
        return read(name, encoding)

    monkeypatch.setattr(source, "ends_with_line", read_what_came_meanwhile)
    watching = room.use(Stable(0.1))
    steps(watching, lambda: room.inputs() == ["a.csv"])
    room.put("b.csv", "3,3")
    steps(watching, lambda: "b.csv" in room.inputs())
    assert room.inputs() == ["a.csv", "b.csv"]


def test_what_comes_after_a_change_of_the_declaration_waits_for_the_watcher_of_the_new_one(room: Room) -> None:
    watching = room.use()
    room.put("a.csv", "1,1")
    room.current = False
    for _ in range(3):
        assert watching.step() == 0
    assert room.inputs() == []
    watching.close()
    room.current = True
    steps(room.watcher(), lambda: room.inputs() == ["a.csv"])


def test_a_marker_is_waited_for_and_the_reason_is_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "TELL_S", 0.0)
    path = room.put("a.csv", "1,1")
    watching = room.use(Marker())
    watching.step()
    assert room.inputs() == []
    assert room.said("waiting") == [f"numbers waits for {path}: the marker a.csv.done is not there"]
    assert dict(room.events[-1].facts) == {
        "pipeline": "numbers",
        "waiting": 1,
        "files": [{"source": "files", "file": str(path), "why": "the marker a.csv.done is not there"}],
    }
    (room.inbox / "a.csv.done").touch()
    steps(watching, lambda: room.inputs() == ["a.csv"])
    watching.step()
    assert room.said("waiting")[-1] == "numbers waits for nothing"


def test_a_second_watcher_waits_and_says_so_and_goes_on_when_the_first_ends(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = room.use()
    first.step()
    monkeypatch.setattr(lease, "holder", lambda: "another:1:|7.1|7")
    second = room.watcher()
    room.put("a.csv", "1,1")
    assert second.step() == second.step() == 0
    (said,) = room.said("problem")
    assert said.startswith("numbers: another watcher has it (process ")
    assert said.endswith("): this one waits")
    first.close()
    steps(second, lambda: room.inputs() == ["a.csv"])


def test_a_watcher_whose_lease_another_one_has_registers_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    path = room.put("a.csv", "1,1")
    room.use()
    mine = WatchLease("numbers")
    assert mine.take()
    room.engine.sql("update sluice.watch set watcher = 'another:1:|7.1|7'")
    assert take(room.engine.pipeline, mine, [Whole("files", str(path), "1")], room.start) == (None, 0)
    assert room.inputs() == []


def test_two_that_register_at_once_register_each_file_once(room: Room) -> None:
    paths = [room.put(f"{number}.csv", f"{number},1") for number in range(50)]
    room.use()
    mine = WatchLease("numbers")
    assert mine.take()
    begin = threading.Barrier(2)

    def both() -> None:
        begin.wait(60)
        take(room.engine.pipeline, mine, [Whole("files", str(path), "1") for path in paths], room.start)
        drop_connection()

    threads = [threading.Thread(target=both) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert len(room.inputs()) == 50


def test_members_of_an_archive_are_inputs_and_known_by_it(room: Room) -> None:
    with zipfile.ZipFile(room.inbox / "may.zip", "w") as archive:
        archive.writestr("1.csv", "n,m\n1,1\n")
        archive.writestr("2.csv", "n,m\n2,2\n")
    first = room.use(pattern="*.zip")
    steps(first, lambda: room.inputs() == ["may.zip::1.csv", "may.zip::2.csv"])
    first.close()
    second = room.watcher()
    for _ in range(3):
        assert second.step() == 0


def test_a_name_that_is_not_utf_8_is_registered_once(room: Room) -> None:
    Path(os.fsdecode(os.fsencode(room.inbox) + b"/caf\xe9.csv")).write_text("n,m\n1,1\n")
    watching = room.use()
    steps(watching, lambda: room.inputs() == ["caf\\xe9.csv"])
    watching.close()
    again = room.watcher()
    for _ in range(3):
        assert again.step() == 0


def test_a_folder_that_is_made_later_is_watched_and_one_that_is_away_is_named(room: Room) -> None:
    watching = room.use(pattern="new/deep/*.csv")
    assert watching.step() == 0
    room.put("new/deep/a.csv", "1,1")
    steps(watching, lambda: room.inputs() == ["new/deep/a.csv"])
    room.inbox.rename(room.inbox.with_name("elsewhere"))
    steps(watching, lambda: room.said("problem"))
    assert room.said("problem") == [
        f"numbers: files: The inbox {room.inbox} does not exist: create the folder, mount it, or set SLUICE_INBOX."
    ]


def test_when_the_queue_of_the_kernel_was_full_the_folder_is_listed(tmp_path: Path) -> None:
    hearing = Hearing(recursive=False)
    hearing.listen(str(tmp_path))
    assert hearing.ear.heard() == (set(), True)  # what came before
    assert hearing.ear.heard() == (set(), False)
    InotifyFD.get_instance().handle_event(InotifyEvent(-1, InotifyConstants.IN_Q_OVERFLOW, 0, b""))
    assert hearing.ear.heard() == (set(), True)
    (tmp_path / "a.csv").touch()
    until(lambda: hearing.ear.heard()[0] == {str(tmp_path / "a.csv")}, 30)
    hearing.close()


def test_without_events_of_the_kernel_folders_are_listed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_watch_left(*_: object, **__: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("sluice.engine.watch.hear.Observer.schedule", no_watch_left)
    watching = room.use()
    watching.step()
    assert room.said("problem") == [
        "numbers: files: the kernel sends no events (inotify watch limit reached): folders are listed instead"
    ]
    room.put("a.csv", "1,1")
    steps(watching, lambda: room.inputs() == ["a.csv"])


def test_objects_of_a_bucket_are_taken_when_they_are_listed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LIST_S", 0.1)
    with running() as store:
        for name, value in store.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SLUICE_INBOX", "s3://drops/in")
        settings.cache_clear()
        store.fill(
            "drops", {"in/a.csv": b"n,m\n1,1", "in/b.csv": b"n,m\n2,2\n", "in/b.csv.done": b"", "other/c.csv": b"x"}
        )
        watching = room.use(Stable())
        asked = "select uri from sluice.input order by id"
        steps(watching, lambda: room.engine.sql(asked) == [("s3://drops/in/a.csv",), ("s3://drops/in/b.csv",)])
        assert watching.step() == 0
        store.fill("drops", {"in/a.csv": b"n,m\n1,1\n3,3\n"})
        steps(watching, lambda: len(room.engine.sql(asked)) == 3)
        watching.close()

        room.engine.sql("delete from sluice.run")
        by_marker = room.use(Marker())
        steps(by_marker, lambda: room.engine.sql(asked) == [("s3://drops/in/b.csv",)])
        assert [each["why"] for each in by_marker.waiting()] == ["the marker a.csv.done is not there"]
        room.engine.finish(Run(room.engine.sql("select max(id) from sluice.run")[0][0]))
        assert room.engine.sql("select n from numbers") == [(2,)]
