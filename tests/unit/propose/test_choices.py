"""Where two readings fit every row, nothing is guessed: the file cannot be used until one is chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import sluice
from sluice.engine.declare import Pipeline
from sluice.errors import ConfigError, DeclarationError
from tests.unit.propose import made
from tests.unit.propose.proposing import chosen, outcome, proposal


def test_days_that_can_be_exchanged_are_both_in_the_file(tmp_path: Path) -> None:
    text = proposal(made.put(tmp_path, "a.csv", made.dated(["03/04/2024", "05/06/2024", "07/07/2024"]))).text
    assert '            # Column("day", Date("%d/%m/%Y")),  # 03/04/2024 is 3 April 2024\n' in text
    assert '            # Column("day", Date("%m/%d/%Y")),  # 03/04/2024 is 4 March 2024\n' in text
    refused = outcome(tmp_path, text)
    assert isinstance(refused, ConfigError)
    line = text.split("\n").index('            Choose("day"),') + 1
    assert str(refused) == (
        f"{tmp_path / 'made.py'}:{line}: day is not chosen yet. The comments next to Choose(...) say what fits and what"
        " it means: write one of them (remove the # before it), and delete Choose(...)."
    )


@pytest.mark.parametrize("pattern", ["%d/%m/%Y", "%m/%d/%Y"])
def test_the_line_that_is_chosen_works(tmp_path: Path, pattern: str) -> None:
    text = proposal(made.put(tmp_path, "a.csv", made.dated(["03/04/2024", "05/06/2024"]))).text
    pipeline = outcome(tmp_path, chosen(text, pattern))
    assert isinstance(pipeline, Pipeline)
    assert repr(pipeline.flows[0].table.columns[1].type) == f"Date(formats=('{pattern}',))"


def test_a_separator_that_may_be_either(tmp_path: Path) -> None:
    rows = [[at, f"{at},250"] for at in range(1, 30)]
    text = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["id", "v"], rows, ";"))).text
    assert '# Column("v", Decimal(15, 3, point=",")),  # 12,345 is 12.345' in text
    assert '# Column("v", Integer(thousands=",")),  # 12,345 is 12345' in text


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("0,250", 'Decimal(15, 3, point=",")'),
        ("1,2", 'Decimal(15, 3, point=",")'),
        ("1,234,567", 'Integer(thousands=",")'),
    ],
)
def test_one_cell_can_decide_the_separator(tmp_path: Path, value: str, type_: str) -> None:
    rows = [[at, f"{at},250"] for at in range(1, 30)] + [[30, value]]
    assert proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["id", "v"], rows, ";"))).types["v"] == type_


def test_another_column_can_decide_the_separator(tmp_path: Path) -> None:
    rows = [[at, f"{at},250", f"{at},5"] for at in range(1, 30)]
    result = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["id", "v", "w"], rows, ";")))
    assert result.types["v"] == 'Decimal(15, 3, point=",")'


def test_a_key_that_is_not_found_is_chosen_by_a_person(tmp_path: Path) -> None:
    rows = [[at % 3, "x", at % 2] for at in range(30)]
    result = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["a", "b", "c"], [*rows, [0, "y", 1], [0, "y", 0]])))
    assert result.group.key == ()
    assert 'key=Choose("key"),' in result.text
    assert isinstance(outcome(tmp_path, result.text), ConfigError)


def test_few_numbers_of_eight_digits_may_be_days(tmp_path: Path) -> None:
    rows = [[at, 20240131 + at] for at in range(1)] + [[1, 20240201]]
    text = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["n", "value"], rows))).text
    assert '# Column("value", Date("%Y%m%d")' in text
    assert '# Column("value", Integer())' in text


def test_choose_is_an_error_with_its_place() -> None:
    with pytest.raises(DeclarationError) as caught:
        sluice.Choose("day")
    assert caught.value.place.startswith(__file__)
    with pytest.raises(DeclarationError, match="what"):
        sluice.Choose(3)  # type: ignore[arg-type]


def test_numbers_of_json_have_a_point_and_its_texts_may_have_either(tmp_path: Path) -> None:
    lines = [f'{{"id": {at}, "v": {at}.125, "w": "{at},125"}}' for at in range(1, 30)]
    result = proposal(made.put(tmp_path, "a.jsonl", "\n".join(lines).encode()))
    assert result.types == {"id": "Integer()", "v": "Decimal(15, 3)"}
    assert result.group.open == ("w",)


def test_the_century_of_a_year_of_two_digits_is_chosen_where_it_may_be_either(tmp_path: Path) -> None:
    later = datetime.now(UTC).year % 100 + 15
    content = "".join(f"{day:02d}.01.{later:02d}\n" for day in range(1, 29))
    result = proposal(made.put(tmp_path, "a.csv", f"born\n{content}".encode()))
    first = datetime.now(UTC).year - 89
    assert result.text.count("            Choose(") == 1
    assert f'Date("%d.%m.%y", first_year={first})' in result.text
    assert f'Date("%d.%m.%y", first_year={first + 30})' in result.text


def test_day_month_and_year_of_two_digits_are_chosen_where_all_can_be_exchanged(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "a.csv", b"on\n03-04-05\n06-07-08\n09-10-11\n"))
    for pattern in ("%d-%m-%y", "%m-%d-%y", "%y-%m-%d"):
        assert f'Date("{pattern}", first_year=' in result.text


@pytest.mark.parametrize(
    ("name", "text", "types"),
    [
        ("v", "14:30:05", ['Time("%H:%M:%S")', "Duration()"]),
        ("v", "14:30", ['Time("%H:%M")', "Duration(minutes=True)"]),
        ("call_time", "14:30:05", ['Time("%H:%M:%S")']),
        ("start", "14:30", ['Time("%H:%M")']),
        ("duration", "14:30", ["Duration(minutes=True)"]),
        ("call length", "0:30:05", ["Duration()"]),
        ("talk_time", "14:30", ['Time("%H:%M")', "Duration(minutes=True)"]),
    ],
)
def test_a_time_of_day_or_a_length_of_time_is_chosen_unless_the_name_says_it(
    tmp_path: Path, name: str, text: str, types: list[str]
) -> None:
    result = proposal(made.put(tmp_path, "a.csv", f"id,{name}\n1,{text}\n2,{text}\n".encode()))
    assert [each for each in ('Time("%H:%M:%S")', 'Time("%H:%M")', "Duration()", "Duration(minutes=True)")
            if each in result.text] == types  # fmt: skip
    assert ("            Choose(" in result.text) is (len(types) > 1)
