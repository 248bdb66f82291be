"""What Sluice makes is for its user alone, whatever the umask; and what everybody may write to is not executed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.formats.text.header import masked
from sluice.engine.sources.landing import drafting
from sluice.errors import ConfigError
from sluice.pipelines import broken, find
from sluice.private import own_folder, private_file, private_folder

PIPELINE = """
from sluice import Column, Files, Integer, Pipeline, Table
{imports}
ID = Column("id", Integer(), required=True)
pipeline = Pipeline("mine", Files("*.csv"), Table("mine", key=("id",), columns=[ID]))
"""


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


@pytest.fixture(autouse=True)
def own_settings() -> Iterator[None]:
    """No later test gets settings that are read here: this ends after `monkeypatch`."""
    yield
    settings.cache_clear()


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277], ids=lambda umask: f"umask {umask:03o}")
def umask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """After the test's folder is made: pytest would make its folders by this umask, for later tests too."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_folders_and_files_are_for_their_user_alone(tmp_path: Path) -> None:
    private_folder(tmp_path / "a" / "b")
    assert mode(tmp_path / "a" / "b") == "700"
    assert mode(tmp_path / "a") in ("700", "711")  # PostgreSQL enters it where root has started it
    for name, how in (("log", "ab"), ("log", "ab"), ("draft", "xb")):
        with private_file(tmp_path / "a" / "b" / name, how) as file:
            file.write(b"line\n")
        assert mode(tmp_path / "a" / "b" / name) == "600"
    assert (tmp_path / "a" / "b" / "log").read_bytes() == b"line\nline\n"


@pytest.mark.usefixtures("umask")
def test_the_landing_and_its_copies_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    with drafting() as draft:
        draft.write(b"secret")
        kept = Path(draft.keep("copy"))
    assert (mode(kept), mode(kept.parent)) == ("600", "700")


def test_a_landing_that_others_made_keeps_its_mode_and_its_group_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_LANDING", str(tmp_path))
    settings.cache_clear()
    for of_folder, of_file in ((0o755, "600"), (0o2770, "640"), (0o775, "640")):
        tmp_path.chmod(of_folder)
        with drafting() as draft:
            kept = Path(draft.keep(of_file))
        assert (mode(kept), mode(tmp_path)) == (of_file, f"{of_folder:o}")
    tmp_path.chmod(0o700)


