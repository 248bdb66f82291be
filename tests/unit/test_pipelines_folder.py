"""A folder of pipelines of one's own: a private package, whose files shadow nothing and may import each other."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.declare import Pipeline
from sluice.engine.rows.contract import Contract
from sluice.errors import ConfigError
from sluice.pipelines import all_pipelines, find

DECLARED = """
from sluice import Column, Files, Integer, Pipeline, Table, Text, at_most
{imports}
pipeline = Pipeline(
    "{name}",
    Files("{name}/*.csv"),
    Table("{name}", key=("id",), columns=[Column("id", Integer(), required=True, check=at_most({most}))]),
)
"""
Use = Callable[..., None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Read the pipelines of these folders anew."""

    def read(*folders: Path) -> None:
        monkeypatch.setenv("SLUICE_PIPELINES", ":".join(map(str, folders)))
        settings.cache_clear()

    yield read
    monkeypatch.undo()
    settings.cache_clear()


def write(path: Path, name: str, imports: str = "", most: str = "9") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(DECLARED.format(name=name, imports=imports, most=most))


def most(pipeline: Pipeline) -> str:
    """The limit that the pipeline's only column has."""
    return repr(pipeline.flows[0].table.columns[0].check)


@pytest.mark.parametrize("name", ["json", "tasks", "workers", "types", "csv", "celery", "sluice", "call_logs", "redis"])
def test_a_pipeline_file_may_have_any_name_and_shadows_nothing(use: Use, tmp_path: Path, name: str) -> None:
    before = sys.modules.get(name)
    write(tmp_path / f"{name}.py", "mine")
    use(tmp_path)
    assert find("mine").name == "mine"
    assert sys.modules.get(name) is before
    assert str(tmp_path) not in sys.path
    assert importlib.import_module("json").loads("[1]") == [1]


@pytest.mark.parametrize("stem", ["2024-sales", "sales.v2", "ventas año", "class", "import"])
def test_a_pipeline_file_need_not_be_called_like_a_module(use: Use, tmp_path: Path, stem: str) -> None:
    write(tmp_path / f"{stem}.py", "mine", imports="from ._limits import MOST", most="MOST")
    (tmp_path / "_limits.py").write_text("MOST = 5\n")
    use(tmp_path)
    assert most(find("mine")) == "AtMost(bound=5)"


@pytest.mark.parametrize(
    ("imports", "limit"),
    [
        ("from ._limits import MOST", "MOST"),
        ("from . import _limits", "_limits.MOST"),
        ("from .lib.limits import MOST", "MOST"),
        ("from .lib import limits", "limits.MOST"),
    ],
)
def test_a_pipeline_file_may_import_what_is_beside_it(use: Use, tmp_path: Path, imports: str, limit: str) -> None:
    (tmp_path / "lib").mkdir()
    for each in (tmp_path / "_limits.py", tmp_path / "lib" / "limits.py"):
        each.write_text("import json\nMOST = json.loads('7')\n")
    (tmp_path / "json.py").write_text(DECLARED.format(name="called_json", imports="", most="9"))
    write(tmp_path / "mine.py", "mine", imports, limit)
    use(tmp_path)
    assert most(find("mine")) == "AtMost(bound=7)"
    assert json is sys.modules["json"]


def test_modules_of_one_name_in_two_folders_are_two(use: Use, tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / str(number) / "mine"
        write(folder / "prices.py", f"prices_{number}", "from ._limits import MOST", "MOST")
        (folder / "_limits.py").write_text(f"MOST = {number}\n")
    use(tmp_path / "1" / "mine", tmp_path / "2" / "mine")
    assert [most(find(f"prices_{number}")) for number in (1, 2)] == ["AtMost(bound=1)", "AtMost(bound=2)"]


def test_a_changed_neighbour_counts_when_the_folder_is_read_again(use: Use, tmp_path: Path) -> None:
    write(tmp_path / "mine.py", "mine", "from ._limits import MOST", "MOST")
    found = []
    for text in ("MOST = 1\n", "MOST = 1 + 1\n"):  # of two lengths: their bytecode is not taken for one
        (tmp_path / "_limits.py").write_text(text)
        use(tmp_path)
        found.append(most(find("mine")))
    assert found == ["AtMost(bound=1)", "AtMost(bound=2)"]


def test_what_two_files_import_from_a_pipeline_file_is_one_object(use: Use, tmp_path: Path) -> None:
    write(tmp_path / "b.py", "b", "MADE = object()")
    write(tmp_path / "a.py", "a", "from . import b\nMADE = b.MADE")
    write(tmp_path / "c.py", "c", "from .b import MADE")
    use(tmp_path)
    assert {"a", "b", "c"} <= set(all_pipelines())
    a, c = (module(tmp_path / f"{name}.py") for name in "ac")
    assert a.MADE is c.MADE


def test_a_transform_from_a_neighbour_has_a_version(use: Use, tmp_path: Path) -> None:
    write(tmp_path / "mine.py", "mine", "from ._clean import clean")
    (tmp_path / "mine.py").write_text(
        (tmp_path / "mine.py").read_text().replace("]),\n)", "]),\n    transform=clean,\n)")
    )
    (tmp_path / "_clean.py").write_text("def clean(frame):\n    return frame\n")
    use(tmp_path)
    flow = find("mine").flows[0]
    assert flow.transform is not None
    assert flow.transform.__name__ == "clean"
    assert Contract(flow.table, flow.transform, flow.source).version != Contract(flow.table, None, flow.source).version


@pytest.mark.parametrize("imports", ["import _limits", "from _limits import MOST", "import lib.limits"])
def test_an_import_as_if_the_folder_were_on_the_path_is_told_how_to_write_it(
    use: Use, tmp_path: Path, imports: str
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "_limits.py").write_text("MOST = 7\n")
    write(tmp_path / "mine.py", "mine", imports)
    use(tmp_path)
    with pytest.raises(ConfigError) as caught:
        find("mine")
    top = "lib" if "lib" in imports else "_limits"
    assert str(caught.value) == (
        f"{tmp_path}/mine.py:3: ModuleNotFoundError: No module named '{top}'. It is in the same folder: write"
        f" `from .{top} import ...` or"
        f" `from . import {top}`."
    )


def test_a_module_that_is_nowhere_is_named_and_nothing_of_the_file_stays(use: Use, tmp_path: Path) -> None:
    write(tmp_path / "mine.py", "mine", "import nowhere")
    use(tmp_path)
    with pytest.raises(ConfigError) as caught:
        find("mine")
    assert str(caught.value) == f"{tmp_path}/mine.py:3: ModuleNotFoundError: No module named 'nowhere'."
    assert [each for each in sys.modules.values() if getattr(each, "__file__", None) == f"{tmp_path}/mine.py"] == []


def module(path: Path) -> ModuleType:
    """The module that was made from the file."""
    (found,) = (each for each in sys.modules.values() if getattr(each, "__file__", None) == str(path))
    return found
