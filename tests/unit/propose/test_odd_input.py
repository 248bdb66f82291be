"""Odd input: each is read as a run would read it, or refused with a reason."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sluice.engine.propose import Options, file_text, propose, verify
from sluice.engine.propose.evidence.hashes import Spill
from sluice.engine.sources.files.resolve import resolve
from sluice.errors import ConfigError, DataError
from tests.unit.propose import made
from tests.unit.propose.proposing import outcome, proposal

FIRST_YEAR = datetime.now(UTC).year - 89
IDS = "".join(f"{at}\n" for at in range(20))


def numbered(*texts: str) -> str:
    """A number before each text."""
    return "".join(f"{at},{text}\n" for at, text in enumerate(texts))


@pytest.mark.parametrize(
    ("content", "type_", "note"),
    [
        (numbered(*[f"({at}.50)" for at in range(20)]), "Decimal(accounting=True)", ""),
        (numbered(*[f"KES {at}.50" for at in range(20)]), 'Money("KES")', "KES: KES"),
        (numbered(*[f"{at}%" for at in range(20)]), "Text()", "numbers with %"),
        (numbered(*[f"{at + 1}/01/24" for at in range(20)]), f'Date("%d/%m/%y", first_year={FIRST_YEAR})',
         "2024-01-01 to 2024-01-20"),
        (numbered(*[f"{at + 1}-JAN-24" for at in range(20)]), f'Date("%d-%b-%y", first_year={FIRST_YEAR})', ""),
        (numbered(*[f"{at + 1}-Jan-2024" for at in range(20)]), 'Date("%d-%b-%Y")', "2024-01-01 to 2024-01-20"),
        (numbered(*[f"{at + 1} May 2024" for at in range(20)]), 'Date("%d %b %Y")', ""),
        (numbered(*[f"{at + 1} {'June' if at % 2 else 'March'} 2024" for at in range(20)]), 'Date("%d %B %Y")', ""),
        (numbered(*[f"{at + 1}-Mai-2024" for at in range(20)]), "Text()", "names of months, not English"),
        (numbered(*[f'"Oct {at + 1}, 2024"' for at in range(20)]), 'Date("%b %d, %Y")', ""),
        (numbered(*[f"{at + 1} pcs 2024" for at in range(20)]), "Text()", ""),
        (numbered(*[f"1/{at + 1}/2024 {at % 12 + 1}:30 {'AM' if at % 2 else 'PM'}" for at in range(20)]),
         'Timestamp("%m/%d/%Y %I:%M %p")', "no zone: read as UTC"),
        (numbered(*[f"{at + 1}-JAN-2024 {at % 12 + 1:02d}.30.00.000000 {('AM', 'PM')[at % 2]}" for at in range(20)]),
         'Timestamp("%d-%b-%Y %I.%M.%S.%f %p")', "no zone: read as UTC"),
        (numbered(*[f"{at}.5e-05" for at in range(20)]), "Float()", "20 with an exponent"),
        (numbered(*[f"{at}.25" for at in range(19)], "1e-7"), "Float()", "1 with an exponent"),
        (numbered(*[f"{at}E4" for at in range(20)]), "Text()", ""),
        (numbered(*[f"{at}.5B-05" for at in range(20)]), "Text()", ""),
        (numbered(*[f"+2547{at:08d}" for at in range(20)]), "Text()", 'with "+"'),
        (numbered(*[str(10**19 + at) for at in range(20)]), "Text()", "more than 64 bits"),
        (numbered(*[f"202401{at + 1:02d}" for at in range(20)]), 'Date("%Y%m%d")', "2024-01-01 to 2024-01-20"),
        (numbered(*["N/A", "-"] * 10, *map(str, range(50))), "Integer()", "0 to 49"),
        (numbered(*["N/A"] * 10), "Text()", '10 x "N/A"'),
        (numbered(*["1", "0"] * 10), "Integer()", "Boolean() fits too"),
        (numbered(*["yes", "No"] * 10), "Boolean()", ""),
        (numbered(*["y"] * 10), "Text()", "y 100 %"),
        (numbered(*[f"{at + 5:02d}:30:00" for at in range(20)]), "Duration()", "HH:MM:SS, stored in seconds"),
        (numbered(*[f"{at % 12 + 1}:30 {'pm' if at % 2 else 'am'}" for at in range(20)]), 'Time("%I:%M %p")', ""),
        (numbered(*[f"{at % 12 + 1}:30 mm" for at in range(20)]), "Text()", ""),
        (numbered(*[f"{at}:30.5" for at in range(20)]), "Text()", ""),
        (numbered(*[f"2024-01-{at + 1:02d}T10:00:00+02:00" for at in range(20)]),
         'Timestamp("%Y-%m-%dT%H:%M:%S%z")', ""),
        (numbered(*[f"2024-03-{at + 1:02d}T10:00:00.5{'+05:30' if at % 2 else 'Z'}" for at in range(20)]),
         'Timestamp("%Y-%m-%dT%H:%M:%S.%f%z")', ""),
        (numbered(*[f"2024-03-{at + 1:02d} 10:00:00 CET" for at in range(20)]), "Text()", "zones that are names"),
        (numbered(*[f"R{at}" for at in range(20)]), "Text()", ""),
        (numbered(*["a,b"] * 0, *[""] * 20), "Text()", "always empty"),
    ],
)  # fmt: skip
def test_one_column(tmp_path: Path, content: str, type_: str, note: str) -> None:
    result = proposal(made.put(tmp_path, "a.csv", f"id,v\n{content}".encode()))
    assert result.types["v"] == type_
    assert note in result.notes["v"]
    assert result.rejects == {}


def test_zero_days_are_empty_values(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "a.csv", made.dated([*made.days("%Y-%m-%d"), "0000-00-00"])))
    assert 'Column("day", Date("%Y-%m-%d"), nulls=("0000-00-00",)),' in result.text
    assert result.rejects == {}


@pytest.mark.parametrize("total", ["Total,190\n", '"Total:",190\n\n', "Total\n", "Total,190,,\n"])
def test_a_total_at_the_end_is_left_out(tmp_path: Path, total: str) -> None:
    rows = "".join(f"n{at},{at}\n" for at in range(20))
    result = proposal(made.put(tmp_path, "a.csv", f"name,v\n{rows}{total}".encode()))
    assert 'footer="Total\\\\b"),  # a total at the end' in result.text
    assert (result.tried.read, result.rejects, result.tried.footers) == (20, {}, set())


def test_several_lines_at_the_end_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"n{at},r{at % 3},{at}\n" for at in range(20))
    result = proposal(made.put(tmp_path, "a.csv", f"name,region,v\n{rows}Total,,190\n20 rows\n".encode()))
    assert 'footer="Total\\\\b|\\\\d+\\\\ rows"' in result.text
    assert (result.tried.read, result.rejects) == (20, {})


def test_a_total_of_json_lines_becomes_a_reject(tmp_path: Path) -> None:
    rows = "".join(f'{{"name": "n{at}", "region": "r{at % 3}", "v": {at}}}\n' for at in range(20))
    total = '{"name": "Total", "region": null, "v": 190}\n'
    result = proposal(made.put(tmp_path, "a.jsonl", (rows + total).encode()))
    assert (result.rejects, result.tried.footers) == ({"region: missing": 1}, set())


def test_texts_that_are_stored_alike_are_not_a_key(tmp_path: Path) -> None:
    result = proposal(made.put(tmp_path, "a.csv", b"name,v\na  b,1\na b,2\nc,3\n"))
    assert result.group.key == ("v",)


def test_a_key_but_for_copies_of_whole_rows(tmp_path: Path) -> None:
    rows = "".join(f"{at // 2},x{at // 2},1\n" for at in range(40))
    result = proposal(made.put(tmp_path, "a.csv", f"id,v,w\n{rows}".encode()))
    assert 'key=("id",),  # unique but for 20 rows with all values of another one; so is v' in result.text


def test_a_key_of_two_columns(tmp_path: Path) -> None:
    rows = "".join(f"{at % 10},{at // 10},x\n" for at in range(100))
    result = proposal(made.put(tmp_path, "a.csv", f"meter,hour,v\n{rows}".encode()))
    assert sorted(result.group.key) == ["hour", "meter"]
    assert result.tried.repeated == 0


def test_rows_without_a_key_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"{at or ''},{at % 3}\n" for at in range(60))
    result = proposal(made.put(tmp_path, "a.csv", f"id,v\n{rows}".encode()))
    assert 'key=("id",),  # unique in 60 rows; 1 without it are rejected' in result.text
    assert result.rejects == {"id: missing": 1}


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (b"\xef\xbb\xbf\n\nid\n" + IDS.encode(), 20),
        (b"id\r" + IDS.replace("\n", "\r").encode(), 20),
        (b"sep=;\nid;v\n" + IDS.replace("\n", ";x\n").encode(), 20),
        (b"id;v;\n" + IDS.replace("\n", ";x;\n").encode(), 20),
        (b'id,"a ""b""",c\n' + IDS.replace("\n", ',"x\ny, ""z""",1\n').encode(), 20),
        (b"country,2019,2020\n" + IDS.replace("\n", ",1,2\n").encode(), 20),
        (b"id,txt\n" + IDS.replace("\n", ",a|b;c|d\n").encode(), 20),
        (b"day;a;b\n" + IDS.replace("\n", ",5;1,5;2,25\n").encode(), 20),
    ],
)
def test_where_the_table_begins(tmp_path: Path, content: bytes, read: int) -> None:
    result = proposal(made.put(tmp_path, "a.csv", content))
    assert (result.tried.read, result.rejects, result.group.first.headless) == (read, {}, False)


