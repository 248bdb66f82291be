"""Made-up files for the pipeline calls_wide: the calls of the samples, each with a random id, two numbers and a state.

About 105 bytes a record, all clean and spelled plainly. The same arguments give the same bytes.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

from benchmarks.data.made import Made
from sluice.samples.calls import draw_call
from sluice.samples.chance import Memory
from sluice.samples.expected import Record
from sluice.samples.spelling import plain

HEADER = "call_id,caller,callee,status,customer_id,call_cost,call_destination,call_date,call_duration\n"
STATES = ("answered", "answered", "answered", "answered", "answered", "busy", "missed", "failed")
REMEMBERED = 16  # of so many records one may be repeated later


def make_calls_wide(out: Path, *, rows: int, files: int, repeats: float = 0, seed: int = 1) -> Made:
    """Write calls_wide_001.csv, ... into `out`.

    `repeats` is the share of records that are there already, word for word: anywhere before, in this file or another.
    """
    sample = _Sample(seed, Fraction(str(repeats)))
    out.mkdir(parents=True, exist_ok=True)
    for n in range(files):
        with (out / f"calls_wide_{n + 1:03d}.csv").open("w", encoding="utf-8", newline="\n") as file:
            file.write(HEADER)
            file.writelines(sample.line(at) for at in range(rows * n // files, rows * (n + 1) // files))
    return Made(sample.loaded, sample.record.expected("calls_wide", seed)["sums"])


class _Sample:
    """A sample while it is written."""

    def __init__(self, seed: int, repeats: Fraction) -> None:
        self.record, self.loaded = Record(), 0
        self._random, self._repeats = Random(seed), repeats
        self._memory = Memory[str](Random(seed + 1))

    def line(self, number: int) -> str:
        if number and int((number + 1) * self._repeats) > int(number * self._repeats):
            return self._memory.recall()
        line = self._new(number)
        if self._repeats and number % REMEMBERED == 0:
            self._memory.keep(line)
        return line

    def _new(self, number: int) -> str:
        call = draw_call(self._random.random, number)
        self.record.load(call)
        self.loaded += 1
        bits = self._random.getrandbits(128)  # 72 for the id, 25 and 25 for the numbers, 3 for the state
        caller, callee = 700_000_000 + (bits >> 72) % 2**25, 700_000_000 + (bits >> 97) % 2**25
        return f"{bits % 2**72:018x},+254{caller},+254{callee},{STATES[bits >> 125]},{plain(call)}"
