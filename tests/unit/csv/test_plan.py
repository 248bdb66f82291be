"""Planning: what is refused, what is counted, where parts begin."""

from __future__ import annotations

import gzip
import hashlib
import io
from pathlib import Path

import pytest

from sluice.engine.formats.csv import CsvOptions, Dialect, plan_csv
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.spans import PartSpan
from sluice.errors import ConfigError, DataError
from tests.unit.csv.reading import Trickle, plan


def refusal(data: bytes, **named: object) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        plan(data, **named)  # type: ignore[arg-type]
    return caught.value.code, caught.value.reason


def test_a_small_file_is_one_part_after_its_header() -> None:
    found = plan(b"id,name\n1,Ann\n2,Bob\n")
    assert found.dialect == Dialect(",", ("id", "name"), 8, 2)
    assert found.parts == (PartSpan(1, 8, 12, 2, 2, hashlib.sha256(b"1,Ann\n2,Bob\n").hexdigest()),)
    assert (found.size, found.read) == (20, 2)
    assert found.sha256 == hashlib.sha256(b"id,name\n1,Ann\n2,Bob\n").hexdigest()


def test_parts_end_where_records_end() -> None:
    found = plan(b"a,b\n" + b"1,xxx\n" * 8, 16)
    assert [(part.offset, part.length, part.first_line, part.read) for part in found.parts] == [
        (4, 12, 2, 2),
        (16, 12, 4, 2),
        (28, 12, 6, 2),
        (40, 12, 8, 2),
    ]


def test_parts_are_even_when_the_size_is_known() -> None:
    found = plan(b"a,b\n" + b"1,2\n" * 30, 100)
    assert [part.length for part in found.parts] == [60, 60]


def test_more_than_two_parts_are_a_multiple_of_four_so_that_processes_end_together() -> None:
    found = plan(b"a,b\n" + b"1,2\n" * 60, 100)
    assert [part.length for part in found.parts] == [60, 60, 60, 60]


def test_a_pipe_gives_the_same_records_as_a_file() -> None:
    data = b"a,b\n" + b'1,"x\ny"\n' * 30
    found = plan_csv(Trickle(data, 5), part_bytes=100)  # type: ignore[arg-type]
    assert [part.length for part in found.parts] == [96, 104, 40]
    assert found.read == 30
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_a_file_on_disk_is_planned_like_its_bytes(tmp_path: Path) -> None:
    data = b"a,b\n" + b"1,2\n" * 30
    (tmp_path / "rows.csv").write_bytes(data)
    with (tmp_path / "rows.csv").open("rb") as stream:
        assert plan_csv(stream, part_bytes=50) == plan(data, 50)


def test_a_compressed_stream_is_not_read_twice_to_learn_its_size() -> None:
    data = b"a,b\n" + b"1,2\n" * 30
    with gzip.open(io.BytesIO(gzip.compress(data))) as stream:
        found = plan_csv(stream, part_bytes=64)  # type: ignore[arg-type]
    assert [part.length for part in found.parts] == [64, 56]


def test_a_quoted_field_across_a_part_border_stays_whole() -> None:
    found = plan(b'a,b\n1,"one\ntwo\nthree"\n2,x\n3,y\n4,z\n', 8)
    assert [(part.offset, part.first_line, part.read) for part in found.parts] == [(4, 2, 2), (26, 6, 2)]


def test_a_blank_line_is_not_a_record_but_a_line() -> None:
    found = plan(b"a,b\n\n1,2\n\r\n\n3,4\n\n", 9)
    assert found.read == 2
    assert [(part.first_line, part.read) for part in found.parts] == [(2, 1), (5, 1)]


def test_blank_lines_before_the_header_are_skipped() -> None:
    assert plan(b"\n\r\na,b\n1,2\n").dialect == Dialect(",", ("a", "b"), 7, 4)


def test_a_byte_order_mark_is_no_part_of_the_header() -> None:
    assert plan(b'\xef\xbb\xbf"a",b\n1,2\n').dialect == Dialect(",", ("a", "b"), 9, 2)


def test_a_header_may_hold_line_breaks_and_spaces_in_quotes() -> None:
    assert plan(b'" id ","first\r\nname"\n1,2\n').dialect == Dialect(",", ("id", "first\r\nname"), 21, 3)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_the_last_line_needs_no_line_end(line_end: bytes) -> None:
    found = plan(line_end.join([b"a,b", b"1,2", b"3,4"]))
    assert found.read == 2
    assert found.dialect.body_line == 2


def test_each_delimiter_is_recognized() -> None:
    for delimiter in ",;\t|":
        data = f"a{delimiter}b\n1{delimiter}2\n".encode()
        assert plan(data).dialect.delimiter == delimiter


