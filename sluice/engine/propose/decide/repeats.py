"""A second pass over the rows: how many of them repeat the values of another one, in some columns and in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow.compute as pc

from sluice.engine.formats.text.header import plain
from sluice.engine.propose.evidence.gather import Gathered, ahead
from sluice.engine.propose.evidence.hashes import Hashes, Spill, Unique, combined, hashes_of
from sluice.engine.propose.evidence.shapes import folded, trimmed
from sluice.engine.propose.layout.blocks import Block
from sluice.engine.propose.layout.described import FileLook
from sluice.engine.propose.layout.read import blocks_of
from sluice.engine.types.base import Mask

Names = tuple[str, ...]


class Repeats:
    """Rows that repeat another one in each group of columns. Rows without a value in one of these do not count."""

    def __init__(self, groups: Sequence[Names], spill: Spill) -> None:
        self._groups = {group: (Unique(spill, keep=True), Unique(spill, keep=True)) for group in groups}
        self._whole = Unique(spill, keep=True)

    def read(self, files: Sequence[FileLook], found: Gathered) -> None:
        """Take all rows of some files, without totals at their ends."""
        footers = {(footer.uri, footer.line) for footer in found.footers}
        names = {plain(name): name for name in found.columns}
        for file in files:
            for block in ahead(blocks_of(file)):
                kept = np.array([(file.uri, line) not in footers for line in block.lines.tolist()], np.bool_)
                self._add(_hashed(block, names, kept))

    def _add(self, cells: dict[str, tuple[Hashes, Mask]]) -> None:
        if not cells:
            return
        whole = combined(cells[name][0] for name in sorted(cells))
        self._whole.add(whole)
        for group, (keys, without) in self._groups.items():
            if all(name in cells for name in group):
                there = np.logical_and.reduce([cells[name][1] for name in group])
                keys.add(combined(cells[name][0] for name in group)[there])
                without.add(whole[~there])
            else:
                without.add(whole)

    @property
    def copies(self) -> int:
        """Rows with all values of another one."""
        return self._whole.repeats()

    def counts(self) -> Iterator[tuple[Names, int, int]]:
        """Each group, the rows that repeat another one in it, and of these the copies of whole rows. Not the groups for
        which the disk had no room."""
        copies = self.copies
        for group, (keys, without) in self._groups.items():
            if self._whole.certain and keys.certain and without.certain:
                yield group, keys.repeats(), copies - without.repeats()


def _hashed(block: Block, names: dict[str, str], kept: Mask) -> dict[str, tuple[Hashes, Mask]]:
    """The hash of each cell of the known columns, and whether it has a value."""
    cells = {}
    for header, column in block.columns.items():
        name = names.get(plain(header))
        if name is not None:
            text = trimmed(column.fill_null(""))
            cells[name] = hashes_of(folded(text))[kept], (pc.binary_length(text).to_numpy() > 0)[kept]
    return cells
