"""Tables and sentences within the width of the terminal; in a pipe a row is one line, however long."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.cli.output import folded, narrow_table

HEAD = ("name", "read", "updated", "file")
CELLS = st.tuples(
    st.text("abc_", min_size=1, max_size=60),
    st.integers(0, 10**15),
    st.integers(0, 10**15),
    st.text("xyz/", min_size=1, max_size=70),
)


def test_what_fits_is_a_table_with_all_columns(capsys: pytest.CaptureFixture[str]) -> None:
    narrow_table(HEAD, [("a", 1200, 0, "a.csv"), ("b", 7, 0, "b.csv")], ("updated",))
    assert capsys.readouterr().out == (
        "name   read  updated  file\na     1,200        0  a.csv\nb         7        0  b.csv\n"
    )


def _terminal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    patch.setenv("COLUMNS", "80")


def test_in_a_pipe_a_row_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    narrow_table(HEAD, [("a" * 60, 1200, 5, "b" * 60), ("c", 1, 0, "d")], ("updated",))
    assert capsys.readouterr().out == (
        f"name{' ' * 59}read  updated  file\n{'a' * 60}  1,200        5  {'b' * 60}\nc{' ' * 65}1        0  d\n"
    )


def test_spare_columns_of_zeros_are_left_out_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _terminal(monkeypatch)
    narrow_table(HEAD, [("a" * 40, 1200, 0, "b" * 24)], ("updated",))
    assert capsys.readouterr().out.splitlines()[0].split() == ["name", "read", "file"]
    narrow_table(HEAD, [("a" * 40, 1200, 5, "b" * 30)], ("updated",))
    assert capsys.readouterr().out == f"name {'a' * 40}  read 1,200  updated 5\n     file {'b' * 30}\n"


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_no_line_is_longer_than_80_and_no_value_is_lost(rows: list[tuple[str, int, int, str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        _terminal(patch)
        patch.setattr("builtins.print", lambda text: lines.extend(text.splitlines()))
        narrow_table(HEAD, rows, ("updated",))
    assert max(map(len, lines)) <= 80
    text = " ".join(lines)
    for name, read, updated, file in rows:
        assert name in text
        assert file in text
        assert f"{read:,}" in text
        assert not updated or f"{updated:,}" in text


def test_a_sentence_is_folded_between_words_and_a_path_stays_whole(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/inbox/" + "d" * 90 + ".csv"
    folded(f"{path}: {'word ' * 30}".strip(), "  ")
    first, *others = capsys.readouterr().out.splitlines()
    assert first == f"  {path}:"
    assert all(line.startswith("      word") and len(line) <= 80 for line in others)
