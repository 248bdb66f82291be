"""The function of a Rows source, called: every wait for it is limited, and its errors become one sentence.

An error's own message may have values of rows or secrets, so it is not shown: the sentence has its type and its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from sluice.engine.base.own_code import limited
from sluice.engine.base.raised_at import defined_at, name_of, raised_at
from sluice.engine.declare import Rows
from sluice.errors import DataError, SluiceError, TransientError

_BATCH_ROWS = 1000
_STREAM = "__arrow_c_stream__"
_AWAY = (ConnectionError, TimeoutError)
_DONE = object()
# what people yield instead of a dict, and what to write
_ADVICE = (
    ("model_dump", "yield record.model_dump()"),
    ("_asdict", "yield record._asdict()"),
    ("__dataclass_fields__", "yield dataclasses.asdict(record)"),
    ("keys", "yield dict(record)"),
)


class Call:
    """One call of a source's function. `beat` is called with every item, and may raise to stop the fetch."""

    def __init__(self, source: Rows, beat: Callable[[], None]) -> None:
        self._source = source
        self._function = source.function
        self._beat = beat
        self._until = time.monotonic() + source.total_s
        self._seen = 0

    def items(self, state: dict[str, Any] | None) -> Generator[Mapping[Any, Any] | pa.RecordBatch]:
        """The records and batches that the function gives, to the last. Raises DataError, TransientError."""
        with self._running("calling it"):
            given = self._function() if state is None else self._function(state=state)
            items = _iterator(given)
        if items is None:
            raise self._wrong(f"it returned {_kind(given)}. Let it return or yield records: dicts, or Arrow tables")
        try:
            while (item := self._next(items)) is not _DONE:
                yield from self._flat(item)
        finally:
            if (close := getattr(items, "close", None)) is not None:
                with self._running("closing it"):
                    close()

    def wrong_value(self, sentence: str) -> DataError:
        """The error for a value that no column has."""
        return DataError(
            "not_text",
            f"{self.place} cannot be loaded: {sentence}, which a column of a table does not take. Nothing of this fetch"
            " is loaded. Write it as text or a number in the function, e.g. value.hex() for bytes.",
        )

    def _next(self, items: Iterator[Any]) -> Any:
        self._beat()
        if time.monotonic() > self._until:
            raise self._wrong(
                f"it takes longer than total_s={self._source.total_s:g} seconds. Raise total_s, or let it return less"
            )
        with self._running("waiting for its next record"):
            return next(items, _DONE)

    def _flat(self, item: Any, depth: int = 0) -> Iterator[Mapping[Any, Any] | pa.RecordBatch]:
        """The records of an item: itself, those of a list (a page), or the batches of an Arrow table."""
        if isinstance(item, Mapping):
            self._seen += 1
            with self._running("reading its record"):
                record = item if isinstance(item, dict) else dict(item)
            yield record
        elif isinstance(item, list | tuple) and not hasattr(item, "_asdict") and depth == 0:
            for each in item:
                yield from self._flat(each, depth + 1)
        elif isinstance(item, pa.RecordBatch) or hasattr(item, _STREAM):
            for batch in self._batches(item):
                self._seen += batch.num_rows
                yield batch
        else:
            raise self._wrong(f"record {self._seen + 1:,} is {_kind(item)}, not a dict. {_advice(item)}")

    def _batches(self, item: Any) -> Iterator[pa.RecordBatch]:
        with self._running("reading its Arrow table"):
            reader = (
                pa.RecordBatchReader.from_batches(item.schema, [item]) if isinstance(item, pa.RecordBatch) else None
            )
            reader = reader or pa.RecordBatchReader.from_stream(item)
        while True:
            with self._running("reading its Arrow table"):
                batch = next(reader, None)
            if batch is None:
                return
            for start in range(0, batch.num_rows, _BATCH_ROWS):
                yield batch.slice(start, _BATCH_ROWS)

    @contextmanager
    def _running(self, doing: str) -> Iterator[None]:
        """The function's own code runs: its time is limited, and an error becomes one sentence."""
        try:
            with limited(self._source.timeout_s, f"{self.place}, {doing},", "timeout_s"):
                yield
        except (Exception, SystemExit) as error:
            if isinstance(error, SluiceError) or _is_stop(error):
                raise
            kind, place = type(error).__name__, raised_at(self._function, error)
            if isinstance(error, _AWAY):
                raise TransientError(f"{self.place} has no connection: {kind} at {place}.") from error
            raise self._wrong(
                f"{kind} at {place}. Its message may have values of rows: call the function in Python to see it"
            ) from error

    def _wrong(self, sentence: str) -> DataError:
        return DataError(
            "rows_failed", f"{self.place} failed after {self._seen:,} records: {sentence}. Nothing of it is loaded."
        )

    @property
    def place(self) -> str:
        """The function, for messages."""
        return f"The function {name_of(self._function)!r} of {self._source.name} ({defined_at(self._function)})"


def _iterator(given: Any) -> Iterator[Any] | None:
    """What a function has given, item by item; None if there are no items."""
    if hasattr(given, _STREAM):
        return iter([given])
    if given is None or isinstance(given, str | bytes | Mapping):
        return None
    try:
        found: Iterator[Any] = iter(given)
    except TypeError:
        return None
    return found


def _is_stop(error: BaseException) -> bool:
    """Whether the process is being stopped by a signal, rather than by a sys.exit() of the function."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    module = "" if at is None else str(at.tb_frame.f_globals.get("__name__", ""))
    return isinstance(error, SystemExit) and module.partition(".")[0] == "billiard"


def _kind(item: Any) -> str:
    return "None" if item is None else f"a value of the type {type(item).__name__}"


def _advice(item: Any) -> str:
    advice = next((words for name, words in _ADVICE if hasattr(item, name)), "yield a dict, or a list of dicts")
    return advice[0].upper() + advice[1:]
