"""Pipelines as files: read again when they change, kept as they were for runs that are open, named when broken."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.engine.registry import Registry
from sluice.engine.rows.contract import Contract
from sluice.errors import ConfigError

FILE = """from sluice import Column, Files, Integer, Pipeline, Table, Text, at_least
pipeline = Pipeline(
    name={name!r},
    source=Files("t/*.csv"{options}),
    table=Table("v", key=("id",), columns=[Column("id", Integer(), required=True), Column("name", {type})]),
)
"""


def write(path: Path, name: str = "v", options: str = "", type_: str = "Text()", above: str = "") -> None:
    path.write_text(above + FILE.format(name=name, options=options, type=type_))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    return made


@pytest.fixture
def registry(folder: Path) -> Registry:
    return Registry(lambda: [folder])


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder beside that of the pipelines, on Python's path."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("own_"):
            del sys.modules[name]


def skip_of(registry: Registry) -> int:
    source = registry.find("v").pipeline.source
    return source.skip  # type: ignore[union-attr]


def test_a_file_that_comes_is_known_at_once(registry: Registry, folder: Path) -> None:
    with pytest.raises(ConfigError, match="Unknown pipeline 'v'"):
        registry.find("v")
    write(folder / "v.py")
    assert registry.find("v").pipeline.name == "v"
    write(folder / "w.py", name="w")
    assert sorted(registry.view().declared) == ["v", "w"]


def test_a_file_that_goes_is_not_there_any_more_but_known_to_open_runs(registry: Registry, folder: Path) -> None:
    write(folder / "v.py")
    was = registry.find("v").revisions["files"]
    (folder / "v.py").unlink()
    with pytest.raises(ConfigError, match="Unknown pipeline 'v'"):
        registry.find("v")
    assert registry.matching("v", lambda each: each.is_of("files", was, "")) is not None


def test_a_file_is_read_again_only_when_its_content_changes(registry: Registry, folder: Path) -> None:
    write(folder / "v.py")
    first = registry.find("v")
    os.utime(folder / "v.py", (1, 1))
    assert registry.find("v") is first
    write(folder / "v.py")
    assert registry.find("v") is first
    write(folder / "v.py", options=", skip=2")
    assert registry.find("v") is not first


def test_edits_within_one_moment_and_of_one_size_are_all_seen(registry: Registry, folder: Path) -> None:
    for number in range(1, 10):
        write(folder / "v.py", options=f", skip={number}")
        os.utime(folder / "v.py", ns=(1_000_000_000, 1_000_000_000))
        assert skip_of(registry) == number


def test_a_file_that_takes_the_place_of_another_with_its_times_is_seen(registry: Registry, folder: Path) -> None:
    write(folder / "v.py", options=", skip=1")
    os.utime(folder / "v.py", (10, 10))
    assert skip_of(registry) == 1
    write(folder / "_next", options=", skip=2")
    os.utime(folder / "_next", (10, 10))
    (folder / "_next").rename(folder / "v.py")
    assert skip_of(registry) == 2


@pytest.mark.parametrize(
    "options",
    [", skip=2", ", encoding='cp1252'", ", header=('id', 'name')", ", delimiter=';'", ", snapshot=False, skip=1"],
)
def test_a_run_is_done_under_what_it_was_registered_with(registry: Registry, folder: Path, options: str) -> None:
    write(folder / "v.py")
    old = registry.find("v")
    write(folder / "v.py", options=options)
    new = registry.find("v")
    assert old.revisions != new.revisions
    for each in (old, new):
        revision = each.revisions["files"]
        assert registry.matching("v", lambda known, r=revision: known.is_of("files", r, "")) is each  # type: ignore[misc]
    assert registry.matching("v", lambda known: known.is_of("files", "0123456789abcdef", "")) is None


def test_an_input_from_before_revisions_is_known_by_its_contract(registry: Registry, folder: Path) -> None:
    write(folder / "v.py")
    old = registry.find("v")
    contract = old.contract("files").version
    write(folder / "v.py", type_="Text(max_length=5)")
    assert registry.matching("v", lambda each: each.is_of("files", None, contract)) is old


def test_what_was_edited_back_is_the_newest_again(registry: Registry, folder: Path) -> None:
    for skip in (1, 2, 1):
        write(folder / "v.py", options=f", skip={skip}")
        assert skip_of(registry) == skip


def test_a_transform_keeps_its_version_when_its_file_is_edited(registry: Registry, folder: Path) -> None:
    text = (
        "from sluice import Column, Files, Integer, Pipeline, Table\n"
        "def clean(frame):\n    return frame[frame['id'] != {!r}]\n"
        "pipeline = Pipeline('v', Files('*'), Table('v', ['id'], [Column('id', Integer(), required=True)]),"
        " transform=clean)\n"
    )
    path = folder / "v.py"
    path.write_text(text.format("x"))
    old = registry.find("v")
    path.write_text("# a line more\n\n" + text.format("y"))
    new = registry.find("v")
    versions = {old.contract("files").version, new.contract("files").version}  # only now: both from their own text
    assert len(versions) == 2
    path.write_text(text.format("x"))
    fresh = registry.find("v").pipeline
    assert Contract(fresh.flows[0].table, fresh.transform, fresh.source).version == old.contract("files").version


@pytest.mark.parametrize("way", ["from own_list import SKIP", "import own_list\nSKIP = own_list.SKIP"])
def test_a_module_of_ones_own_is_read_again_with_the_pipeline(
    registry: Registry, folder: Path, importable: Path, way: str
) -> None:
    for number in (1, 2, 3):
        (importable / "own_list.py").write_text(f"SKIP = {number}\n")
        write(folder / "v.py", options=", skip=SKIP", above=way + "\n")
        assert skip_of(registry) == number
    (importable / "own_list.py").write_text("SKIP = 4\n")
    assert skip_of(registry) == 4


def test_a_module_behind_a_module_is_read_again_too(registry: Registry, folder: Path, importable: Path) -> None:
    (importable / "own_deep.py").write_text("SKIP = 1\n")
    (importable / "own_front.py").write_text("from own_deep import SKIP\n")
    write(folder / "v.py", options=", skip=SKIP", above="from own_front import SKIP\n")
    assert skip_of(registry) == 1
    (importable / "own_deep.py").write_text("SKIP = 7\n")
    assert skip_of(registry) == 7


def test_a_module_that_a_transform_calls_is_part_of_the_revision(
    registry: Registry, folder: Path, importable: Path
) -> None:
    (importable / "own_fix.py").write_text("def fix(frame):\n    return frame\n")
    (folder / "v.py").write_text(
        "from sluice import Column, Files, Integer, Pipeline, Table\n"
        "from own_fix import fix\n"
        "def clean(frame):\n    return fix(frame)\n"
        "pipeline = Pipeline('v', Files('*'), Table('v', ['id'], [Column('id', Integer(), required=True)]),"
        " transform=clean)\n"
    )
    before = registry.find("v").revisions["files"]
    (importable / "own_fix.py").write_text("def fix(frame):\n    return frame[:0]\n")
    assert registry.find("v").revisions["files"] != before


@pytest.mark.parametrize(
    "read", ["Path(__file__).with_name('q.sql').read_text()", "next(iter(Path('{folder}/q.sql').read_bytes().split()))"]
)
def test_a_file_that_is_read_for_a_declaration_is_part_of_it(registry: Registry, folder: Path, read: str) -> None:
    above = "from pathlib import Path\nSKIP = int(" + read.format(folder=folder) + ")\n"
    (folder / "q.sql").write_text("1")
    write(folder / "v.py", options=", skip=SKIP", above=above)
    assert skip_of(registry) == 1
    (folder / "q.sql").write_text("2")
    assert skip_of(registry) == 2


def test_files_that_are_listed_for_a_declaration_are_part_of_it(registry: Registry, folder: Path) -> None:
    above = "from pathlib import Path\nSKIP = len(list(Path(__file__).with_name('sql').glob('*.sql')))\n"
    (folder / "sql").mkdir()
    write(folder / "v.py", options=", skip=SKIP", above=above)
    assert skip_of(registry) == 0
    (folder / "sql" / "a.sql").touch()
    assert skip_of(registry) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pipeline = (\n", r"v\.py:1: this is not Python: '\(' was never closed\.$"),
        ("import os\nx = \n", r"v\.py:2: this is not Python: invalid syntax\.$"),
        ("\n\nimport no_such_module_anywhere\n", r"v\.py:3: ModuleNotFoundError: No module named 'no_such_module"),
        ("pipeline = Pipelin()\n", r"v\.py:1: NameError: name 'Pipelin' is not defined\.$"),
        ("def f():\n    return 1 / 0\n\nf()\n", r"v\.py:2: ZeroDivisionError: division by zero\.$"),
        ("import sys\nsys.exit(3)\n", r"v\.py:2: SystemExit: 3\.$"),
        ("x = 1\n", r"v\.py: it declares no pipeline: it must set `pipeline = Pipeline\(\.\.\.\)`\.$"),
        ("pipeline = 5\n", r"v\.py: it declares no pipeline, and its `pipeline` is of type int:"),
        (
            'from sluice import *\nv = [Column("a", Text())]\ncalls = Pipeline("c", Files("*"), Table("c", None, v))\n',
            r"v\.py: it declares no pipeline \(`calls` is one, under another name\):",
        ),
        ("from sluice import Pipeline as pipeline\n", r"v\.py: .* its `pipeline` is the class Pipeline:"),
        ("pipeline = '\0'\n", r"v\.py"),
        ("# -*- coding: no-such -*-\n", r"v\.py"),
        ("from sluice import Text\n\nText(0)\n", r"v\.py:3: "),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line_and_the_others_work(
    registry: Registry, folder: Path, text: str, sentence: str
) -> None:
    write(folder / "w.py", name="w")
    (folder / "v.py").write_text(text)
    view = registry.view()
    assert list(view.declared) == ["w"]
    (error,) = view.broken.values()
    assert len(str(error).splitlines()) == 1
    with pytest.raises(ConfigError, match=sentence):
        registry.find("v")
    with pytest.raises(
        ConfigError, match=r"Unknown pipeline 'x'\. A file of pipelines could not be read: .*v\.py.* Known are w\."
    ):
        registry.find("x")


def test_a_mistake_in_a_module_of_ones_own_is_named_there(registry: Registry, folder: Path, importable: Path) -> None:
    (importable / "own_bad.py").write_text("\nX = 1 / 0\n")
    write(folder / "v.py", above="import own_bad\n")
    with pytest.raises(ConfigError, match=r"own_bad\.py:2: ZeroDivisionError"):
        registry.find("v")
    (importable / "own_bad.py").write_text("X = 1\n")
    assert registry.find("v").pipeline.name == "v"


def test_a_pipeline_whose_file_breaks_is_named_by_it_and_open_runs_go_on(registry: Registry, folder: Path) -> None:
    write(folder / "file.py")
    was = registry.find("v")
    (folder / "file.py").write_text("pipeline = \n")
    with pytest.raises(ConfigError, match=r"file\.py:1: this is not Python"):
        registry.find("v")
    assert registry.matching("v", lambda each: each.is_of("files", was.revisions["files"], "")) is was


def test_two_files_with_one_name_are_both_named_and_neither_is_taken(registry: Registry, folder: Path) -> None:
    for name in ("a", "b", "c"):
        write(folder / f"{name}.py")
    write(folder / "w.py", name="w")
    with pytest.raises(ConfigError, match=r"both declare the pipeline 'v': rename one"):
        registry.find("v")
    assert registry.find("w").pipeline.name == "w"


def test_a_file_that_is_reached_twice_is_one(folder: Path, tmp_path: Path) -> None:
    write(folder / "v.py")
    (tmp_path / "other").symlink_to(folder)
    assert list(Registry(lambda: [folder, folder, tmp_path / "other"]).view().declared) == ["v"]


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nowhere is not a folder"):
        Registry(lambda: [tmp_path / "nowhere"]).view()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # from Python 3.12 on: it has a second thread
def test_a_fork_while_another_thread_reads_does_not_wait_for_it(registry: Registry, folder: Path) -> None:
    write(folder / "v.py")
    taken, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with registry._lock:
            taken.set()
            let_go.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(30)
    read, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write_end, registry.find("v").pipeline.name.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read) as said:
        assert said.read() == "v"
    os.waitpid(pid, 0)
    let_go.set()
    thread.join()
