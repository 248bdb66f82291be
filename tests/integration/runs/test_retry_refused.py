"""`sluice retry` of a run whose files were refused: those are read again of which file or declaration has changed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.ledger.inputs.refused import SourceVersion
from sluice.engine.ledger.runs import Run, retry
from tests.kit.in_process import InProcess

GOOD = "id,value\n1,a\n2,b\n"
REFUSED = {
    "a wrong header": ("missing_header", b"key,val\n1,a\n"),
    "no CSV": ("not_csv", b"\x89PNG\r\n\x1a\n1234567890"),
    "no byte": ("empty_file", b""),
    "no row": ("header_only", b"id,value\n"),
    "half a packing": ("truncated", b"\x1f\x8b\x08\0\0\0\0\0\0\3"),
}


def _pipeline(source: str = "id") -> Pipeline:
    columns = [Column("id", Integer(), header=source, required=True), Column("value", Text())]
    return Pipeline("letters", Files("*.csv"), Table("letters", key=("id",), columns=columns))


def _retry(engine: InProcess, run: Run) -> int:
    now = {source: SourceVersion(contract.version, None) for source, contract in engine.contracts.items()}
    revived = retry(run.id, declared_now=lambda _: now)
    engine.sql("update sluice.step set due_at = clock_timestamp() - interval '1 s' where state = 'due'")
    return revived


def _states(status: dict[str, Any]) -> list[tuple[str, str | None, int]]:
    return [(each["state"], each["error_code"], each["loaded"]) for each in status["inputs"]]


@pytest.mark.parametrize("what", REFUSED)
def test_a_corrected_file_is_read_again_and_an_unchanged_one_is_not(
    engine: InProcess, tmp_path: Path, what: str
) -> None:
    code, content = REFUSED[what]
    engine.use(_pipeline())
    good, bad = tmp_path / "0.csv", tmp_path / "1.csv"
    good.write_text("id,value\n9,z\n")
    bad.write_bytes(content)
    run = engine.register(good, bad)
    assert _states(engine.finish(run)) == [("done", None, 1), ("failed", code, 0)]
    assert _retry(engine, run) == 0
    assert _states(run.status().json()) == [("done", None, 1), ("failed", code, 0)]
    bad.write_text(GOOD)
    assert _retry(engine, run) == 1
    status = engine.finish(run)
    assert (status["state"], _states(status)) == ("done", [("done", None, 1), ("done", None, 2)])
    assert (status["read"], status["loaded"], status["inputs_left"]) == (3, 3, 0)
    assert engine.sql("select id, value from letters order by id") == [(1, "a"), (2, "b"), (9, "z")]


def test_a_corrected_declaration_reads_the_same_file_again(engine: InProcess, tmp_path: Path) -> None:
    engine.use(_pipeline())
    path = tmp_path / "a.csv"
    path.write_text("key,value\n1,a\n")
    run = engine.register(path)
    assert _states(engine.finish(run)) == [("failed", "missing_header", 0)]
    engine.use(_pipeline(source="key"))
    assert _retry(engine, run) == 1
    assert _states(engine.finish(run)) == [("done", None, 1)]


def test_a_file_that_is_corrected_wrongly_is_refused_again_and_may_be_tried_again(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(_pipeline())
    path = tmp_path / "a.csv"
    path.write_text("key,value\n1,a\n")
    run = engine.register(path)
    engine.finish(run)
    path.write_text("ID NUMBER,value\n1,a\n")
    assert _retry(engine, run) == 1
    assert _states(engine.finish(run)) == [("failed", "missing_header", 0)]
    assert _retry(engine, run) == 0
    path.write_text(GOOD)
    assert _retry(engine, run) == 1
    assert _states(engine.finish(run)) == [("done", None, 2)]


def test_content_that_another_run_has_loaded_meanwhile_has_nothing_to_do(engine: InProcess, tmp_path: Path) -> None:
    engine.use(_pipeline())
    path = tmp_path / "a.csv"
    path.write_text("key,value\n1,a\n")
    run = engine.register(path)
    engine.finish(run)
    path.write_text(GOOD)
    engine.finish(engine.register(path))
    assert _retry(engine, run) == 1
    assert _states(engine.finish(run)) == [("already_loaded", None, 0)]
    assert engine.sql("select count(*) from letters") == [(2,)]


def _zipped(*members: tuple[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


A_B = _zipped(("a.csv", GOOD), ("b.csv", "id,value\n3,c\n"))


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("truncated", A_B[:60]),
        ("empty_archive", _zipped((".hidden", "x"))),
        ("not_csv", b"\x89PNG\r\n\x1a\n1234567890"),
        ("corrupt", _zipped(("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>"))),
    ],
    ids=["a broken one", "one without data", "no archive", "a broken workbook"],
)
def test_an_archive_that_is_corrected_to_several_members_is_loaded_by_a_new_run_which_it_says(
    engine: InProcess, tmp_path: Path, code: str, refused: bytes
) -> None:
    engine.use(_pipeline())
    path = tmp_path / "letters.zip"
    path.write_bytes(refused)
    run = engine.register(path)
    assert _states(engine.finish(run)) == [("failed", code, 0)]
    path.write_bytes(A_B)
    assert _retry(engine, run) == 1
    status = engine.finish(run)
    assert _states(status) == [("failed", "several_members", 0)]
    assert "load them all by a new run: sluice run PIPELINE ARCHIVE" in status["inputs"][0]["error"]
    assert _retry(engine, run) == 0
    new = engine.finish(engine.register(path))
    assert [each["uri"].rpartition("/")[2] for each in new["inputs"]] == ["letters.zip::a.csv", "letters.zip::b.csv"]
    assert _states(new) == [("done", None, 2), ("done", None, 1)]
    assert engine.sql("select id, value from letters order by id") == [(1, "a"), (2, "b"), (3, "c")]


def test_an_archive_that_is_corrected_to_one_member_is_loaded(engine: InProcess, tmp_path: Path) -> None:
    engine.use(_pipeline())
    path = tmp_path / "letters.zip"
    path.write_bytes(A_B[:60])
    run = engine.register(path)
    engine.finish(run)
    path.write_bytes(_zipped(("a.csv", GOOD)))
    assert _retry(engine, run) == 1
    assert _states(engine.finish(run)) == [("done", None, 2)]


def test_a_member_that_is_called_otherwise_after_the_correction_is_refused_with_those_there_are(
    engine: InProcess, tmp_path: Path
) -> None:
    engine.use(_pipeline())
    path = tmp_path / "letters.zip"
    path.write_bytes(_zipped(("a.csv", "key\n1\n"), ("b.csv", "id,value\n3,c\n")))
    run = engine.register(path)
    assert _states(engine.finish(run)) == [("failed", "missing_header", 0), ("done", None, 1)]
    path.write_bytes(_zipped(("new.csv", GOOD), ("b.csv", "id,value\n3,c\n")))
    assert _retry(engine, run) == 1
    status = engine.finish(run)
    assert _states(status) == [("failed", "no_member", 0), ("done", None, 1)]
    assert status["inputs"][0]["error"] == (
        "The zip archive has no member 'a.csv'; it has 'new.csv', 'b.csv'. A new run loads what it has: "
        "sluice run PIPELINE ARCHIVE"
    )
