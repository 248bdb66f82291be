"""Files that nobody has described: the proposal reads them at the first or second try."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sluice.engine.declare import Pipeline
from sluice.engine.propose import Options, file_text, propose, verify
from sluice.errors import ConfigError, DataError
from tests.unit.propose import made
from tests.unit.propose.proposing import outcome, proposal


def test_a_bank_statement_in_cp1252_with_lines_before_and_a_total(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "statement.csv", made.bank_statement()))
    assert result.types == {
        "buchungstag": 'Date("%d.%m.%Y")',
        "empfanger": "Text()",
        "betrag_eur": 'Decimal(thousands=".", point=",")',
        "wahrung": "Text()",
        "beleg_nr": "Text()",
    }
    assert 'Files("made/*.csv", encoding="cp1252", skip=4, footer="Saldo\\\\b")' in result.text
    assert result.group.key == ("beleg_nr",)
    assert "%d.%m.%Y fits 100 %, %m.%d.%Y fits 38 %" in result.notes["buchungstag"]
    assert "40 leading zeros" in result.notes["beleg_nr"]
    assert [(each.line, each.cells["Buchungstag"]) for each in result.group.found.footers] == [(46, "Saldo")]
    assert (result.tried.read, result.rejects) == (40, {})


def test_a_sensor_export(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "sensor.tsv", made.sensor_export()))
    assert result.types == {
        "device": "Text()",
        "time": 'Timestamp("%Y-%m-%dT%H:%M:%S.%fZ")',
        "temp_c": "Decimal(15, 3)",
        "drift": "Decimal(16, 4)",
        "ok": "Boolean()",
    }
    assert 'header="temp C", nulls=("NaN",)' in result.text
    assert 'decimal mark "." of other columns' in result.notes["temp_c"]
    assert (result.group.key, result.rejects) == (("time",), {})


def test_call_records_with_25_odd_headers(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "calls.csv", made.call_records()))
    assert "because the header has 'name' more than once" in result.text
    assert list(result.types) == [
        "call_id", "call_date_utc", "a_number", "b_number", "duration", "cost_usd", "uber", "select_", "ctid_2", "name",
        "name_2", "column_12", "n2024", "_line_2", "a" * 59, "a" * 57 + "_2", "ziel_land", "camel_case_name", "imsi",
        "cell_percent", "flag_y_n", "notes", "type", "route",
    ]  # fmt: skip
    assert result.types["cost_usd"] == 'Money("USD")'
    assert result.types["route"] == "Text()"
    assert result.types["duration"] == "Duration()"
    assert "# not loaded: column_12: it has no name and no values" in result.text
    assert (result.group.key, result.tried.read, result.rejects) == (("call_id",), 60, {})


def test_days_of_which_one_order_fits_all(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "a.csv", made.dated(made.days("%d/%m/%Y"))))
    assert result.types["day"] == 'Date("%d/%m/%Y")'
    assert result.notes["day"] == "%d/%m/%Y fits 100 %, %m/%d/%Y fits 40 %; 2024-01-01 to 2024-10-22"


def test_days_in_both_orders_are_text_and_the_lines_are_named(tmp_path: Path) -> None:
    mixed = made.days("%d/%m/%Y") + made.days("%m/%d/%Y")
    result = proposal(made.put(tmp_path, "a.csv", made.dated(mixed)))
    assert result.types["day"] == "Text()"
    assert result.notes["day"] == (
        "MIXED: 30 % only %d/%m/%Y (13/08/2024), 30 % only %m/%d/%Y (01/16/2024), 40 % either; "
        "%d/%m/%Y would reject 36 rows and guess others"
    )
    day = next(each for each in result.group.columns if each.name == "day")
    assert day.decision.seen == (
        "only %d/%m/%Y: 13/08/2024 on line 47",
        "only %m/%d/%Y: 01/16/2024 on line 65",
    )


def test_one_day_in_the_other_order_is_a_reject(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "a.csv", made.dated([*made.days("%d/%m/%Y", 120, 3), "12/31/2024"])))
    assert result.types["day"] == 'Date("%d/%m/%Y")'
    assert "rejected: 1 such as 12/31/2024" in result.notes["day"]
    assert result.rejects == {"day: bad_date": 1}


def test_json_lines_with_nesting_and_a_late_key(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "events.jsonl", "\n".join(made.events()).encode()))
    assert result.types == {
        "event_id": "Text()",
        "amount": "Decimal()",
        "count": "Integer()",
        "ok": "Boolean()",
        "zip": "Text()",
        "late_key": 'Date("%Y-%m-%d")',
    }
    assert "# not loaded: user: 50 rows have an object or an array in it" in result.text
    assert (result.group.key, result.rejects) == (("event_id",), {})


def test_parquet_has_its_own_types(tmp_path: Path) -> None:
    result = proposal(made.parquet(tmp_path / "orders.parquet"))
    assert result.types == {
        "order_id": "Integer()",
        "amount": "Decimal(15, 3)",
        "at": 'Timestamp("%Y-%m-%d %H:%M:%S")',
        "day": 'Date("%Y-%m-%d")',
        "paid": "Boolean()",
        "code": "Text()",
    }
    assert "# not loaded: lines: its values are list<element: int64>" in result.text
    assert (result.group.key, result.rejects) == (("order_id",), {})


def test_a_file_without_a_header(tmp_path: Path) -> None:
    rows = [[at, f"2024-01-{at % 28 + 1:02d}", "abc"] for at in range(1, 30)]
    result = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(None, rows)))
    assert 'header=("column_1", "column_2", "column_3")' in result.text
    assert (result.tried.read, result.rejects) == (29, {})


def test_a_header_of_texts_can_be_denied(tmp_path: Path) -> None:
    path = made.put(tmp_path, "a.csv", made.csv_bytes(None, [["Ann", "Berlin"], ["Joe", "Cairo"], ["Kim", "Delhi"]]))
    assert proposal(path).tried.read == 2
    assert proposal(path, Options(header=False)).tried.read == 3


def test_utf16_needs_no_declaration(tmp_path: Path) -> None:
    text = made.csv_bytes(["näme", "v"], [[f"ä{at}", at] for at in range(1, 30)], "\t").decode()
    result = proposal(made.put(tmp_path, "a.csv", text.encode("utf-16")))
    assert 'Files("made/*.csv"),' in result.text
    assert (result.tried.read, result.rejects) == (29, {})


def test_bytes_that_are_not_western_text_are_refused(tmp_path: Path) -> None:
    text = made.csv_bytes(["id", "имя"], [[at, "Иванов Пётр"] for at in range(30)]).decode()
    path = made.put(tmp_path, "a.csv", text.encode("cp1251"))
    with pytest.raises(ConfigError, match="--encoding cp1251"):
        proposal(path)
    assert proposal(path, Options(encoding="cp1251")).rejects == {}


def test_a_byte_that_is_not_utf8_at_the_end_of_a_large_file_is_noticed(tmp_path: Path) -> None:
    rows = "".join(f"{at},plain\n" for at in range(60_000))
    path = made.put(tmp_path, "a.csv", f"id,name\n{rows}60000,Jörg\n".encode("cp1252"))
    result = proposal(path)
    assert 'encoding="cp1252"' in result.text
    assert result.rejects == {}


def test_a_damaged_row_of_utf8_stays_a_reject(tmp_path: Path) -> None:
    text = made.csv_bytes(["id", "name"], [[at, "Müller"] for at in range(100)])
    result = proposal(made.put(tmp_path, "a.csv", text + b"100,M\xffller\n"))
    assert "encoding=" not in result.text
    assert result.rejects == {"name: invalid_utf8": 1}


def test_files_with_the_same_columns_are_one_table_and_others_are_flows(tmp_path: Path) -> None:
    one = made.put(tmp_path, "orders_1.csv", made.csv_bytes(["id", "v"], [[1, 2], [2, 3]]))
    two = made.put(tmp_path, "orders_2.csv", made.csv_bytes(["id", "v"], [[2, 2], [3, 3]]))
    other = made.put(tmp_path, "people.csv", made.csv_bytes(["pid", "name"], [[1, "Ann"], [2, "Joe"]]))
    groups = propose([one, two, other], Options(), lambda _: None)
    assert [(len(group.files), group.found.rows) for group in groups] == [(2, 4), (1, 2)]
    assert groups[0].keys.best is not None
    assert groups[0].keys.best.columns != ("id",)  # 2 is in both files
    text = file_text("shop", groups, ["orders", "people"])
    assert [each.rejected for each in verify(text, groups)] == [0, 0]
    pipeline = outcome(tmp_path, text)
    assert isinstance(pipeline, Pipeline)
    assert [flow.source.pattern for flow in pipeline.flows] == ["shop/orders*.csv", "shop/people*.csv"]  # type: ignore[union-attr]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows"):
        proposal(made.put(tmp_path, "a.csv", b"id,name\n"))


def test_what_is_written_has_the_form_of_ruff(tmp_path: Path) -> None:
    files = [made.bank_statement(), made.sensor_export(), made.call_records(), made.dated(["01/02/2024", "03/04/2024"])]
    for at, content in enumerate(files):
        text = proposal(made.put(tmp_path, f"{at}.csv", content)).text
        (tmp_path / f"written_{at}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "120", "--isolated", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
