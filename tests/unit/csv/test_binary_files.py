"""Files that are not text are refused with what they are, or with their first bytes, whatever they are packed in."""

from __future__ import annotations

import gzip
import pickle
import random
import re
import sqlite3
import struct
from pathlib import Path

import pytest

from sluice import Column, Files, Integer, Table, Text
from sluice.engine.formats.known import plan_text
from sluice.engine.sources.files.opening import opened
from sluice.errors import DataError

TABLE = Table("t", key=("id",), columns=[Column("id", Integer(), required=True), Column("note", Text())])
NOISE = random.Random(1).randbytes(3000)
BINARY = (
    "The file looks like binary data, not like text: it begins with the bytes {}. Export it as CSV, JSON lines or "
    "Parquet; if it is text in UTF-16, declare that: Files(..., encoding='utf-16')."
)
KNOWN = {
    "a PNG image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "a JPEG image": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1",
    "a GIF image": b"GIF89a\1\0\1\0\x80\0\0",
    "a WebP image": b"RIFF\x24\0\0\0WEBPVP8 ",
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "an old Excel or Word file, or one with a password": bytes.fromhex("d0cf11e0a1b11ae1"),
    "an SQLite database": b"SQLite format 3\0\x10\0\1\1",
    "ORC": b"ORC\n\3\0\0",
    "Avro": b"Obj\1\4\x14avro.codec",
    "HDF5": b"\x89HDF\r\n\x1a\n\0",
    "a dump of pg_dump": b"PGDMP\1\x0e\0\4\x08",
    "binary COPY of PostgreSQL": b"PGCOPY\n\xff\r\n\0",
    "a 7z archive": b"7z\xbc\xaf'\x1c\0\4",
    "a RAR archive": b"Rar!\x1a\7\0",
    "an LZ4 archive": b"\x04\x22\x4d\x18\x64\x40",
    "a program": b"\x7fELF\2\1\1" + bytes(9),
}


def refusal(path: Path, content: bytes, source: Files | None = None) -> tuple[str, str]:
    """Code and reason with which a file is refused when it is planned."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught, opened(str(path), source or Files("*"), TABLE) as text:
        plan_text(text.stream, text.head, text.source, lambda _: None, ("id", "note"))
    return caught.value.code, caught.value.reason


@pytest.mark.parametrize("encoding", [None, "cp1252", "latin-1"])
@pytest.mark.parametrize("kind", KNOWN)
def test_a_known_kind_is_named_also_where_an_encoding_is_declared(
    tmp_path: Path, kind: str, encoding: str | None
) -> None:
    code, reason = refusal(tmp_path / "x.csv", KNOWN[kind] + NOISE, Files("*", encoding=encoding))
    assert code == "not_csv"
    assert reason.startswith(f"This looks like {kind}, not like CSV; ")


UNKNOWN = {
    "noise": NOISE,
    "zeros": bytes(3000),
    "a pickle": pickle.dumps({"a": [1, 2.5, "x"] * 50}, protocol=4),
    "counters": bytes(range(256)) * 8,
    "floats": b"".join(struct.pack("<d", n / 7) for n in range(500)),
    "UTF-16 without a mark": "\u0438\u043c\u044f,\u0433\u043e\u0434\n\u0430,1\n".encode("utf-16-le") * 20,
}


@pytest.mark.parametrize("encoding", [None, "cp1252"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("kind", UNKNOWN)
def test_others_are_called_binary_with_the_first_bytes_of_the_file(
    tmp_path: Path, kind: str, pack: type[bytes], encoding: str | None
) -> None:
    content = UNKNOWN[kind]
    found = refusal(tmp_path / "x.csv", pack(content), Files("*", encoding=encoding))
    assert found == ("not_csv", BINARY.format(content[:8].hex(" ").upper()))


def test_any_noise_is_called_binary(tmp_path: Path) -> None:
    for seed in range(200):
        code, reason = refusal(tmp_path / "x.csv", b"\x80" + random.Random(seed).randbytes(2000))
        assert (code, "binary data" in reason or "looks like" in reason) == ("not_csv", True), seed


def test_a_real_database_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "t.db") as database:
        database.execute("create table t (a)")
    database.close()
    reason = refusal(tmp_path / "x.csv", (tmp_path / "t.db").read_bytes())[1]
    assert reason == "This looks like an SQLite database, not like CSV; export it as CSV first."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            "n\u00e4me,id\n1,2\n".encode("latin-1"),
            (
                "Byte 2 of the header, 0xE4, is not UTF-8; save the file as CSV UTF-8, or declare its encoding: "
                "Files(..., encoding='cp1252'). It reads 'n\\xe4me,id'."
            ),
        ),
        (
            b"id,no\x01te\n1,a\n",
            "The header holds the control character 0x01: this is not a CSV file. It reads 'id,no\\x01te'.",
        ),
        (
            b"id,no\0te\n" + b"1,a\n" * 200,
            "The header holds the control character 0x00: this is not a CSV file. It reads 'id,no\\x00te'.",
        ),
    ],
)
def test_text_with_a_wrong_byte_is_not_called_binary_and_is_shown_without_doubled_backslashes(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    assert refusal(tmp_path / "x.csv", content) == ("not_csv", reason)


LETTERS = [
    b"GIF89b,1", b"GIF89a,1", b"ORC,1", b"ORC", b"ORC\t1", b"Obj,1", b"PGDMP,1", b"PGCOPY,1", b"PGCOPY", b"MZ,1",
    b"Rar!,1", b"RIFF,1", b"RIFF,ab,WEBP", b"7z,1", b"ARROW1,1", b"n," + b"x" * 255 + b"ustar",
]  # fmt: skip


@pytest.mark.parametrize("line", LETTERS)
def test_text_that_begins_like_one_of_them_is_text(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(line + b"\n" + line + b"\n")
    with opened(str(tmp_path / "x.csv"), Files("*"), TABLE) as text:
        plan = plan_text(text.stream, text.head, text.source, lambda _: None, ("id", "note"))
    assert plan.dialect.header[0] == re.split(rb"[,\t]", line)[0].decode()


def test_text_in_utf_16_that_begins_with_the_bytes_of_an_archive_is_text(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("\u9d1f,id\n1,2\n".encode("utf-16-le"))
    with opened(str(tmp_path / "x.csv"), Files("*", encoding="utf-16-le"), TABLE) as text:
        plan = plan_text(text.stream, text.head, text.source, lambda _: None, ("id", "note"))
    assert plan.dialect.header == ("\u9d1f", "id")
