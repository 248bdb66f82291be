"""How files are named to people, also in the middle of a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.cli.addresses import failure, near, reason, sentence, without_column
from tests.unit.cli.made_up import an_input

STDIN = f"/srv/my landing/{'ab' * 32}-stdin"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: Path("/data/calls"))


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("/data/calls/may/a.csv", "may/a.csv"),
        ("/data/calls/a.zip::b.csv", "a.zip::b.csv"),
        ("/data/calls_old/a.csv", "/data/calls_old/a.csv"),
        ("s3://bucket/data/calls/a.csv", "s3://bucket/data/calls/a.csv"),
        (STDIN, "standard input"),
        (f"s3://bucket/landing/{'0' * 64}-stdin", "standard input"),
        (f"{STDIN}::may.csv", "standard input::may.csv"),
        ("/data/ab-stdin", "/data/ab-stdin"),
    ],
)
def test_a_file_is_shown_as_one_would_type_it(uri: str, shown: str) -> None:
    assert near(uri) == shown


@pytest.mark.parametrize(
    ("other", "shown"),
    [
        ("/data/calls/old, very old.csv", "old, very old.csv"),
        ("/elsewhere/a.csv", "/elsewhere/a.csv"),
        (STDIN, "standard input"),
    ],
)
@pytest.mark.parametrize("end", [", which comes first.", ", which was loaded before."])
def test_the_other_file_of_a_conflict_is_shown_so_too(other: str, shown: str, end: str) -> None:
    beginning = "The same key (id) has other values in line 2 of "
    assert reason(f"{beginning}{other}{end}", other) == f"{beginning}{shown}{end}"


def test_a_conflict_within_a_file_does_not_name_it() -> None:
    text = "The same key (id) has other values in line 2 of the same file, which comes first."
    assert reason(text, "/data/calls/a.csv") == text


def test_a_value_that_looks_like_a_path_is_left_as_it_is() -> None:
    text = "id: '/data/calls/a.csv' is not a whole number."
    assert reason(text, None) == text


@pytest.mark.parametrize(
    ("column", "text", "shown"),
    [
        ("cost", "cost: 'x' is not an amount.", "'x' is not an amount."),
        ("cost", "cost is empty, and it is required.", "is empty, and it is required."),
        ("cost", "'cost' is an array; a column takes a single value.", "is an array; a column takes a single value."),
        ("cost", "Byte 3 of the record is NUL.", "Byte 3 of the record is NUL."),
        ("is", "island: 'x' is no land.", "island: 'x' is no land."),
        (None, "The row has 4 fields.", "The row has 4 fields."),
    ],
)
def test_beside_its_column_a_reason_does_not_name_it_again(column: str | None, text: str, shown: str) -> None:
    assert without_column(column, text) == shown


def test_a_complaint_does_not_begin_with_the_file_it_is_about() -> None:
    error = "/data/calls/a.zip: No such file or directory."
    assert failure(an_input(uri="/data/calls/a.zip::b.csv", error=error)) == ("No such file or directory.")
    assert failure(an_input(uri="/x", error_code="empty_file")) == "empty_file"


def test_a_sentence_may_begin_with_a_file() -> None:
    assert sentence("/data/calls/a.csv: No such file: gone.") == "a.csv: No such file: gone."
    assert sentence("Redis is away.") == "Redis is away."
