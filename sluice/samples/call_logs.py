"""`make_call_logs`: call logs of any size with known faults in them, and the record of what was planted.

Records are numbered through all files. Each block of a thousand decides which of its records are bad,
which are merely odd and which are remembered, to be repeated later; the rest, nearly all, is plain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from random import Random

from sluice.samples.calls import Call, draw_call
from sluice.samples.chance import Deck, Memory, some
from sluice.samples.expected import Expected, Record
from sluice.samples.faults import DEALT, DUPLICATES, conflicting, spoiled
from sluice.samples.spelling import SPELLINGS, VARIETY, Spelling, plain

PIPELINE = "call_logs"
HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
BLOCK = 1_000
CLEAN = ("odd", "remembered")


def make_call_logs(out: Path, *, rows: int, files: int = 1, dirty: float = 0.02, seed: int = 1) -> Expected:
    """Write call_logs_001.csv, ... and expected.json into `out`; the same arguments give the same bytes.

    `rows` is the number of records over all files, bad ones included; `dirty` the share of bad ones, from
    0 to 0.5 (exact, rounded down). Raises ValueError for other arguments, FileExistsError when `out` holds
    files of another sample that would be taken for this one's.
    """
    _check(rows, files, dirty)
    names = [f"call_logs_{n:0{max(3, len(str(files)))}d}.csv" for n in range(1, files + 1)]
    _make_room(out, names)
    sample = _Sample(Random(seed), Fraction(str(dirty)))
    for n, name in enumerate(names):
        sample.write_file(out / name, rows * n // files, rows * (n + 1) // files)
    expected = sample.record.expected(PIPELINE, seed)
    text = json.dumps(expected, indent=2) + "\n"
    (out / "expected.json").write_text(text, encoding="utf-8", newline="\n")
    return expected


def _check(rows: int, files: int, dirty: float) -> None:
    if files < 1:
        raise ValueError(f"files {files}: give at least 1.")
    if rows < files:
        raise ValueError(f"rows {rows}: give at least {files}, one for each file.")
    if not 0 <= dirty <= 0.5:
        raise ValueError(f"dirty {dirty:g}: give a share from 0 to 0.5.")


def _make_room(out: Path, names: Sequence[str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    others = sorted({path.name for path in out.glob("call_logs_*.csv")} - set(names))
    if others:
        raise FileExistsError(f"{out} holds {others[0]} of another sample: choose an empty folder.")


class _Sample:
    """A sample while it is written."""

    def __init__(self, random: Random, dirty: Fraction) -> None:
        self.record = Record()
        self._random, self._dirty = random, dirty
        self._memory = Memory[tuple[Call, str]](random)
        self._faults = Deck(random, DEALT)
        self._variety = Deck(random, VARIETY)
        self._turns = dict.fromkeys(DEALT, 0)

    def write_file(self, path: Path, first: int, end: int) -> None:
        self.record.open_file(path.name)
        line = 2
        with path.open("wb") as file:
            file.write(HEADER.encode())
            for start in range(first, end, BLOCK):
                texts = list(self._block(start, min(start + BLOCK, end), line))
                content = "".join(texts).encode("utf-8", "surrogateescape")
                line += content.count(b"\n")
                file.write(content)
        self.record.close_file(end - first)

    def _block(self, start: int, end: int, line: int) -> Iterator[str]:
        special = self._special(start, end)
        random, load = self._random.random, self.record.load
        for record in range(start, end):
            call = draw_call(random, record)
            what = special.get(record)
            if what is None:
                load(call)
                text = plain(call)
                line += 1
            else:
                text = self._clean(call, what) if what in CLEAN else self._bad(call, what, line)
                line += text.count("\n")
            yield text

    def _special(self, start: int, end: int) -> dict[int, str]:
        """Which records of the block are not plain, and what they are instead."""
        bad = int(end * self._dirty) - int(start * self._dirty)
        few = 2 + (end - start) // 250
        # The very first record is clean and remembered: so there always is a row to repeat.
        places = some(self._random, range(max(start, 1), end), bad + 2 * few)
        special = {place: self._faults.deal() for place in places[:bad]}
        special |= dict.fromkeys(places[bad : bad + few], "odd")
        special |= dict.fromkeys(places[bad + few :], "remembered")
        return special if start else {**special, 0: "remembered"}

    def _clean(self, call: Call, what: str) -> str:
        spelling: Spelling = plain
        if what == "odd":
            values, spelling = self._variety.deal()
            call = call._replace(**values)
        text = spelling(call)
        self.record.load(call)
        self._memory.keep((call, text))
        return text

    def _bad(self, call: Call, what: str, line: int) -> str:
        turn = self._turns[what]
        self._turns[what] += 1
        if what in DUPLICATES:
            self.record.duplicate()
            winner, text = self._memory.recall()
            return text if what == "duplicate" else SPELLINGS[turn % len(SPELLINGS)](winner)
        self.record.reject(line, what)
        if what == "key_conflict":
            return conflicting(self._memory.recall()[0], turn)
        return spoiled(call, what, turn)