def test_a_quote_that_is_not_closed_rejects_its_row_only(tmp_path: Path) -> None:
    content = b"id,v\n" + IDS.replace("\n", ',"x"\n').encode() + b'20,"open\n21,y\n22,z\n'
    result = proposal(made.put(tmp_path, "a.csv", content))
    assert (result.tried.read, result.rejects) == (23, {"v: unclosed_quote": 1})


def test_code_in_a_header_or_a_cell_is_text(tmp_path: Path) -> None:
    rows = IDS.replace("\n", ',"""; import os #"\n')
    text = proposal(made.put(tmp_path, "a.csv", f"id,a\"b\\c{{d}}'''#x\n{rows}".encode())).text
    pipeline = outcome(tmp_path, text)
    assert pipeline.flows[0].table.columns[1].header == "a\"b\\c{d}'''#x"  # type: ignore[union-attr]


def test_packed_files_and_members_of_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id\n" + IDS.encode()))
    assert 'Files("made/*.csv.gz")' in proposal(str(tmp_path / "a.csv.gz")).text
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "id\n" + IDS)
        archive.writestr("b.csv", "id\n" + IDS.replace("\n", "00\n")[1:])
    (group,) = propose(resolve([tmp_path / "two.zip"], ["*"]), Options(), lambda _: None)
    assert (len(group.files), group.found.rows) == (2, 40)


