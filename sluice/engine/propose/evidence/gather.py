"""One pass over all rows of some files with the same columns: the evidence of each column, and what is not a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sluice.engine.formats.text.header import plain
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.propose.evidence.footers import Footer, without_footer
from sluice.engine.propose.evidence.hashes import Spill
from sluice.engine.propose.layout.blocks import Block
from sluice.engine.propose.layout.described import FileLook
from sluice.engine.propose.layout.read import blocks_of

_THREADS = 2


@dataclass
class Refusal:
    """Records that are refused before any value is read, for one reason: how many, and the first of them."""

    count: int
    first: RowReject
    uri: str


@dataclass
class Gathered:
    """The evidence of files with the same columns, by column. `nested` counts objects and arrays of JSON."""

    rows: int = 0
    columns: dict[str, ColumnEvidence] = field(default_factory=dict)
    nested: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    footers: list[Footer] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """Records that are not rows."""
        return sum(each.count for each in self.refusals.values())


def gather(
    files: Sequence[FileLook], spill: Spill, tick: Callable[[int], None], stop: Callable[[Block, str], None]
) -> Gathered:
    """Read all rows of files. `tick` is called with the rows so far, `stop` with each block: it may raise."""
    found = Gathered()
    found.columns = {name: ColumnEvidence(name, spill) for file in files for name in file.names}
    with ThreadPoolExecutor(_THREADS) as pool:
        for file in files:
            for block, last in _with_last(ahead(blocks_of(file))):
                stop(block, file.uri)
                whole = without_footer(block, file.uri, found.footers) if last else block
                _add(found, whole, file.uri, pool, spill)
                tick(found.rows)
    if any(file.format == "JSON lines" for file in files):
        order = sorted(found.columns, key=lambda name: (found.places[plain(name)], plain(name)))
        found.columns = {name: found.columns[name] for name in order}
    return found


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks, each of them read while the one before it is used."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, blocks, None)
        try:
            while (block := waiting.result()) is not None:
                waiting = pool.submit(next, blocks, None)
                yield block
        finally:
            waiting.cancel() or waiting.exception()
            blocks.close() if hasattr(blocks, "close") else None


def _with_last(blocks: Iterator[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether it is the last one with rows."""
    before = next(blocks, None)
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True


def _add(found: Gathered, block: Block, uri: str, pool: ThreadPoolExecutor, spill: Spill) -> None:
    for reject in block.rejects:
        refusal = found.refusals.setdefault(reject.code, Refusal(0, reject, uri))
        refusal.count += 1
    for name in block.columns:
        if _same(found, name) is None:
            found.columns[name] = late = ColumnEvidence(name, spill)
            late.absent(found.rows)
    rows = len(block.lines)
    columns = {_same(found, name) or name: cells for name, cells in block.columns.items()}
    list(pool.map(lambda each: found.columns[each[0]].add(each[1], block.lines), columns.items()))
    for name, evidence in found.columns.items():
        if name not in columns:
            evidence.absent(rows)
    found.rows += rows
    for key, count in block.nested.items():
        found.nested[key] = found.nested.get(key, 0) + count
    for key, place in block.places.items():
        found.places[key] = min(place, found.places.get(key, place))


def _same(found: Gathered, name: str) -> str | None:
    """The column of that name, without regard to case."""
    if name in found.columns:
        return name
    return next((each for each in found.columns if plain(each) == plain(name)), None)