def test_decimal_commas_do_not_hide_the_semicolon() -> None:
    assert plan(b"id;cost;note\n1;2,50;a\n2;3,10;b\n").dialect.delimiter == ";"


def test_delimiters_in_quotes_do_not_count() -> None:
    assert plan(b'"a,b,c";"d,e"\n"1,2,3";"4,5"\n').dialect.delimiter == ";"


def test_the_delimiter_that_cuts_rows_like_the_header_wins() -> None:
    assert plan(b"a,x|b,y|c\n1|2|3\n4|5|6\n").dialect.delimiter == "|"


def test_the_row_cut_off_at_the_end_of_the_head_does_not_mislead() -> None:
    assert plan(b"a;b\n" + b"1;2\n" + b"x" * 70_000 + b",y;2\n").dialect.delimiter == ";"


def test_a_declared_delimiter_is_taken_at_its_word() -> None:
    assert plan(b"a;b,c\n1;2,3\n", options=CsvOptions(",")).dialect.header == ("a;b", "c")
    with pytest.raises(ConfigError, match="must be one ASCII character"):
        plan(b"a b\n1 2\n", options=CsvOptions(" "))


def test_a_single_column_is_a_csv_file_too() -> None:
    found = plan(b"id\n1\n\n2\n")
    assert (found.dialect.header, found.read) == (("id",), 2)


@pytest.mark.parametrize("data", [b"", b"\n\r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == ("empty_file", "The file is empty, without a header.")


@pytest.mark.parametrize("data", [b"a,b", b"a,b\n", b"a,b\r\n\r\n\r\n"])
def test_a_file_with_only_a_header_is_refused(data: bytes) -> None:
    assert refusal(data) == ("header_only", "The file has a header and no rows.")


def test_files_of_another_kind_are_refused_by_name() -> None:
    picture = "This looks like a PNG image, not like CSV; it holds no rows."
    assert refusal(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") == ("not_csv", picture)
    assert refusal(b"%PDF-1.7\n")[1] == "This looks like a PDF document, not like CSV; export it as CSV first."


def test_a_header_that_is_no_text_is_refused() -> None:
    assert refusal(b"caf\xe9,b\n1,2\n") == (
        "not_csv",
        (
            "Byte 4 of the header, 0xE9, is not UTF-8; save the file as CSV UTF-8, or declare its encoding:"
            " Files(..., encoding='cp1252'). It reads 'caf\\xe9,b'."
        ),
    )
    assert refusal(b"abc\0,b\n1,2\n")[0] == "not_csv"
    assert "control character 0x01" in refusal(b"abc\x01,b\n1,2\n")[1]


def test_a_header_too_long_or_too_wide_is_refused() -> None:
    assert refusal(b"x" * 200 + b"\n1\n", limits=Limits(max_header_bytes=100))[0] == "header_too_long"
    assert refusal(b'a,"b\n' + b"1,2\n" * 50_000, limits=Limits(max_header_bytes=1000))[0] == "header_too_long"
    assert refusal(b"a,b,c\n1,2,3\n", limits=Limits(max_columns=2)) == (
        "header_too_long",
        "The header has 3 columns, the limit is 2.",
    )


def test_a_header_longer_than_the_first_look_is_read() -> None:
    header = ",".join(f"column_{i:05}" for i in range(4000))
    found = plan(f"{header}\n1\n".encode())
    assert (len(found.dialect.header), found.dialect.body_offset) == (4000, len(header) + 1)


def test_a_duplicate_header_is_no_matter_for_the_plan() -> None:
    assert plan(b"a,a\n1,2\n").dialect.header == ("a", "a")


def test_progress_is_told_and_may_stop_the_plan() -> None:
    data = b"a,b\n" + b"1,2\n" * 200_000
    heard: list[int] = []
    plan(data, tick=heard.append)
    assert heard == sorted(heard)
    assert len(heard) >= 4
    assert heard[-1] == len(data)

    def stop(done: int) -> None:
        raise InterruptedError(done)

    with pytest.raises(InterruptedError):
        plan(data, tick=stop)


def test_a_part_has_at_least_one_byte() -> None:
    with pytest.raises(ConfigError):
        plan(b"a\n1\n", 0)


def test_a_dialect_survives_json() -> None:
    dialect = Dialect(";", ("a", "b"), 4, 2)
    stored = dialect.to_json()
    assert stored == {"delimiter": ";", "header": ["a", "b"], "body_offset": 4, "body_line": 2}
    assert Dialect.from_json(stored) == dialect
