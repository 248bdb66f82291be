"""Half a hundred awkward files in one folder, loaded by one command: good rows in, everything else named, exit 6."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.kit import awkward
from tests.kit.awkward import Awkward
from tests.kit.stack import Stack


def _listed(files: list[Awkward], folder: Path) -> dict[str, Awkward]:
    """Every input by its address: an archive's members each are one."""
    found = {}
    for each in files:
        path = folder / each.name
        if each.members:
            found |= {f"{path}::{member.name}": member for member in each.members}
        elif each.name.endswith(".zip"):
            found[f"{path}::x.csv"] = each
        else:
            found[str(path)] = each
    return found


def _outcome(each: dict[str, Any], names: dict[int, str]) -> tuple[Any, ...]:
    same_as = names.get(each["same_as"])
    return (each["state"], each["error_code"], each["loaded"], each["duplicate"], each["rejected"], same_as)


def _wanted(each: Awkward, folder: Path) -> tuple[Any, ...]:
    if each.same_as is not None:
        return ("already_loaded", None, 0, 0, 0, str(folder / each.same_as))
    state = "done" if each.error is None else "failed"
    return (state, each.error, len(each.ids), each.duplicates, len(each.rejects), None)


def test_a_folder_of_awkward_files_loads_in_one_run(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "inbox of a stranger"
    files = awkward.write(folder)
    assert len(files) >= 40
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "awkward.py").write_text(awkward.PIPELINE)
    stack.env["SLUICE_PIPELINES"] = str(tmp_path / "mine")
    stack.worker()

    status = stack.sluice("run", "awkward", str(folder), ok=False)

    listed = _listed(files, folder)
    names = {each["input"]: each["uri"] for each in status["inputs"]}
    assert {each["uri"]: _outcome(each, names) for each in status["inputs"]} == {
        uri: _wanted(each, folder) for uri, each in listed.items()
    }
    assert (status["exit_code"], status["state"]) == (6, "done")
    in_table = {key for (key,) in stack.sql("select id from awkward")}
    assert in_table == {key for each in listed.values() for key in each.ids}
    rejects = stack.sluice("rejects", "list", str(status["run"]))["rejects"]
    assert sorted((each["file"], each["line"], each["code"]) for each in rejects) == sorted(
        (uri, line, code) for uri, each in listed.items() for line, code in each.rejects.items()
    )
    assert all(each["error"] for each in status["inputs"] if each["state"] == "failed")
    assert stack.sql("select name from awkward where id in (5005, 5006) order by id") == [(None,), (None,)]
