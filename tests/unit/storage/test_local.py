"""Local files: what is opened and what is refused, ranges, stamps, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sluice.engine.storage import exists, listed, open_input, put, read_blocks, read_range, remove, stamp
from sluice.errors import DataError, NotHere, TransientError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a b%.csv"
    path.write_bytes(b"0123456789")
    return path


def test_a_file_is_opened_and_read_from_anywhere(file: Path) -> None:
    for uri in (str(file), f"file://{file}".replace("%", "%25").replace(" ", "%20"), f"{file}::member.csv"):
        with open_input(uri) as stream:
            assert stream.read(3) == b"012"
            stream.seek(-2, os.SEEK_END)
            assert stream.read() == b"89"


def test_a_range_comes_with_the_size_now_and_ends_with_the_file(file: Path) -> None:
    assert read_range(str(file), 2, 3) == (b"234", 10)
    assert read_range(str(file), 8, 100) == (b"89", 10)
    assert read_range(str(file), 50, 5) == (b"", 10)
    assert read_range(str(file), 0, 0) == (b"", 10)
    assert list(read_blocks(str(file), 1, 5, block=2)) == [b"12", b"34", b"5"]
    assert list(read_blocks(str(file), 8, 5)) == [b"89"]


def test_what_is_no_regular_file_is_refused(tmp_path: Path, file: Path) -> None:
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(file)
    os.mkfifo(pipe)
    with pytest.raises(DataError, match="is a symbolic link: give the file itself"):
        open_input(str(link))
    for path in (pipe, tmp_path):
        with pytest.raises(DataError, match="is not a regular file") as e:
            read_range(str(path), 0, 1)
        assert e.value.code == "not_a_file"


def test_what_is_not_there_is_not_here(tmp_path: Path) -> None:
    uri = str(tmp_path / "gone.csv")
    for ask in (open_input, stamp, lambda each: read_range(each, 0, 1), lambda each: list(read_blocks(each, 0, 1))):
        with pytest.raises(NotHere, match=rf"^{uri}: No such file or directory\. Is it moved"):
            ask(uri)
    assert not exists(uri)
    remove(uri)


def test_a_file_is_there_until_it_is_removed(file: Path) -> None:
    assert exists(str(file))
    assert not exists(str(file.parent))
    remove(str(file))
    assert not exists(str(file))


def test_any_change_of_a_file_changes_its_stamp(file: Path) -> None:
    first = stamp(str(file))
    assert stamp(str(file)) == first
    file.write_bytes(b"longer than before")
    second = stamp(str(file))
    os.utime(file, ns=(0, 12345))
    third = stamp(str(file))
    other = file.with_name("other")
    other.write_bytes(file.read_bytes())
    os.utime(other, ns=(0, 12345))
    other.replace(file)
    assert len({first, second, third, stamp(str(file))}) == 4


def test_a_file_is_put_in_its_place_and_folders_are_made(tmp_path: Path, file: Path) -> None:
    target = tmp_path / "new" / "folder" / "x"
    put(file, str(target))
    assert target.read_bytes() == b"0123456789"
    assert not file.exists()


def test_a_file_from_another_device_is_copied_beside_its_place_first(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def across(self: Path, target: Path) -> Path:
        if self == file:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        assert self.parent == target.parent
        assert self.read_bytes() == b"0123456789"
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", across)
    target = tmp_path / "landing" / "x"
    put(file, str(target))
    assert target.read_bytes() == b"0123456789"
    assert [path.name for path in target.parent.iterdir()] == ["x"]
    assert not file.exists()


def test_a_full_disk_is_waited_for(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(TransientError, match="the disk is full"):
        put(file, str(tmp_path / "x"))
    assert file.exists()


def test_a_listing_has_the_regular_files_of_a_folder_with_their_times(tmp_path: Path, file: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.csv").write_bytes(b"")
    (tmp_path / "link").symlink_to(file)
    (tmp_path / ".c.part").write_bytes(b"")
    os.utime(file, (86_400, 86_400))
    found = dict(listed(str(tmp_path)))
    assert sorted(found) == [str(tmp_path / ".c.part"), str(file)]
    assert found[str(file)] == datetime(1970, 1, 2, tzinfo=UTC)
    assert list(listed(str(tmp_path / "gone"))) == []
