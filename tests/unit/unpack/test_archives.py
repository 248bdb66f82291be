"""zip archives: which member is taken, what is no data file, and directories that do not tell the truth."""

from __future__ import annotations

import gzip
import io
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from sluice.engine.formats.unpack import members, unpack
from sluice.errors import DataError, TransientError
from tests.unit.unpack.packed import CAPS, in_zip, refusal, unpacked, zipped

ROWS = b"id,name\n1,Ann\n"
CENTRAL = b"PK\x01\x02"
NO_MEMBER = (
    "The zip archive has no member 'c.csv'; it has 'a.csv'. A new run loads what it has: sluice run PIPELINE ARCHIVE"
)
SEVERAL = (
    "The zip archive has 2 data files; load them all by a new run: sluice run PIPELINE ARCHIVE (in an object store its "
    "name ends in .zip), or name one as ARCHIVE::MEMBER, e.g. ARCHIVE::a.csv"
)


def patched(archive: bytes, at: int, field: bytes) -> bytes:
    """An archive whose first entry in the directory says something else."""
    start = archive.index(CENTRAL) + at
    return archive[:start] + field + archive[start + len(field) :]


def test_the_only_data_file_is_taken() -> None:
    archive = zipped(
        ("calls/", b""), ("calls/rows.csv", ROWS), ("__MACOSX/calls/._rows.csv", b"x"), (".DS_Store", b"y")
    )
    assert unpacked(archive) == (ROWS, ("zip",))
    assert members(io.BytesIO(archive), CAPS) == ["calls/rows.csv"]


def test_the_names_come_in_the_archive_s_order() -> None:
    archive = zipped(("b.csv", ROWS), ("a/c.csv", ROWS), (".hidden/d.csv", ROWS), ("a/.e.csv", ROWS), ("./f.csv", ROWS))
    assert members(io.BytesIO(archive), CAPS) == ["b.csv", "a/c.csv", "./f.csv"]


def test_a_member_is_taken_by_its_name() -> None:
    archive = zipped(("a.csv", b"a\n1\n"), ("Größe 1.csv", ROWS), (".hidden.csv", b"h\n2\n"))
    assert unpacked(archive, member="Größe 1.csv")[0] == ROWS
    assert unpacked(archive, member=".hidden.csv")[0] == b"h\n2\n"


def test_names_that_lead_elsewhere_are_only_names() -> None:
    archive = zipped(("../../etc/passwd", ROWS), ("/srv/x.csv", b"x\n1\n"))
    assert members(io.BytesIO(archive), CAPS) == ["../../etc/passwd", "/srv/x.csv"]
    assert unpacked(archive, member="../../etc/passwd")[0] == ROWS


def test_several_files_need_a_name() -> None:
    error = refusal(zipped(("a.csv", ROWS), ("b.csv", ROWS)))
    assert (error.code, error.reason) == (
        "several_members",
        SEVERAL,
    )


def test_a_member_that_is_not_there_is_named_with_those_that_are() -> None:
    error = refusal(zipped(("a.csv", ROWS), ("b/", b"")), member="c.csv")
    assert (error.code, error.reason) == ("no_member", NO_MEMBER)
    assert refusal(zipped((".c", b"")), member="c.csv").reason == (
        "The zip archive has no member 'c.csv'; it has no data file."
    )
    assert refusal(zipped(("a.csv", ROWS), ("b/", b"")), member="b/").code == "no_member"
    assert refusal(gzip.compress(ROWS), member="c.csv").code == "no_member"
    assert refusal(ROWS, member="c.csv").reason == (
        "The file is not an archive, so it does not have the member 'c.csv'. A new run loads it as it is: "
        "sluice run PIPELINE FILE"
    )


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_two_members_have_is_refused() -> None:
    archive = zipped(("a.csv", ROWS), ("a.csv", b"a\n1\n"))
    assert members(io.BytesIO(archive), CAPS) == ["a.csv", "a.csv"]
    assert refusal(archive, member="a.csv").code == "duplicate_member"


@pytest.mark.parametrize("archive", [zipped(), zipped(("a/", b""), (".x", b"y"))])
def test_an_archive_without_data_files_is_refused(archive: bytes) -> None:
    assert refusal(archive).code == "empty_archive"
    assert members(io.BytesIO(archive), CAPS) == []


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("xl/workbook.xml", "an Excel workbook"),
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
        ("other.xml", "an Office file"),
    ],
)
def test_an_office_file_is_no_archive(inside: str, said: str) -> None:
    book = zipped(("[Content_Types].xml", b"<Types/>"), (inside, b"<x/>"))
    assert members(io.BytesIO(book), CAPS) == []
    error = refusal(book)
    assert error.code == "not_csv"
    assert error.reason.startswith(f"This looks like {said}, not like CSV; ")
    assert error.reason.endswith("export it as CSV." if said == "an Excel workbook" else "; export it as CSV first.")