def test_keys_of_json_that_differ_in_case_are_one_column(tmp_path: Path) -> None:
    lines = '{"ID":1,"a":1e5}\n{"id":2,"a":{"x":1}}\n{"Id":3,"a":2.5}\nnot json\n'
    result = proposal(made.put(tmp_path, "a.jsonl", lines.encode()))
    assert result.types == {"id": "Integer()", "a": "Decimal()"}
    assert result.rejects == {"a: nested_value": 1, "None: not_json": 1}


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "latin-1"])
def test_other_western_encodings(tmp_path: Path, encoding: str) -> None:
    text = "id;name\n" + "".join(f"{at};Größe Mül{at} é\n" for at in range(30))
    result = proposal(made.put(tmp_path, "a.csv", text.encode(encoding)))
    found = result.group.first.source.encoding
    assert "Größe".encode(encoding).decode(str(found)) == "Größe"
    assert result.rejects == {}


@pytest.mark.parametrize(("encoding", "text"), [("cp1250", "Žluťoučký kůň"), ("shift_jis", "日本語テキスト")])
def test_an_encoding_that_cannot_be_known_is_not_guessed(tmp_path: Path, encoding: str, text: str) -> None:
    content = "id;name\n" + "".join(f"{at};{text}\n" for at in range(30))
    with pytest.raises(ConfigError, match="--encoding"):
        proposal(made.put(tmp_path, "a.csv", content.encode(encoding)))


def test_files_that_have_to_be_read_in_two_ways_are_refused(tmp_path: Path) -> None:
    one = made.put(tmp_path, "a.csv", b"id;v\n1;2\n2;3\n")
    two = made.put(tmp_path, "b.csv", b"Report\n\nid;v\n3;2\n4;3\n")
    with pytest.raises(ConfigError, match="name the files of each way in a command of its own"):
        propose([one, two], Options(), lambda _: None)


