"""Lines at the end of a file that are totals, or end a report: they are not rows, and no evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sluice.engine.formats.text.footer import is_of_footer
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.propose.layout.blocks import Block

_LAST = 3  # lines at the end of a file that may be totals
_TOTAL = re.compile(
    r"(grand |sub)?totals?\b.*|sum(me|ma|s)?\b.*|gesamt.*|saldo\b.*|totaal\b.*|totale?s?\b.*|razem\b.*|celkem\b.*|"
    r"итого.*|всего.*|合計.*|end of (file|report|data).*|\(?\d+ (rows?|records?|lines?)\b.*|"
    r"(closing |ending )?balance\b.*",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_TOTAL = re.compile(r"(grand |sub)?totals?:?|summe:?|gesamt:?|totale?:?", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")


@dataclass(frozen=True)
class Footer:
    """A line at the end of a file that is a total, or ends the report: its number and its cells by column; without a
    name for them where it has more or fewer cells than the table."""

    uri: str
    line: int
    cells: dict[str, str]

    @property
    def text(self) -> str:
        """What it begins with."""
        return next(filter(None, self.cells.values()), "")


def pattern_of(footers: Sequence[Footer]) -> str:
    """The pattern that these lines begin with, and no other line does by chance; empty if there is none."""
    patterns = sorted({_pattern(each.text) for each in footers})
    together = "|".join(patterns)
    return together if all(is_of_footer(each.text, together) for each in footers) else ""


def _pattern(text: str) -> str:
    words = _WORDS.match(text)
    return rf"{words[0]}\b" if words else re.sub(r"\d+", r"\\d+", re.escape(text))


def without_footer(block: Block, uri: str, footers: list[Footer]) -> Block:
    """The last block of a file without totals at its end, which are added to `footers`."""
    keep, rejects = len(block.lines), sorted(block.rejects, key=lambda reject: reject.line)
    for _ in range(_LAST):
        if rejects and (not keep or rejects[-1].line > block.lines[keep - 1]):
            if not _is_ragged_total(rejects[-1]):
                break
            last = rejects.pop()
            footers.append(Footer(uri, last.line, {"": last.raw.strip()}))
            continue
        cells = (
            {name: (column[keep - 1].as_py() or "").strip() for name, column in block.columns.items()} if keep else {}
        )
        if keep < 2 or not _is_total(list(cells.values())):
            break
        footers.append(Footer(uri, int(block.lines[keep - 1]), cells))
        keep -= 1
    columns = {name: column.slice(0, keep) for name, column in block.columns.items()}
    return Block(columns, block.lines[:keep], rejects, block.nested, block.places)


def _is_ragged_total(reject: RowReject) -> bool:
    return reject.code == "ragged_row" and _TOTAL.fullmatch(reject.raw.lstrip(" \t\"';,|")) is not None


def _is_total(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if len(cells) < 2 or not filled:
        return False
    if len(filled) == len(cells):
        return _ONLY_TOTAL.fullmatch(filled[0]) is not None
    return _TOTAL.fullmatch(filled[0]) is not None and 2 * len(filled) <= len(cells) + 1