def test_an_open_document_is_no_archive() -> None:
    sheet = zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>"))
    assert members(io.BytesIO(sheet), CAPS) == []
    assert refusal(sheet).reason.startswith("This looks like an OpenDocument file")


def test_what_is_no_zip_has_no_members() -> None:
    assert members(io.BytesIO(ROWS), CAPS) == []
    assert members(io.BytesIO(gzip.compress(in_zip(ROWS))), CAPS) == []
    assert members(io.BytesIO(), CAPS) == []


def test_an_encrypted_member_is_refused() -> None:
    assert refusal(patched(in_zip(ROWS), 8, b"\x01\0")).code == "encrypted"


@pytest.mark.parametrize(("method", "said"), [(9, "deflate64"), (14, "lzma"), (93, "method 93")])
def test_a_method_that_is_not_read_is_named(method: int, said: str) -> None:
    error = refusal(patched(in_zip(ROWS), 10, struct.pack("<H", method)))
    assert error.code == "unsupported"
    assert f"is packed by {said}; pack the archive with Deflate" in error.reason


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("size", [0, 5, 1 << 30])
def test_a_size_that_is_not_true_is_refused(how: int, size: int) -> None:
    archive = in_zip(ROWS * 1000, how)
    assert refusal(patched(archive, 24, struct.pack("<I", size))).code == "corrupt"
    assert refusal(patched(archive, 20, struct.pack("<I", size))).code in {"corrupt", "truncated"}


def test_a_checksum_that_is_not_true_is_refused() -> None:
    assert refusal(patched(in_zip(ROWS), 16, b"\0\0\0\0")).reason == (
        "The zip data is broken at about unpacked byte 14 (it does not agree with the archive's directory). "
        "Nothing of it is loaded; pack or copy the file again."
    )


def test_a_member_that_is_elsewhere_is_refused() -> None:
    for offset in (1, 40, 1 << 20):
        assert refusal(patched(in_zip(ROWS), 42, struct.pack("<I", offset))).code == "corrupt"


def test_a_directory_that_would_fill_the_memory_is_refused() -> None:
    size = 9 << 20
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, size, 4, 0)
    archive = b"PK\x03\x04" + bytes(size) + end
    assert refusal(archive).code == "too_large"
    with pytest.raises(DataError, match="split the archive"):
        members(io.BytesIO(archive), CAPS)


def test_a_broken_archive_has_no_members_either() -> None:
    with pytest.raises(DataError, match="its directory, which is at its end, is missing"):
        members(io.BytesIO(in_zip(ROWS)[:-30]), CAPS)
    with pytest.raises(DataError, match="directory is broken"):
        members(io.BytesIO(patched(in_zip(ROWS), 0, b"XXXX")), CAPS)


def test_an_archive_with_something_before_its_end_is_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.csv", ROWS)
        archive.comment = b"made by hand" * 100
    assert unpacked(stream.getvalue())[0] == ROWS


class Unseekable(io.BytesIO):
    """Written to like a pipe: sizes and checksums follow the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, _offset: int, _whence: int = 0, /) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def test_an_archive_that_came_from_a_pipe_is_read() -> None:
    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        member.write(ROWS)
    assert unpacked(stream.getvalue())[0] == ROWS


def test_a_large_archive_format_is_read() -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w", force_zip64=True) as member,
    ):
        member.write(ROWS)
    assert unpacked(stream.getvalue())[0] == ROWS


def test_an_archive_in_an_archive_may_hold_one_file() -> None:
    assert unpacked(zipped(("inner.zip", in_zip(ROWS)))) == (ROWS, ("zip", "zip"))
    several = zipped(("a.csv", ROWS), ("b.csv", ROWS))
    assert refusal(zipped(("inner.zip", several))).reason == (
        "The zip archive has 2 data files; it is inside another one: unpack that one first."
    )
    assert refusal(gzip.compress(several)).reason == (
        "The zip archive has 2 data files; unpack the gzip that it is in, or name one as ARCHIVE::MEMBER, e.g. "
        "ARCHIVE::a.csv"
    )
    assert unpacked(zipped(("x.zip", in_zip(ROWS)), ("y", b"")), member="x.zip")[0] == ROWS


def test_an_archive_in_a_packing_is_read() -> None:
    several = zipped(("a.csv", ROWS), ("b.csv", b"b\n1\n"))
    assert unpacked(gzip.compress(several), member="b.csv") == (b"b\n1\n", ("gzip", "zip"))
    file = io.BytesIO(gzip.compress(in_zip(ROWS)))
    unpack(file, caps=CAPS).stream.close()
    assert not file.closed


def test_a_full_disk_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda prefix: Path("/dev/full").open("r+b", buffering=0))  # noqa: ARG005, SIM115
    with pytest.raises(TransientError, match=r"No space to unpack .* No space left on device"):
        unpack(io.BytesIO(gzip.compress(in_zip(ROWS))), caps=CAPS)
