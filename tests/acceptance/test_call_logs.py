"""The call-log pipeline as a user meets it: the `sluice` command, real workers, real servers."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.independent import compare_with_table, count_call_logs
from tests.kit.stack import Stack

ORIGINAL = Path(__file__).parents[3] / "shared" / "originals" / "call_logs" / "customer_call_logs.csv"
BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected")
HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
# of the same shape and with the same sums as the original sample, which is not ours to copy
NINE = [
    "1001,$1.25,Nairobi,2022-01-01 10:00:00,00:06:15",
    "1001,$1.50,Kisumu,2022-01-02 11:00:00,00:07:30",
    "1001,$1.00,Nakuru,2022-01-03 12:00:00,00:05:00",
    "1002,$2.40,Mombasa,2022-01-01 10:05:00,00:08:45",
    "1002,$2.30,Eldoret,2022-01-02 10:10:00,00:09:00",
    "1002,$2.25,Thika,2022-01-03 10:15:00,00:08:30",
    "1003,$0.90,Nairobi,2022-01-01 10:20:00,00:05:30",
    "1003,$1.10,Malindi,2022-01-02 10:25:00,00:06:00",
    "1003,$1.00,Kitale,2022-01-03 10:30:00,00:05:30",
]


def _books(status: dict) -> dict[str, int]:
    return {name: status[name] for name in BOOKS if status[name]}


def _sums(stack: Stack) -> list[tuple]:
    return stack.sql(
        "select customer_id, sum(call_cost_usd), sum(call_duration_min) from customer_call_logs"
        " group by customer_id order by customer_id"
    )


def _run(stack: Stack, *paths: Path) -> dict:
    return stack.sluice("run", "call_logs", *map(str, paths))


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the original sample is third-party and not here")
def test_the_original_sample_gives_its_known_answers(stack: Stack) -> None:
    stack.worker()

    status = _run(stack, ORIGINAL)

    assert (status["state"], _books(status)) == ("done", {"read": 9, "loaded": 9})
    sums = "select sum(call_cost_usd), sum(call_duration_s), sum(call_duration_min) from customer_call_logs"
    assert stack.sql(sums) == [(Decimal("13.70"), 3720, Decimal("62.0"))]
    assert _sums(stack) == [
        (1001, Decimal("3.75"), Decimal("18.75")),
        (1002, Decimal("6.95"), Decimal("26.25")),
        (1003, Decimal("3.00"), Decimal("17.00")),
    ]


def test_nine_rows_again_reordered_and_changed(stack: Stack, tmp_path: Path) -> None:
    stack.worker()
    first, again, reordered, changed = (tmp_path / f"{n}.csv" for n in ("first", "again", "reordered", "changed"))
    first.write_text(HEADER + "\n".join(NINE) + "\n")
    again.write_bytes(first.read_bytes())
    reordered.write_text(HEADER + "\n".join(reversed(NINE)))
    changed.write_text(HEADER + "\n".join([NINE[0], NINE[1].replace("$1.50", "$9.99")]) + "\n")

    assert _books(_run(stack, first)) == {"read": 9, "loaded": 9}
    once = stack.sql("select * from customer_call_logs order by call_date")

    status = _run(stack, again)
    assert (_books(status), status["inputs"][0]["state"]) == ({}, "already_loaded")

    assert _books(_run(stack, reordered)) == {"read": 9, "duplicate": 9}

    status = _run(stack, changed)
    assert _books(status) == {"read": 2, "duplicate": 1, "rejected": 1}
    (reject,) = stack.sluice("rejects", "list", str(status["run"]))["rejects"]
    assert (reject["file"], reject["line"], reject["code"]) == (str(changed), 3, "key_conflict")
    assert stack.sql("select * from customer_call_logs order by call_date") == once


def _outcome(stack: Stack, status: dict) -> tuple:
    """Everything that must not depend on parts, workers or luck."""
    table = stack.sql(
        "select customer_id, call_cost_usd, call_destination, call_date, call_duration_s, uri, _line"
        " from customer_call_logs join sluice.input i on i.id = _input_id order by call_date, customer_id, 3"
    )
    books = [tuple(each[name] for name in BOOKS) for each in [status, *status["inputs"]]]
    rejects = stack.sluice("rejects", "list", str(status["run"]))["rejects"]
    return table, books, [(r["file"], r["line"], r["code"]) for r in rejects]


@pytest.mark.slow
@pytest.mark.parametrize("files", [1, 8])
def test_parts_and_workers_change_nothing_of_the_outcome(stack: Stack, tmp_path: Path, files: int) -> None:
    size = ["--rows", "12000", "--files", str(files), "--dirty", "0.02"]
    stack.sluice("sample", "call_logs", *size, "--out", str(tmp_path))
    expected = json.loads((tmp_path / "expected.json").read_text())
    paths = sorted(tmp_path.glob("call_logs_*.csv"))
    outcomes = []
    for concurrency, part_bytes in ((1, 1 << 14), (2, 1 << 16), (4, 1 << 18), (2, 1 << 25)):
        worker = stack.worker(concurrency, SLUICE_PART_BYTES=str(part_bytes))
        status = _run(stack, *paths)
        outcomes.append(_outcome(stack, status))
        assert {name: status[name] for name in ("read", "loaded", "duplicate", "rejected")} == {
            name: expected[name] for name in ("read", "loaded", "duplicate", "rejected")
        }
        assert compare_with_table(count_call_logs(paths), stack.connect()) == []
        worker.stop()
        stack.empty("customer_call_logs", "sluice.run", "sluice.reject")
    table, books, refused = outcomes[0]
    assert [(Path(file).name, line, code) for file, line, code in refused] == [
        (r["file"], r["line"], r["code"]) for r in expected["rejects"]
    ]
    for other in outcomes[1:]:
        assert other == (table, books, refused)


def test_bad_files_fail_with_one_sentence_and_the_others_go_on(stack: Stack, tmp_path: Path) -> None:
    stack.worker()
    contents = {
        "1_good.csv": (HEADER + NINE[0] + "\n").encode(),
        "2_empty.csv": b"",
        "3_header_only.csv": HEADER.encode(),
        "4_picture.csv": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)),
        "5_other_columns.csv": b"a,b\n1,2\n",
        "6_twice.csv": (HEADER.replace("call_cost", "customer_id") + NINE[0] + "\n").encode(),
        "7_extra.csv": (HEADER.strip() + ",mood\n" + NINE[3] + ",good\n").encode(),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)

    status = stack.sluice("run", "call_logs", *map(str, sorted(tmp_path.glob("?_*.csv"))), ok=False)

    assert (status["exit_code"], status["state"], _books(status)) == (6, "done", {"read": 2, "loaded": 2})
    assert [(Path(i["uri"]).name, i["state"], i["error_code"]) for i in status["inputs"]] == [
        ("1_good.csv", "done", None),
        ("2_empty.csv", "failed", "empty_file"),
        ("3_header_only.csv", "failed", "header_only"),
        ("4_picture.csv", "failed", "not_csv"),
        ("5_other_columns.csv", "failed", "missing_header"),
        ("6_twice.csv", "failed", "duplicate_header"),
        ("7_extra.csv", "done", None),
    ]
    assert all(i["error"].endswith(".") for i in status["inputs"] if i["state"] == "failed")
    assert "mood" in status["inputs"][6]["note"]
    paths = [str(tmp_path / name) for name in ("2_empty.csv", "1_good.csv")]
    assert stack.sluice("run", "call_logs", *paths)["exit_code"] == 0  # of an empty file nothing is missing
    strict = stack.sluice("run", "call_logs", *paths, "--strict", ok=False)
    assert strict["exit_code"] == 3
    failed = stack.sluice("run", "call_logs", str(tmp_path / "2_empty.csv"), ok=False)
    assert (failed["exit_code"], failed["state"]) == (1, "failed")
