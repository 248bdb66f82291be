"""An exported row that is read back is the row that was written, and what cannot be read is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.cli.rejects.edits import read_edits
from sluice.cli.spreadsheet import new_file, quoted, write_csv
from sluice.errors import ConfigError

HEAD = ["_input", "_line", "_code", "_column", "_reason", "id", "name"]
ODD = [
    "=1+1",
    "'=1+1",
    "''",
    "+49 151",
    "-1",
    "@x",
    "\tx",
    "\rx",
    'a"b',
    "a,b;c",
    "a\nb",
    "a\r\nb",
    " x ",
    "",
    "ü",
    "***",
]


def written(path: Path, *cells: str) -> Path:
    rows = [[3, at + 2, "nul", None, "=why", quoted(cell), quoted(cell)] for at, cell in enumerate(cells)]
    with new_file(str(path), force=True) as sink:
        write_csv(sink, HEAD, rows)
    return path


def test_odd_cells_come_back_exactly(tmp_path: Path) -> None:
    edits = read_edits(str(written(tmp_path / "out.csv", *ODD)))
    assert edits == {(3, at + 2): {"id": cell, "name": cell} for at, cell in enumerate(ODD)}


@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_any_cell_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    path = written(tmp_path_factory.mktemp("cells") / "out.csv", *cells)
    assert [each["name"] for each in read_edits(str(path)).values()] == cells


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_as_spreadsheets_save_them(tmp_path: Path, delimiter: str, mark: str) -> None:
    path = tmp_path / "saved.csv"
    path.write_text(
        f"{mark}{delimiter.join(HEAD)}\r\n{delimiter.join(['3', '2', '', '', '', 'x', 'y'])}\r\n", newline=""
    )
    assert read_edits(str(path)) == {(3, 2): {"id": "x", "name": "y"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "out.csv:1: it must begin with the columns _input, _line"),
        ("id,name\n1,2\n", "out.csv:1: it must begin with the columns _input, _line"),
        ("_input,_lines,a\n1,2,3\n", "out.csv:1: it must begin with the columns _input, _line"),
        ("_input,_line,a,a\n1,2,3,4\n", "out.csv:1: the column 'a' is there twice."),
        ("_input,_line,a\n", "out.csv has no rows."),
        ("_input,_line,a\n1,2\n", "out.csv:2: the row has 2 fields, the header has 3."),
        ("_input,_line,a\n1,x,y\n", "out.csv:2: _input and _line must be the numbers of the export."),
        ("_input,_line,a\n1,2,x\n1,2,y\n", "out.csv:3: input 1, line 2 is there twice."),
        ('_input,_line,a\n1,2,"x" y\n', "out.csv:2: not CSV"),
        ("_input,_line,a,_more\n1,2,x,y\n", "out.csv:2: the row has more values than columns."),
    ],
)
def test_what_is_not_an_export_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "out.csv").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_edits(str(tmp_path / "out.csv"))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_or_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_edits(str(tmp_path / "no.csv"))
    (tmp_path / "out.csv").write_bytes(b"_input,_line,a\n1,2,M\xfcller\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_edits(str(tmp_path / "out.csv"))