def test_a_folder_of_an_earlier_version_becomes_private(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir(mode=0o755)
    own_folder(folder)
    assert mode(folder) == "700"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of pipelines, which has one."""
    made = tmp_path / "above" / "pipelines"
    made.mkdir(parents=True)
    (made / "mine.py").write_text(PIPELINE.format(imports=""))
    monkeypatch.setenv("SLUICE_PIPELINES", str(made))
    settings.cache_clear()
    yield made
    monkeypatch.undo()
    settings.cache_clear()


def test_a_folder_that_others_cannot_write_to_is_read(folder: Path) -> None:
    folder.chmod(0o775)
    folder.parent.chmod(0o1777)  # as /tmp
    assert find("mine").name == "mine"


OPEN: dict[str, Callable[[Path], Path]] = {
    "the folder": lambda folder: folder,
    "the folder above it": lambda folder: folder.parent,
}


@pytest.mark.parametrize("chosen", OPEN.values(), ids=OPEN.keys())
def test_a_folder_that_everybody_may_write_to_is_refused(folder: Path, chosen: Callable[[Path], Path]) -> None:
    chosen(folder).chmod(0o777)
    with pytest.raises(ConfigError, match="every user of this machine may write to") as caught:
        find("mine")
    assert f"chmod o-w {chosen(folder)}" in str(caught.value)
    chosen(folder).chmod(0o755)
    assert find("mine").name == "mine"


def test_a_sticky_bit_does_not_protect_from_new_files(folder: Path) -> None:
    folder.chmod(0o1777)
    with pytest.raises(ConfigError, match="chmod o-w"):
        find("mine")


def test_a_link_is_refused_by_the_folder_that_it_leads_to(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "link"))
    settings.cache_clear()
    assert find("mine").name == "mine"
    folder.parent.chmod(0o777)
    with pytest.raises(ConfigError, match=f"chmod o-w {folder.parent}"):
        find("mine")


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that everybody may write to, with a pipeline's file and folder that only its user may write to."""
    made = tmp_path / "shared"
    (made / "whole").mkdir(parents=True)
    (made / "code.py").write_text(PIPELINE.format(imports=""))
    (made / "whole" / "__init__.py").write_text(PIPELINE.format(imports="").replace('"mine"', '"whole"'))
    made.chmod(0o777)
    return made


LINKS = {"mine.py": "code.py", "whole": "whole", "_units.py": "code.py"}


def linked(folder: Path, shared: Path, name: str) -> str:
    """Put a link to a file or folder in `shared` into the folder of pipelines. Returns the name of its pipeline."""
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(shared / LINKS[name])
    return "whole" if name == "whole" else "mine"


@pytest.mark.parametrize("name", LINKS)
def test_a_linked_file_is_refused_by_the_folder_that_it_leads_to(folder: Path, shared: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"chmod o-w {shared}"):
        find(linked(folder, shared, name))


@pytest.mark.parametrize("name", LINKS)
def test_a_sticky_bit_protects_a_linked_file(folder: Path, shared: Path, name: str) -> None:
    shared.chmod(0o1777)  # as /tmp
    wanted = linked(folder, shared, name)
    assert find(wanted).name == wanted


def test_a_link_is_refused_by_the_folder_of_a_link_on_its_way(
    folder: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shared / "second").symlink_to(folder)
    (tmp_path / "first").symlink_to(shared / "second")
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "first"))
    settings.cache_clear()
    with pytest.raises(ConfigError, match=f"chmod o-w {shared}"):
        find("mine")


def test_a_file_that_everybody_may_write_to_is_refused_and_others_are_read(folder: Path) -> None:
    other = PIPELINE.format(imports="").replace('"mine"', '"other"')
    (folder / "other.py").write_text(other)
    (folder / "mine.py").chmod(0o666)
    assert find("other").name == "other"
    assert [f"chmod o-w {folder / 'mine.py'}" in sentence for sentence in broken()] == [True]


def test_a_module_that_a_pipeline_imports_is_looked_at_too(folder: Path) -> None:
    (folder / "_units.py").write_text("ONE = 1\n")
    (folder / "mine.py").write_text(PIPELINE.format(imports="from ._units import ONE"))
    (folder / "_units.py").chmod(0o606)
    with pytest.raises(ConfigError, match=f"chmod o-w {folder / '_units.py'}"):
        find("mine")


@pytest.mark.parametrize("name", ["__init__.py", "units.py", "."])
def test_a_pipeline_that_is_a_folder_is_looked_at_whole(folder: Path, name: str) -> None:
    own = folder / "whole"
    own.mkdir()
    (own / "units.py").write_text("ONE = 1\n")
    (own / "__init__.py").write_text(PIPELINE.format(imports="from .units import ONE").replace('"mine"', '"whole"'))
    assert find("whole").name == "whole"
    (own / name).chmod(0o777)
    (own / "units.py").write_text("ONE = 2\n")
    with pytest.raises(ConfigError, match=f"chmod o-w {(own / name)}"):
        find("whole")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("0712345987", "********87"),
        ("+254 (712) 345-987", "+" + "*" * 15 + "87"),
        ("card 4111.1111.1111.1111!", "card " + "*" * 17 + "11!"),
        ("call_date", "call_date"),
        ("2024-01", "2024-01"),
        ("total 123456", "total 123456"),
    ],
)
def test_a_number_in_a_header_is_not_shown_whole(name: str, shown: str) -> None:
    assert masked(name) == shown
