"""docs/reference/types.md says what each type does to a value: every line of it is tried."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pyarrow as pa
import pytest

from sluice import Column, Table, at_least, matches, one_of
from sluice.engine import types
from sluice.engine.rows.contract import Contract
from sluice.engine.types import ColumnType
from tests.unit.types.conftest import Read

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "types.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"""^\| `(\w+\(.*\))` \| `(".*"|'.*')` \| (?:`(.*)`|(null)|reject `(\w+)`) \|$""", re.MULTILINE)
SUMMARY = re.compile(r"^\| `([A-Z]\w+)` \| `(.+)` \| ((?:`\w+` ?)+) \|$", re.MULTILINE)
EXAMPLES = [found.groups() for found in EXAMPLE.finditer(PAGE)]
KINDS = {name for name, kind in vars(types).items() if isinstance(kind, type) and issubclass(kind, ColumnType)}


def declared(text: str) -> ColumnType:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Name)
    named = {each.arg: ast.literal_eval(each.value) for each in call.keywords if each.arg}
    given = [
        declared(ast.unparse(each)) if isinstance(each, ast.Call) else ast.literal_eval(each) for each in call.args
    ]
    kind: ColumnType = getattr(types, call.func.id)(*given, **named)
    return kind


@pytest.mark.parametrize(("declaration", "text", "value", "null", "code"), EXAMPLES)
def test_an_example_of_the_page_is_true(
    read: Read, declaration: str, text: str, value: str | None, null: str | None, code: str | None
) -> None:
    (found,) = read(declared(declaration), ast.literal_eval(text))
    if value is None:
        assert found == (None if null else f"[{code}]")
    else:
        told = ast.literal_eval(value) if value.startswith('"') and not declaration.startswith("Json") else value
        assert str(found) == told


def test_every_line_of_the_example_tables_was_understood() -> None:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| `\w+\(", line) and "Column(" not in line]
    assert len(lines) == len(EXAMPLES) >= 90


def test_every_type_and_every_code_of_the_summary_has_an_example() -> None:
    summary = {name: set(re.findall(r"\w+", codes)) for name, _, codes in SUMMARY.findall(PAGE)}
    shown: dict[str, set[str]] = {}
    for declaration, _, _, _, code in EXAMPLES:
        shown.setdefault(declaration.partition("(")[0], set()).update({code} - {None})
    assert summary == shown
    assert set(summary) == KINDS - {"ColumnType"}


def test_the_types_are_kept_as_the_summary_says() -> None:
    usual = {"Money": 'Money("USD")', "Date": 'Date("%Y-%m-%d")', "Timestamp": 'Timestamp("%Y-%m-%d")'}
    usual |= {"Time": 'Time("%H:%M")'}
    usual |= {"Phone": 'Phone("KE")', "Bytes": 'Bytes("hex")', "Array": "Array(Integer())"}
    for name, kept, _ in SUMMARY.findall(PAGE):
        assert declared(usual.get(name, f"{name}()")).pg_type == kept


@pytest.mark.parametrize("declaration", sorted({declaration for declaration, *_ in EXAMPLES}))
def test_an_empty_cell_and_null_are_null_and_white_space_around_is_left_out(read: Read, declaration: str) -> None:
    kind = declared(declaration)
    assert read(kind, "", None) == [None, None]
    good = [ast.literal_eval(text).strip() for other, text, value, _, _ in EXAMPLES if other == declaration and value]
    if "verbatim" not in declaration and good:
        assert read(kind, *(f"\t {text} \u00a0" for text in good)) == read(kind, *good)


def rejects(column: Column, *texts: str | None) -> list[str | None]:
    """For each text None or the code of its reject."""
    table = Table("t", key=("line",), columns=[Column("line", types.Integer(), required=True), column])
    lines = [str(n) for n in range(len(texts))]
    rows = pa.table(
        [pa.array(lines), pa.array(texts, pa.string()), pa.array(range(len(texts)), pa.int64())],
        ["line", column.name, "_line"],
    )
    found = Contract(table).apply(rows).rejects.to_pylist()
    return [next((each["code"] for each in found if each["line"] == n), None) for n in range(len(texts))]


def test_what_the_page_says_of_all_types_is_true() -> None:
    spelled = Column("c", types.Text(verbatim=True), nulls=("N/A",), required=True)
    assert rejects(spelled, "N/A", " n/a\t", "N / A", "", None, " ") == [
        "missing",
        "missing",
        None,
        "missing",
        "missing",
        None,
    ]
    assert rejects(Column("c", types.Integer(), check=at_least(0)), "-1", "0", "") == ["negative", None, None]
    assert rejects(Column("c", types.Integer(), check=at_least(2)), "1") == ["out_of_range"]
    assert rejects(Column("c", types.Text(), check=one_of("a")), "b") == ["not_allowed"]
    assert rejects(Column("c", types.Text(), check=matches("a+")), "ab") == ["bad_format"]
