"""Made-up call logs of which every fifth record must be rejected, for all the reasons of the samples in turn."""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchmarks.data.made import Made
from sluice.samples.call_logs import HEADER
from sluice.samples.calls import draw_call
from sluice.samples.expected import Record
from sluice.samples.faults import BAD_FIELDS, spoiled
from sluice.samples.spelling import plain

EVERY = 5
CODES = (*BAD_FIELDS, "ragged_row")


def make_hostile(out: Path, *, rows: int, files: int, seed: int = 1) -> Made:
    """Write call_logs_001.csv, ... into `out`. The same arguments give the same bytes."""
    random, record = Random(seed), Record()
    out.mkdir(parents=True, exist_ok=True)
    for n in range(files):
        with (out / f"call_logs_{n + 1:03d}.csv").open("wb") as file:
            file.write(HEADER.encode())
            for number in range(rows * n // files, rows * (n + 1) // files):
                file.write(_line(random, record, number).encode("utf-8", "surrogateescape"))
    return Made(rows - rows // EVERY, record.expected("call_logs", seed)["sums"])


def _line(random: Random, record: Record, number: int) -> str:
    call = draw_call(random.random, number)
    turn, place = divmod(number, EVERY)
    if place == EVERY - 1:
        return spoiled(call, CODES[turn % len(CODES)], turn // len(CODES))
    record.load(call)
    return plain(call)
