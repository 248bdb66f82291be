"""Which datasets there are. Their sizes follow from --rows: `call_logs_x4` has four times as many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.data.calls_wide import make_calls_wide
from benchmarks.data.datasets import Dataset
from benchmarks.data.hostile import make_hostile
from benchmarks.data.made import Made, Write
from sluice.samples.call_logs import make_call_logs

REPEATED = 0.003
SMALL_ROWS = 200  # of a small file


@dataclass(frozen=True)
class Size:
    """What --rows and --files say, and --dirty."""

    rows: int
    files: int
    dirty: float


def datasets(work: Path, size: Size) -> list[Dataset]:
    """The datasets of the benchmark, not made yet."""
    return [*_usual(work, size), *_larger(work, size), *_small(work, size), *_first_loads(work, size)]


def _usual(work: Path, size: Size) -> Iterator[Dataset]:
    """Those that are measured where none is named."""
    logs, wide = partial(_dataset, work, size, "call_logs"), partial(_dataset, work, size, "calls_wide")
    yield logs("call_logs", _call_logs(), limit_of="call_logs")
    yield logs("call_logs_dirty", _call_logs(size.dirty), limit_of="call_logs")
    yield logs("hostile", _hostile, limit_of="call_logs")
    yield wide("calls_wide", _calls_wide(), limit_of="calls_wide")
    yield wide("wide_repeats", _calls_wide(REPEATED), limit_of="calls_wide")


def _larger(work: Path, size: Size) -> Iterator[Dataset]:
    logs, wide = partial(_dataset, work, size, "call_logs"), partial(_dataset, work, size, "calls_wide")
    yield logs("call_logs_x4", _call_logs(), times=4, limit_of="call_logs_x4", usual=False)
    yield logs("call_logs_dirty_x4", _call_logs(size.dirty), times=4, limit_of="call_logs_x4", usual=False)
    yield wide("calls_wide_x4", _calls_wide(), times=4, limit_of="calls_wide_x4", usual=False)


def _small(work: Path, size: Size) -> Iterator[Dataset]:
    """Files of 200 rows: where --rows is a million they are 1,000 and 5,000."""
    for name, files in (("small_1000", size.rows // (5 * SMALL_ROWS)), ("small_5000", size.rows // SMALL_ROWS)):
        many = Size(SMALL_ROWS * max(2, files), max(2, files), 0)
        yield _dataset(work, many, "call_logs", name, _call_logs(), usual=False)


def _first_loads(work: Path, size: Size) -> Iterator[Dataset]:
    """Random keys into a table that nothing was ever loaded into; and one file of a gigabyte for a million --rows."""
    for name, times in (("first_load", 1), ("first_load_x5", 5), ("first_load_x20", 20)):
        wide = partial(_dataset, work, size, "calls_wide", name, _calls_wide(), times=times)
        yield wide(limit_of=name, usual=False, untouched=True)
    yield _dataset(work, Size(size.rows, 1, 0), "calls_wide", "one_file", _calls_wide(), times=10, usual=False)


def _dataset(
    work: Path,
    size: Size,
    pipeline: str,
    name: str,
    write: Write,
    *,
    times: int = 1,
    limit_of: str = "",
    usual: bool = True,
    untouched: bool = False,
) -> Dataset:
    rows = size.rows * times
    return Dataset(name, pipeline, work / name, write, rows, size.files, limit_of, usual=usual, untouched=untouched)


def _call_logs(dirty: float = 0) -> Write:
    def write(folder: Path, rows: int, files: int) -> Made:
        made = make_call_logs(folder, rows=rows, files=files, dirty=dirty)
        return Made(made["loaded"], made["sums"])

    return write


def _calls_wide(repeats: float = 0) -> Write:
    return lambda folder, rows, files: make_calls_wide(folder, rows=rows, files=files, repeats=repeats)


def _hostile(folder: Path, rows: int, files: int) -> Made:
    return make_hostile(folder, rows=rows, files=files)
