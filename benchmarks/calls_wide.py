"""Made-up files for the pipeline calls_wide: the calls of the samples, each with a random id, two numbers and a state.

About 105 bytes a record, all clean and spelled plainly. The same arguments give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from sluice.samples.calls import draw_call
from sluice.samples.expected import Record, Sums
from sluice.samples.spelling import plain

HEADER = "call_id,caller,callee,status,customer_id,call_cost,call_destination,call_date,call_duration\n"
STATES = ("answered", "answered", "answered", "answered", "answered", "busy", "missed", "failed")


def make_calls_wide(out: Path, *, rows: int, files: int, seed: int = 1) -> Sums:
    """Write calls_wide_001.csv, ... into `out`, and return the sums over their `rows` records."""
    random, record = Random(seed), Record()
    out.mkdir(parents=True, exist_ok=True)
    for n in range(files):
        with (out / f"calls_wide_{n + 1:03d}.csv").open("w", encoding="utf-8", newline="\n") as file:
            file.write(HEADER)
            file.writelines(_line(random, record, at) for at in range(rows * n // files, rows * (n + 1) // files))
    return record.expected("calls_wide", seed)["sums"]


def _line(random: Random, record: Record, number: int) -> str:
    call = draw_call(random.random, number)
    record.load(call)
    bits = random.getrandbits(128)  # 72 for the id, 25 and 25 for the numbers, 3 for the state
    caller, callee = 700_000_000 + (bits >> 72) % 2**25, 700_000_000 + (bits >> 97) % 2**25
    return f"{bits % 2**72:018x},+254{caller},+254{callee},{STATES[bits >> 125]},{plain(call)}"
