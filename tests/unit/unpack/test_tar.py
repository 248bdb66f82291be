"""tar archives: their members, and what no archive of data has."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from sluice.engine.formats.unpack import Caps, members
from sluice.engine.storage.address import split_member
from sluice.errors import DataError
from tests.unit.unpack.packed import CAPS, in_zip, refusal, unpacked, zstd

ROWS = b"id,name\n1,Ann\n"
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def tarred(*files: tuple[str, bytes], how: int = tarfile.PAX_FORMAT, **facts: Any) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=how) as opened:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for fact, value in facts.items():
                setattr(entry, fact, value)
            opened.addfile(entry, io.BytesIO(data))
    return archive.getvalue()


@pytest.mark.parametrize("how", FORMATS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd])
def test_members_are_listed_and_read(how: int, pack: Callable[[bytes], bytes]) -> None:
    long = "a/" * 40 + "b" * 90 + ".csv"
    archive = pack(tarred(("./a.csv", ROWS), ("._a.csv", b"x"), (long, ROWS * 40_000), (".hidden", b""), how=how))
    assert members(io.BytesIO(archive), CAPS) == ["./a.csv", long]
    assert unpacked(archive, member=long)[0] == ROWS * 40_000
    assert unpacked(archive, member="./a.csv")[0] == ROWS
    assert refusal(archive).code == "several_members"
    assert refusal(archive, member="c.csv").code == "no_member"


def test_the_only_data_file_is_taken_and_layers_are_named() -> None:
    archive = gzip.compress(tarred(("a.csv.gz", gzip.compress(ROWS)), (".README", b"")))
    assert unpacked(archive) == (ROWS, ("gzip", "tar", "gzip"))
    assert unpacked(in_zip(tarred(("a.csv", ROWS)))) == (ROWS, ("zip", "tar"))
    assert refusal(tarred((".x", b""))).code == "empty_archive"


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "is a link"),
        ({"type": tarfile.LNKTYPE, "linkname": "a.csv"}, "is a link"),
        ({"type": tarfile.CHRTYPE}, "is a device or another special file"),
        ({"type": tarfile.FIFOTYPE}, "is a device or another special file"),
        ({"name": "/etc/passwd"}, "has a name that leads out of the archive"),
        ({"name": "a/../../b.csv"}, "has a name that leads out of the archive"),
        ({"name": "C:\\b.csv"}, "has a name that leads out of the archive"),
        ({"name": "b\udcff.csv"}, "has a name that is not UTF-8"),
    ],
)
def test_an_archive_with_what_is_no_data_is_refused_whichever_member_is_wanted(
    facts: dict[str, Any], what: str
) -> None:
    bad = tarred(("b.csv", b""), how=tarfile.GNU_FORMAT, **facts)
    archive = tarred(("a.csv", ROWS))[:1024] + bad
    for wanted in ({"member": "a.csv"}, {}):
        error = refusal(archive, **wanted)
        assert error.code == "unsafe_archive"
        assert what in error.reason
    with pytest.raises(DataError, match="tar archive"):
        members(io.BytesIO(archive), CAPS)


def test_two_members_of_one_name_are_refused() -> None:
    archive = tarred(("a.csv", ROWS), ("b.csv", ROWS), ("a.csv", b"id,name\n2,Bob\n"))
    assert refusal(archive, member="b.csv").code == "duplicate_member"
    assert refusal(archive).code == "duplicate_member"


def test_an_archive_that_ends_early_or_is_broken_is_refused() -> None:
    archive = tarred(("a.csv", ROWS * 100), ("b.csv", ROWS))
    end = archive.index(b"b.csv")
    for cut in (600, 1500, end, end + 100, end + 512, end + 520):
        assert refusal(archive[:cut], member="a.csv").code == "truncated", cut
    broken = archive[:end] + b"x" + archive[end + 1 :]
    assert refusal(broken, member="a.csv").code == "corrupt"


def test_bombs_are_refused() -> None:
    small = Caps(max_bytes=1 << 20, max_ratio=200)
    archive = gzip.compress(tarred(("a.csv", ROWS), ("b.csv", bytes(8 << 20))))
    assert refusal(archive, member="a.csv", caps=small).code in ("too_large", "too_compressed")
    with pytest.raises(DataError):
        members(io.BytesIO(archive), small)
    huge = bytearray(tarred(("a" * 200 + ".csv", ROWS), how=tarfile.GNU_FORMAT))
    huge[124:136] = b"77777777777\0"  # the size of the header that has the long name
    huge[148:156] = b"        "
    huge[148:156] = b"%06o\0 " % sum(huge[:512])
    assert refusal(bytes(huge)).code == "too_large"


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tgz", ".tar.zst", ".ZIP"])
def test_in_an_object_store_the_name_says_what_an_archive_is(ending: str) -> None:
    assert split_member(f"s3://bucket/a{ending}::b/c.csv") == (f"s3://bucket/a{ending}", "b/c.csv")
