"""Each data file of a tar archive is an input; an archive with anything else is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.sources.files.resolve import resolve
from tests.kit.in_process import InProcess
from tests.unit.unpack.test_tar import tarred

TABLE = Table("people", ["id"], [Column("id", Integer(), required=True), Column("name", Text())])


@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
def test_each_member_is_an_input_with_books_of_its_own(engine: InProcess, tmp_path: Path, ending: str) -> None:
    archive = tarred(("a.csv", b"id,name\n1,Ann\n"), ("b/c.csv", b"id,name\n2,Bob\n3,Cid\nx,y\n"))
    path = tmp_path / f"people{ending}"
    path.write_bytes(gzip.compress(archive) if ending.endswith("gz") else archive)
    engine.use(Pipeline("people", Files("*"), TABLE))
    status = engine.finish(engine.register(*resolve([path], ["*"])))
    books = [(each["uri"].partition("::")[2], each["loaded"], each["rejected"]) for each in status["inputs"]]
    assert sorted(books) == [("a.csv", 1, 0), ("b/c.csv", 2, 1)]
    assert engine.sql("select id, name, _line from people order by id") == [(1, "Ann", 2), (2, "Bob", 2), (3, "Cid", 3)]


def test_an_archive_with_a_link_is_refused_as_a_whole(engine: InProcess, tmp_path: Path) -> None:
    link = tarred(("b.csv", b""), type=b"2", linkname="/etc/passwd")
    path = tmp_path / "people.tar"
    path.write_bytes(tarred(("a.csv", b"id,name\n1,Ann\n"))[:1024] + link)
    engine.use(Pipeline("people", Files("*"), TABLE))
    status = engine.finish(engine.register(*resolve([path], ["*"])))
    (refused,) = status["inputs"]
    assert (refused["state"], refused["error_code"]) == ("failed", "unsafe_archive")
    assert engine.sql("select count(*) from people") == [(0,)]
