"""A folder of awkward files, as people really have them, each with what must become of it.

File number n holds rows with the ids 100 n + 1, 100 n + 2, ...; knows nothing of the engine.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HEADER = "id,name,amount,day"
PIPELINE = '''
"""Whatever lies in the folder, into one table."""

from sluice import Column, Date, Decimal, Files, Integer, Pipeline, Table, Text

pipeline = Pipeline(
    name="awkward",
    source=Files("*"),
    table=Table(
        "awkward",
        key=("id",),
        columns=[
            Column("id", Integer(), required=True),
            Column("name", Text(), nulls=("N/A", "-")),
            Column("amount", Decimal(12, 2)),
            Column("day", Date("%Y-%m-%d", "%d/%m/%Y")),
        ],
    ),
)
'''


@dataclass(frozen=True)
class Awkward:
    """A file, and what must become of it.

    `ids` are the rows that must be in the table, `rejects` the codes by line, `error` the code of a file that cannot
    be loaded, `same_as` the name of the file that has the same content. `members` are files of an archive.
    """

    name: str
    content: bytes
    ids: tuple[int, ...] = ()
    rejects: dict[int, str] = field(default_factory=dict)
    duplicates: int = 0
    error: str | None = None
    same_as: str | None = None
    members: tuple[Awkward, ...] = ()


def write(folder: Path) -> list[Awkward]:
    """Write the folder. Returns what is in it."""
    found = [*_lines(), *_encodings(), *_packed(), *_other_formats(), *_bad_rows(), *_bad_files()]
    folder.mkdir()
    for each in found:
        (folder / each.name).write_bytes(each.content)
    return found


def _ids(number: int, count: int = 3) -> tuple[int, ...]:
    return tuple(100 * number + n for n in range(1, count + 1))


def _rows(number: int, count: int = 3) -> list[str]:
    return [f"{each},Name {each},{each}.50,2024-02-{each % 100:02}" for each in _ids(number, count)]


def _text(number: int, *, end: str = "\n", delimiter: str = ",") -> str:
    lines = [HEADER, *_rows(number)]
    return "".join(line.replace(",", delimiter) + end for line in lines)


def _lines() -> list[Awkward]:
    mixed = f"{HEADER}\r\n{_rows(4)[0]}\n{_rows(4)[1]}\r{_rows(4)[2]}\n"
    quoted = f'{HEADER}\n501,"line\none",1,2024-02-01\n502,"a ""quote"", and a comma",2,2024-02-02\n503,"",3,\n'
    blank = "\n\n" + HEADER + "\n\n" + "\n\n".join(_rows(6)) + "\n\n\n"
    other_order = "day,extra,NAME , amount ,Id\n" + "".join(f"2024-02-0{n},x,n{n},{n},70{n}\n" for n in (1, 2, 3))
    crlf = "\r\n"
    padded = f"{HEADER}\n 1501 ,  Ann  , 1.50 , 2024-02-01 \n"
    return [
        Awkward("01 windows.csv", _text(1, end="\r\n").encode(), _ids(1)),
        Awkward("02 old mac.csv", _text(2, end="\r").encode(), _ids(2)),
        Awkward("03 no last line end.csv", _text(3).rstrip("\n").encode(), _ids(3)),
        Awkward("04 mixed line ends.csv", mixed.encode(), _ids(4)),
        Awkward("05 quotes.csv", quoted.encode(), _ids(5)),
        Awkward("06 blank lines.csv", blank.encode(), _ids(6)),
        Awkward("07 other order, more columns.csv", other_order.encode(), _ids(7)),
        Awkward("08 semicolons.csv", _text(8, delimiter=";").encode(), _ids(8)),
        Awkward("09 tabs.tsv", _text(9, delimiter="\t").encode(), _ids(9)),
        Awkward("10 pipes.txt", _text(10, delimiter="|").encode(), _ids(10)),
        Awkward("11 only the key.csv", b"id\n1101\n1102\n1103\n", _ids(11)),
        Awkward("12 no suffix", _text(12).encode(), _ids(12)),
        Awkward("13 Zürich, café, 日本.csv", _text(13).encode(), _ids(13)),
        Awkward('14 it\'s a "name" [1] {2} 100% #?&*.csv', _text(14).encode(), _ids(14)),
        Awkward("15 padded.csv", padded.encode(), _ids(15, 1)),
        Awkward(
            "16 excel names its delimiter.csv", f"sep=;\r\n{_text(16, end=crlf, delimiter=';')}".encode(), _ids(16)
        ),
    ]


def _encodings() -> list[Awkward]:
    unmarked = _text(23).encode("utf-16-le")
    latin = f"{HEADER}\n2401,Ann,1,\n2402,Zoë,2,\n2403,Cid,3,\n".encode("latin-1")
    return [
        Awkward("20 marked.csv", b"\xef\xbb\xbf" + _text(20).encode(), _ids(20)),
        Awkward("21 excel unicode text.txt", _text(21, end="\r\n", delimiter="\t").encode("utf-16"), _ids(21)),
        Awkward("22 big endian.csv", b"\xfe\xff" + _text(22).encode("utf-16-be"), _ids(22)),
        Awkward("23 utf-16 unmarked.csv", unmarked, _ids(23)),
        Awkward("24 latin-1 in one row.csv", latin, (2401, 2403), {3: "invalid_utf8"}),
    ]


def _packed() -> list[Awkward]:
    several = gzip.compress(_text(31)[:40].encode()) + gzip.compress(_text(31)[40:].encode())
    zstd = pa.Codec("zstd").compress(_text(34).encode(), asbytes=True)
    members = (
        Awkward("a/first.csv", _text(36).encode(), _ids(36)),
        Awkward("second.csv.gz", gzip.compress(_text(37).encode()), _ids(37)),
        Awkward("third.jsonl", b'{"id": 3801}\n', (3801,)),
        Awkward("empty.csv", b"", error="empty_file"),
    )
    return [
        Awkward("30.csv.gz", gzip.compress(_text(30).encode()), _ids(30)),
        Awkward("31 two gzips in one.gz", several, _ids(31)),
        Awkward("32.csv.bz2", bz2.compress(_text(32).encode("utf-16")), _ids(32)),
        Awkward("33.csv.xz", lzma.compress(_text(33).encode()), _ids(33)),
        Awkward("34.csv.zst", zstd, _ids(34)),
        Awkward("35 called csv, but gzip.csv", gzip.compress(_text(35).encode()), _ids(35)),
        Awkward("36 archive.zip", _zip(members, "__MACOSX/._first.csv"), members=members),
        Awkward("39 one in a zip.zip", _zip((Awkward("x.csv", _text(39).encode()),)), _ids(39)),
    ]


def _zip(members: tuple[Awkward, ...], *litter: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/", b"")
        for name in litter:
            archive.writestr(name, b"\x00\x05\x16\x07")
        for each in members:
            archive.writestr(each.name, each.content)
    return out.getvalue()


def _other_formats() -> list[Awkward]:
    objects = [{"id": 4001, "name": "Ann", "amount": 1.50, "day": "2024-02-01"}, {"ID": 4002, "more": [1]}]
    lines = "".join(json.dumps(each) + "\n" for each in objects)
    bad = '{"id": 4101}\n{"id": 4102\n\n[4103]\n{"id": {"a": 1}}\n{"id": 4104, "amount": "x"}\n{"name": "none"}\n'
    table = pa.table({"id": pa.array([4301, 4302], pa.int32()), "name": ["a,\nb", None], "amount": [1.5, 2.25]})
    parquet = io.BytesIO()
    pq.write_table(table, parquet)
    return [
        Awkward("40.jsonl", lines.encode(), (4001, 4002)),
        Awkward(
            "41 bad lines.ndjson",
            bad.encode(),
            (4101,),
            {2: "not_json", 4: "not_json", 5: "nested_value", 6: "not_decimal", 7: "missing"},
        ),
        Awkward("42.json.gz", gzip.compress(b'{"id": 4201}\r\n{"id": 4202}'), (4201, 4202)),
        Awkward("43.parquet", parquet.getvalue(), (4301, 4302)),
    ]


def _bad_rows() -> list[Awkward]:
    wrong = f"{HEADER}\nx,n,1,\n5002,n,1.234,\n5003,n,1,30/02/2024\n,n,1,\n5005,N/A,,\n5006,-,,\n"
    ragged = f"{HEADER}\n5101,n,1\n5102,n,1,,\n5103,n,1,\n"
    long = f"{HEADER}\n5201,{'x' * (1 << 20)},1,\n5202,n,1,\n"
    unclosed = f'{HEADER}\n5301,n,1,\n5302,"n,1,\n5303,n,1,\n'
    nul = f"{HEADER}\n5401,n\0,1,\n5402,n,1,\n"
    same = f"{HEADER}\n{_rows(1)[0]}\n102,another name,1,\n"
    return [
        Awkward(
            "50 wrong values.csv",
            wrong.encode(),
            (5005, 5006),
            {2: "not_integer", 3: "too_precise", 4: "bad_date", 5: "missing"},
        ),
        Awkward("51 ragged.csv", ragged.encode(), (5103,), {2: "ragged_row", 3: "ragged_row"}),
        Awkward("52 a very long line.csv", long.encode(), (5202,), {2: "line_too_long"}),
        Awkward("53 a quote that never closes.csv", unclosed.encode(), (5301, 5303), {3: "unclosed_quote"}),
        *_bad_quotes(),
        Awkward("54 nul.csv", nul.encode(), (5402,), {2: "nul"}),
        Awkward("55 keys of another file.csv", same.encode(), (), {3: "key_conflict"}, duplicates=1),
    ]


def _bad_quotes() -> list[Awkward]:
    stray = f'{HEADER}\r\n5601,n,1,\r\n5602,n,1,"\r\n5603,n,1,\r\n5604,"n",1,\r\n5605,n,1,\r\n'
    after = f'{HEADER}\n5701,"n"n,1,\n5702,"n" ,1,\n5703,5" pipe,1,\n"5704"x,"two\nlines",1,\n5705,n,1,\n'
    twice = f'{HEADER}\n5801,n,1,\n"id","name",AMOUNT,day\n5802,n,1,\n'
    long = f'{HEADER}\n5901,"n,1,\n' + "".join(f"{n},n,1,\n" for n in range(590_100, 790_100))
    return [
        Awkward("56 a stray quote.csv", stray.encode("utf-16"), (5601, 5603, 5604, 5605), {3: "unclosed_quote"}),
        Awkward(
            "57 text behind quotes.csv",
            after.encode(),
            (5702, 5703, 5705),
            {2: "text_after_quote", 5: "text_after_quote"},
        ),
        Awkward("58 two files in one.csv", twice.encode(), (5801, 5802), {3: "repeated_header"}),
        Awkward(
            "59 a stray quote, and megabytes.csv.gz",
            gzip.compress(long.encode(), mtime=0),
            tuple(range(590_100, 790_100)),
            {2: "unclosed_quote"},
        ),
    ]


def _bad_files() -> list[Awkward]:
    whole = gzip.compress("".join(f"{n},{n * 7919 % 9973}\n" for n in range(20_000)).encode())
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    return [
        Awkward("60 empty.csv", b"", error="empty_file"),
        Awkward("61 an empty gzip.csv.gz", gzip.compress(b""), error="empty_file"),
        Awkward("62 only a header.csv", HEADER.encode(), error="header_only"),
        Awkward("63 another header.csv", b"key,value\n1,2\n", error="missing_header"),
        Awkward("64 a header twice.csv", b"id,ID\n1,2\n", error="duplicate_header"),
        Awkward("65 cut off.csv.gz", whole[: len(whole) // 2], error="truncated"),
        Awkward("66 flipped bits.csv.gz", bytes(flipped), error="corrupt"),
        Awkward("67 a picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), error="not_csv"),
        Awkward("68 a workbook.xlsx", _zip((Awkward("[Content_Types].xml", b"<x/>"),)), error="not_csv"),
        Awkward("69 a bomb.csv.gz", gzip.compress(b"id\n" + b"7001\n" * (20 << 20)), error="too_compressed"),
        Awkward("70 an array.json", b'[{"id": 7001}]', error="json_array"),
        Awkward("71 the first again.csv", _text(1, end="\r\n").encode(), same_as="01 windows.csv"),
        Awkward("72 the first again.csv.gz", gzip.compress(_text(1, end="\r\n").encode()), same_as="01 windows.csv"),
        Awkward("75 a quote in the header.csv", f'{HEADER},"note\n7501,n,1,,x\n'.encode(), error="unclosed_quote"),
        Awkward("74 nothing but zeros.csv", bytes(3000), error="not_csv"),
        Awkward("73 half a parquet.parquet", b"PAR1" + bytes(100), error="corrupt"),
    ]