def test_a_file_without_one_good_row_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none of its 3 records is a row. 3 x nul, first on line 2"):
        proposal(made.put(tmp_path, "a.csv", b"id,v\n1,a\0\n2,b\0\n3,c\0\n"))


def test_files_in_two_encodings_are_refused_and_ascii_is_in_all_of_them(tmp_path: Path) -> None:
    header = "id,name\n"
    one = made.put(tmp_path, "a.csv", f"{header}1,Müller\n2,x\n".encode("cp1252"))
    two = made.put(tmp_path, "b.csv", f"{header}3,Müller\n4,x\n".encode())
    plain = made.put(tmp_path, "c.csv", f"{header}5,Miller\n6,x\n".encode())
    (group,) = propose([one, plain], Options(), lambda _: None)
    assert {file.source.encoding for file in group.files} == {"cp1252"}
    for files in ([one, two], [two, one]):
        with pytest.raises(ConfigError, match=r"b.csv is UTF-8, and another file .* is cp1252"):
            propose(files, Options(), lambda _: None)


def test_a_header_with_one_name_less_than_the_rows_have_fields(tmp_path: Path) -> None:
    rows = "".join(f"{at};x;\n" for at in range(20))
    result = proposal(made.put(tmp_path, "a.csv", f"Number;Text\n{rows}".encode()))
    assert 'skip=1, header=("Number", "Text", "column_3")' in result.text
    assert list(result.types) == ["number", "text"]
    assert (result.tried.read, result.rejects) == (20, {})


def test_where_the_disk_is_full_a_key_is_not_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Spill, hashes: object) -> tuple[int, int]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Spill, "write", full)
    result = proposal(made.put(tmp_path, "a.csv", f"id\n{IDS}".encode()))
    assert 'key=Choose("key"),' in result.text
    assert "# no room on the disk to compare id" in result.text


def test_a_value_that_is_there_again_much_later_is_noticed(tmp_path: Path) -> None:
    rows = "".join(f"{at},{at % 250_000:06d}-{'x' * 20}\n" for at in range(250_001))
    result = proposal(made.put(tmp_path, "a.csv", f"n,v\n{rows}".encode()))
    assert result.group.key == ("n",)
    assert "all different" in result.notes["n"]
    assert "all different" not in result.notes["v"]


def test_a_parquet_file_in_a_compressed_one_is_refused(tmp_path: Path) -> None:
    content = Path(made.parquet(tmp_path / "a.parquet")).read_bytes()
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match="It is a Parquet file or a workbook in a compressed file; unpack it first"):
        proposal(str(tmp_path / "a.parquet.gz"))


@pytest.mark.parametrize("header", ["id;name\n", ""])
def test_the_line_that_names_the_delimiter_is_not_declared(tmp_path: Path, header: str) -> None:
    rows = "".join(f"{at};{'ab'[at % 2]}\n" for at in range(20))
    paths = [made.put(tmp_path, "a.csv", f"sep=;\n{header}{rows}".encode())]
    paths += [made.put(tmp_path, "b.csv", f"{header}{rows.replace(';', '0;')}".encode())]
    (group,) = propose(paths, Options(), lambda _: None)
    assert (group.first.skip, group.first.before) == (0, ())
    (tried,) = verify(file_text("made", [group], ["made"], resolved=True), [group])
    assert (tried.read, sum(tried.rejects.values())) == (40, 0)


def test_an_hour_that_does_not_exist_is_named(tmp_path: Path) -> None:
    content = numbered(*[f"{at % 12 + 1}:30 PM" for at in range(40)], "13:00 PM")
    result = proposal(made.put(tmp_path, "a.csv", f"id,v\n{content}".encode()))
    assert result.notes["v"] == "2 % rejected: 1 such as the hour 13; a time of day"


def test_quotes_behind_backslashes_are_read_as_mysql_writes_them(tmp_path: Path) -> None:
    rows = "".join(f'{at},"Ann \\"{at}\\" Lee","a\\\\b",\\N\n' for at in range(30))
    result = proposal(made.put(tmp_path, "a.csv", f"id,name,path,note\n{rows}".encode()))
    assert 'Files("made/*.csv", escape="\\\\")' in result.text
    assert (result.tried.read, result.rejects) == (30, {})
    assert result.types == {"id": "Integer()", "name": "Text()", "path": "Text()", "note": "Text()"}
