"""Rows in the order of their key, and which rows repeat a key.

Rows sorted by the key load faster, and the sort must not cost that gain. numpy sorts plain 64-bit numbers ten times
faster than it sorts by reference. So each round packs the rank so far, as many bits of the key's next words as fit, and
the row's position into one number, and sorts these. Only rows that are still equal are in the next round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sluice.engine.rows.contract.words import Word, Words, words
from sluice.engine.types.base import Int64s, Mask


@dataclass(frozen=True)
class Order:
    """`rows`: row numbers in key order, equal keys in order of their line; `repeats[i]` is True where
    `rows[i]` has the same key as the row before it."""

    rows: Int64s
    repeats: Mask


@dataclass
class _Ties:
    """Positions (in the order so far) of rows that are equal so far, and the rank of each group of equal rows."""

    places: Int64s
    ranks: Words


@dataclass
class _Held:
    """Words of the tied rows that they are not sorted by yet, as one number of so many bits."""

    values: Words
    bits: int


def key_order(keys: list[pa.Array], lines: Int64s) -> Order:
    """Sort rows by `keys` (no nulls), the first key column first, then by line."""
    count = len(lines)
    rows = line_order(lines).rows
    ties = _Ties(np.arange(count), np.zeros(count, np.uint64))
    held = _Held(np.zeros(count, np.uint64), 0)
    for word in _all_words(keys):
        if not len(ties.places):
            break
        more = _more(held, word, rows, ties)
        if more is None:
            ties = _sort_by(held, rows, ties)
            more = _read(word, rows, ties)
        held = more
    ties = _sort_by(held, rows, ties)
    repeats = np.zeros(count, np.bool_)
    repeats[ties.places[1:]] = ties.ranks[1:] == ties.ranks[:-1]
    return Order(rows, repeats)


def line_order(lines: Int64s) -> Order:
    """The order of rows that have no key: none repeats another."""
    in_order = bool((lines[1:] >= lines[:-1]).all())
    rows = np.arange(len(lines)) if in_order else np.argsort(lines, kind="stable")
    return Order(rows, np.zeros(len(lines), np.bool_))


def _all_words(keys: list[pa.Array]) -> Iterable[Word]:
    # one column after the other: most rows are ordered before the last is needed
    return (word for key in keys for word in words(key))


def _more(held: _Held, word: Word, rows: Int64s, ties: _Ties) -> _Held | None:
    """What is held and one word more; None if they do not fit into one number to sort by."""
    room = _room(ties)
    if held.bits and (held.bits >= room or not word.narrow):
        return None
    more = _read(word, rows, ties)
    if held.bits and held.bits + more.bits > room:
        return None
    return _Held((held.values << np.uint64(more.bits)) | more.values, held.bits + more.bits) if held.bits else more


def _read(word: Word, rows: Int64s, ties: _Ties) -> _Held:
    values = word.of(rows if len(ties.places) == len(rows) else rows[ties.places])
    if len(values):
        values -= values.min()
    return _Held(values, int(values.max(initial=0)).bit_length())


def _room(ties: _Ties) -> int:
    """How many bits a row's position and its rank so far leave of 64."""
    return 64 - (len(ties.places) - 1).bit_length() - int(ties.ranks[-1]).bit_length()


def _sort_by(held: _Held, rows: Int64s, ties: _Ties) -> _Ties:
    """Order the tied rows by what is held (`rows` is changed in place). Returns the ties that are left."""
    values, bits = held.values, held.bits
    while bits and len(ties.places):
        values, ties, bits = _sort_by_bits(values, rows, ties)
        if len(values):
            values -= values.min()
    return ties


def _sort_by_bits(values: Words, rows: Int64s, ties: _Ties) -> tuple[Words, _Ties, int]:
    """Order the tied rows by as many bits as fit. Returns the values and ties left, and how many bits."""
    count = len(ties.places)
    place_bits = (count - 1).bit_length()
    wide = int(values.max()).bit_length()
    left = max(wide - _room(ties), 0)
    key = (ties.ranks << np.uint64(wide - left)) | (values >> np.uint64(left))
    packed = (key << np.uint64(place_bits)) | np.arange(count, dtype=np.uint64)
    if not (packed[1:] > packed[:-1]).all():
        packed.sort()
        key = packed >> np.uint64(place_bits)
        moved = (packed & np.uint64((1 << place_bits) - 1)).astype(np.int64)
        rows[ties.places] = rows[ties.places[moved]]
        values = values[moved] if left else values
    tied, ranks = _still_tied(key)
    remaining = values[tied] & np.uint64((1 << left) - 1) if left else values[:0]
    return remaining, _Ties(ties.places[tied], ranks), left


def _still_tied(key: Words) -> tuple[Mask, Words]:
    """Where `key` (sorted) has an equal neighbour, and for those the rank of their group, from 0."""
    starts = np.ones(len(key) + 1, np.bool_)
    np.not_equal(key[1:], key[:-1], out=starts[1:-1])
    tied = ~(starts[1:] & starts[:-1])
    ranks = np.cumsum(starts[:-1][tied], dtype=np.uint64)
    ranks -= np.uint64(1)
    return tied, ranks
