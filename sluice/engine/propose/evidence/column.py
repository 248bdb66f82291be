"""What one pass over the cells of a column finds. Nothing of it depends on the order of the rows but lines."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.propose.evidence.forms import Form, form_of, mark_of
from sluice.engine.propose.evidence.hashes import Distinct, Hashes, Spill, Unique, hashes_of
from sluice.engine.propose.evidence.shapes import cells_of, folded, shapes_of, trimmed
from sluice.engine.propose.evidence.tally import Tally
from sluice.engine.types import Date
from sluice.engine.types.base import Int64s, Mask

NULL_WORDS = (
    "n/a", "na", "n.a.", "#n/a", "null", "(null)", "none", "nil", "nan", "unknown", "missing", "undefined", "-", "--",
    "---", "?", ".", "\\n", "<null>", "<na>", "not available", "nat", "k.a.", "s/o", "#null!", "#value!", "#ref!", "*",
)  # fmt: skip
PACKED = ("%Y%m%d", "%d%m%Y", "%m%d%Y")  # days without separators
_LONGEST_WORD = max(map(len, NULL_WORDS))
_MISSING = 0.03
_SHAPES, _VALUES, _ODD, _DAYS, _MARKS, _HOURS = 500, 100, 1_000, 60_000, 40, 10_000
_PLAIN = r"\A-?[09]9*\z", r"\A-?[09]9*\.9+\z"
_NOT_A_MARK = r"[0-9.,'_ ()+\x{2019}\x{00a0}\x{202f}-]"


class ColumnEvidence:
    """Counts of a column's cells, by their shapes and, where these are few, by their texts."""

    def __init__(self, name: str, spill: Spill) -> None:
        self.name = name
        self.rows = self.filled = self.longest = self.bytes = self.ranged = 0
        self.shapes, self.values, self.odd = Tally(_SHAPES), Tally(_VALUES), Tally(_ODD)
        self.nulls, self.zones = Tally(1_000), Tally(_MARKS)
        self.marks, self.exponents = Tally(_MARKS), Tally(_MARKS)  # what is beside digits, points and signs
        self.hours, self.halves = Tally(_HOURS), Tally(_MARKS)  # of times of day or lengths of time
        self.days: dict[str, Tally] = {}
        self.low: float | int | None = None
        self.high: float | int | None = None
        self.beyond = False  # a whole number has more than 64 bits
        self.distinct = Distinct()
        self.unique = Unique(spill)

    def add(self, text: pa.Array, lines: Int64s) -> Hashes:
        """Take the cells of a block, null for absent. Returns their hashes."""
        text = trimmed(text.fill_null("") if text.null_count else text)
        hashes = hashes_of(folded(text))
        places, _ = cells_of(text)
        present: Mask = places[1:] > places[:-1]
        self.rows += len(text)
        if not present.all():
            text, lines, hashes = text.filter(pa.array(present)), lines[present], hashes[present]
        self.filled += len(text)
        self.bytes += int(places[-1])
        self.distinct.add(hashes)
        self.unique.add(hashes)
        if len(text):
            self.longest = max(self.longest, pc.max(pc.utf8_length(text)).as_py())
            if not self.values.full:
                self.values.add(text.dictionary_encode(), lines)
            self._add_shapes(text, lines)
        return hashes

    def absent(self, rows: int) -> None:
        """Count rows that do not have the column."""
        self.rows += rows

    @property
    def empty(self) -> int:
        """How many cells are empty."""
        return self.rows - self.filled

    @property
    def nearly_full(self) -> bool:
        """Whether so few cells are empty that it may be a key: rows without a key are rejects."""
        return self.filled > 0 and self.empty <= _MISSING * self.rows

    def _add_shapes(self, text: pa.Array, lines: Int64s) -> None:
        shapes = None if self.shapes.full else self._counted(text, lines)
        if shapes is None:
            self._add_nulls(text, lines)
            return
        forms = [form_of(shape) for shape in shapes.dictionary.to_pylist()]
        codes = shapes.indices.to_numpy(zero_copy_only=False)
        odd = np.array([form.odd for form in forms], np.bool_)[codes]
        if odd.any():
            rest, where = text.filter(pa.array(odd)), lines[odd]
            self.odd.add(rest.dictionary_encode(), where) if not self.odd.full else None
            self._add_nulls(rest, where)
        self._add_days(text, lines, forms, codes)
        self._add_clocks(text, lines, _rows(codes, [form.clock for form in forms]))
        self._add_exponents(text, lines, _rows(codes, [form.exponent for form in forms]))
        self._add_marks(text, lines, forms, shapes)
        self._add_range(text, shapes)

    def _counted(self, text: pa.Array, lines: Int64s) -> pa.DictionaryArray | None:
        """The shapes of the cells; None if the column has too many."""
        shapes = shapes_of(text)
        self.shapes.add(shapes, lines)
        return None if self.shapes.full else shapes

    def _add_nulls(self, text: pa.Array, lines: Int64s) -> None:
        """Count words for an empty value."""
        short = pc.less_equal(pc.binary_length(text), _LONGEST_WORD)
        few, where = text.filter(short), lines[short.to_numpy(zero_copy_only=False)]
        words = pc.is_in(pc.ascii_lower(few), pa.array(NULL_WORDS))
        found: Mask = words.to_numpy(zero_copy_only=False)
        if found.any():
            self.nulls.add(few.filter(words).dictionary_encode(), where[found])

    def _add_days(self, text: pa.Array, lines: Int64s, forms: list[Form], codes: Int64s) -> None:
        places = {(each.dated.kind, each.dated.length, each.dated.zone) for each in forms if each.dated}
        for kind, length, zone in sorted(places):
            days = self.days.setdefault(kind, Tally(_DAYS))
            if days.full:
                continue
            rows = _rows(
                codes,
                [
                    form.dated is not None
                    and (form.dated.kind, form.dated.length, form.dated.zone) == (kind, length, zone)
                    for form in forms
                ],
            )
            some, where = text.filter(pa.array(rows)), lines[rows]
            texts = pc.utf8_slice_codeunits(some, 0, length).dictionary_encode()
            if kind == "8" and not _may_be_days(texts.dictionary):
                days.give_up()
            days.add(texts, where)
            if zone:
                self.zones.add(pc.utf8_slice_codeunits(some, zone).dictionary_encode(), where)

    def _add_clocks(self, text: pa.Array, lines: Int64s, rows: Mask) -> None:
        """Count what is before the first colon, and letters behind the digits."""
        if not rows.any() or self.hours.full:
            return
        some, where = text.filter(pa.array(rows)), lines[rows]
        self.hours.add(pc.replace_substring_regex(some, ":.*", "").dictionary_encode(), where)
        halves = pc.replace_substring_regex(some, "[0-9:. ]", "")
        lettered = pc.not_equal(halves, "")
        if pc.any(lettered).as_py():
            self.halves.add(halves.filter(lettered).dictionary_encode(), where[lettered.to_numpy(zero_copy_only=False)])

    def _add_exponents(self, text: pa.Array, lines: Int64s, rows: Mask) -> None:
        """Count the letters before exponents."""
        if not self.exponents.full and rows.any():
            letters = pc.replace_substring_regex(text.filter(pa.array(rows)), _NOT_A_MARK, "")
            self.exponents.add(letters.dictionary_encode(), lines[rows])

    def _add_marks(self, text: pa.Array, lines: Int64s, forms: list[Form], shapes: pa.DictionaryArray) -> None:
        """Count the marks of numbers: by their place where the shape has one, which is faster than a search."""
        if self.marks.full or not any(form.marked for form in forms):
            return
        codes = shapes.indices.to_numpy(zero_copy_only=False)
        places = [
            mark_of(shape) if form.marked else ()
            for shape, form in zip(shapes.dictionary.to_pylist(), forms, strict=True)
        ]
        for place in sorted({each for each in places if each != ()}, key=str):
            rows = _rows(codes, [each == place for each in places])
            some = text.filter(pa.array(rows))
            if place is None:
                marks = pc.replace_substring_regex(some, _NOT_A_MARK, "")
            else:
                marks = pc.utf8_slice_codeunits(some, *place)
            self.marks.add(marks.dictionary_encode(), lines[rows])

    def _add_range(self, text: pa.Array, shapes: pa.DictionaryArray) -> None:
        """Widen the range of plain numbers."""
        for pattern, kind in zip(_PLAIN, (pa.int64(), pa.float64()), strict=True):
            plain = pc.match_substring_regex(shapes.dictionary, pattern).to_numpy(zero_copy_only=False)
            if not plain.any():
                continue
            some = text if plain.all() else text.filter(pa.array(plain[shapes.indices.to_numpy(zero_copy_only=False)]))
            try:
                ends = pc.min_max(pc.cast(some, kind)).as_py()
            except pa.ArrowInvalid:
                self.beyond = True
                continue
            self.ranged += len(some)
            self.low = ends["min"] if self.low is None else min(self.low, ends["min"])
            self.high = ends["max"] if self.high is None else max(self.high, ends["max"])


def _rows(codes: Int64s, chosen: list[bool]) -> Mask:
    """Which cells have one of the chosen shapes."""
    rows: Mask = np.array(chosen, np.bool_)[codes]
    return rows


def _may_be_days(texts: pa.Array) -> bool:
    """Whether numbers of eight digits are all days in one order. Other numbers need not be kept."""
    return any(Date(pattern).parse(texts).values.null_count == 0 for pattern in PACKED)
