"""Files that nobody has described, made for the tests of `sluice init`."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Rows = Sequence[Sequence[object]]


def csv_bytes(header: Sequence[str] | None, rows: Rows, delimiter: str = ",", end: str = "\n") -> bytes:
    """A plain CSV: fields have no delimiters or quotes."""
    lines = [delimiter.join(map(str, row)) for row in ([header] if header else []) + list(rows)]
    return (end.join(lines) + end).encode()


def put(folder: Path, name: str, content: bytes) -> str:
    """Write a file, and return its path."""
    path = folder / name
    path.write_bytes(content)
    return str(path)


def bank_rows() -> list[list[str]]:
    names = ["Müller GmbH", "Stadtwerke Köln", "Bäckerei Groß", "Rückzahlung", "Miete"]
    day = date(2024, 1, 1)
    rows = []
    for at in range(40):
        amount = (-1) ** at * (at * 37.25 + 950.5)
        whole, fraction = f"{amount:.2f}".split(".")
        grouped = f"{int(whole):,}".replace(",", ".")
        booked = day + timedelta(days=9 * at)
        rows.append([booked.strftime("%d.%m.%Y"), names[at % 5], f"{grouped},{fraction}", "EUR", f"0{4711 + at}"])
    return rows


def bank_statement(rows: Rows | None = None) -> bytes:
    """A statement in cp1252 with lines before the header, and a total at its end."""
    before = ["Kontoauszug Girokonto", "Kunde: Jörg Weiß", "Zeitraum: 01.01.2024 - 31.12.2024", ""]
    header = ["Buchungstag", "Empfänger", "Betrag (€)", "Währung", "Beleg-Nr."]
    lines = [";".join(row) for row in [header, *(rows or bank_rows())]]  # type: ignore[arg-type]
    return ("\r\n".join([*before, *lines, "Saldo;;12.345,67;EUR;"]) + "\r\n").encode("cp1252")


def sensor_rows() -> list[list[str]]:
    start = datetime(2024, 3, 1)
    return [
        [
            f"S-{at % 4:03d}",
            (start + timedelta(minutes=at)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "NaN" if at % 50 == 7 else f"{20 + at % 7}.{at % 10}25",
            f"{at / 1000:.4f}",
            "true" if at % 3 else "false",
        ]
        for at in range(200)
    ]


def sensor_export(rows: Rows | None = None) -> bytes:
    return csv_bytes(["device", "time", "temp C", "drift", "ok"], rows or sensor_rows(), "\t")


CALL_HEADERS = [
    "Call ID", "Call Date (UTC)", "A-Number", "B-Number", "Duration", "Cost $", "Über", "select", "ctid", "Name",
    "Name", "", "номер", "2024", "_line", "a" * 80, "a" * 80 + "b",
    "Ziel/Land", "camelCaseName", "IMSI", "Cell %", "Flag Y/N",
    "Notes", "Type", "Route",
]  # fmt: skip


def call_rows() -> list[list[str]]:
    rows = []
    for at in range(60):
        start = datetime(2024, 5, 1) + timedelta(hours=7 * at)
        cells = [
            f"{100000 + at}", start.strftime("%Y-%m-%d %H:%M:%S"), f"2547{10000000 + at * 7}", f"07{12345678 + at}",
            f"00:{at:02d}:{(at * 7) % 60:02d}", f"${at}.50", "x", "1", str(at % 3), "n", "m", "", "д", str(at), "5",
            "q", "r", "KE", "v", f"63902{1000000000 + at}", f"{at}.5", "YN"[at % 2], "some text here", "MOC", "R1",
        ]  # fmt: skip
        rows.append(cells)
    return rows


def call_records(rows: Rows | None = None) -> bytes:
    return csv_bytes(CALL_HEADERS, rows or call_rows(), "|")


def dated(texts: Sequence[str]) -> bytes:
    """A number and a day in each row."""
    return csv_bytes(["id", "day"], list(enumerate(texts, 1)))


def days(pattern: str, count: int = 60, step: int = 5) -> list[str]:
    return [(date(2024, 1, 1) + timedelta(days=step * at)).strftime(pattern) for at in range(count)]


def events() -> list[str]:
    """Lines of JSON with nested values, keys that come late, and a number as text."""
    lines = []
    for at in range(50):
        event: dict[str, object] = {"eventId": f"e-{at:04d}", "amount": at + 0.5, "count": at, "user": {"id": at}}
        event |= {"tags": ["a"], "ok": at % 2 == 0, "zip": f"{at:05d}"}
        if at >= 30:
            event["lateKey"] = f"2024-01-{at - 19:02d}"
        lines.append(json.dumps(event))
    return lines


def parquet(path: Path) -> str:
    table = pa.table(
        {
            "order_id": pa.array(range(100), pa.int64()),
            "Amount": pa.array([at / 8 for at in range(100)], pa.float64()),
            "at": pa.array([datetime(2024, 1, 1) + timedelta(seconds=at) for at in range(100)], pa.timestamp("us")),
            "day": pa.array([date(2024, 1, 1)] * 100),
            "paid": pa.array([at % 2 == 0 for at in range(100)]),
            "code": pa.array([f"{at:04d}" for at in range(100)]),
            "lines": pa.array([[1, 2]] * 100),
        }
    )
    pq.write_table(table, path)
    return str(path)


def shuffled(rows: Rows, seed: int) -> list[Sequence[object]]:
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return mixed
