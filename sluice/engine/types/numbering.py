"""A country's numbering plan as patterns, for whole columns of plainly written telephone numbers.

libphonenumber needs about 15 us for a number, far more than all other columns of a row together. For a country with
a calling code of its own, the rules for a number written as `+254712345678`, `0712 345 678` or `254712345678` are the
patterns of its metadata, which Arrow matches for a whole column. Any other text is left to libphonenumber: this
module never refuses a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

_PLAIN = r"\A\+?[0-9](?:[ -]?[0-9])*\z"
_KINDS = (
    "mobile", "fixed_line", "toll_free", "voip", "uan", "shared_cost", "premium_rate", "personal_number", "pager",
    "voicemail",
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """The patterns of the national numbers of one kind."""

    pattern: str
    lengths: tuple[int, ...]

    def fits(self, numbers: pa.Array) -> pa.Array:
        """Which numbers are of the kind; null for null."""
        long = pc.is_in(pc.binary_length(numbers), pa.array(self.lengths, pa.int32()))
        return pc.and_(pc.match_substring_regex(numbers, rf"\A(?:{self.pattern})\z"), long)


@dataclass(frozen=True)
class Plan:
    """One country's numbering: `code` (254), `trunk` (the 0 before national numbers), `abroad` (a pattern)."""

    code: str
    trunk: str
    abroad: str
    general: Shape
    kinds: tuple[Shape, ...]

    def e164(self, texts: pa.Array) -> pa.Array:
        """Each text in E.164, null where it is uncertain."""
        plain = pc.if_else(pc.match_substring_regex(texts, _PLAIN), texts, None)
        digits = pc.replace_substring(pc.replace_substring(plain, " ", ""), "-", "")
        local = pc.invert(pc.match_substring_regex(digits, rf"\A(?:\+|{self.abroad})"))
        coded = pc.starts_with(digits, self.code)
        trunked = pc.starts_with(digits, self.trunk)
        # a code without + may also be the beginning of a national number: then it is uncertain
        bare = pc.and_(pc.and_(local, coded), pc.invert(pc.or_(trunked, self.general.fits(digits))))
        forms = [
            (pc.starts_with(digits, f"+{self.code}"), len(self.code) + 1),
            (pc.and_(pc.and_(local, trunked), pc.invert(coded)), len(self.trunk)),
            (bare, len(self.code)),
        ]
        national = pa.nulls(len(texts), pa.string())
        for hit, skip in forms:
            national = pc.if_else(pc.fill_null(hit, False), pc.utf8_slice_codeunits(digits, skip), national)
        return pc.if_else(self._exists(national), pc.binary_join_element_wise(f"+{self.code}", national, ""), None)

    def _exists(self, national: pa.Array) -> pa.Array:
        """Whether the number is in the plan, without a trunk prefix or zero that may not be part of it."""
        clear = pc.invert(pc.match_substring_regex(national, rf"\A(?:0|{self.trunk})"))
        matched = pa.repeat(pa.scalar(False), len(national))
        for kind in self.kinds:
            # most numbers are of the first kind; only the others are matched with the next one
            matched = pc.or_(matched, kind.fits(pc.if_else(matched, None, national)).fill_null(False))
        return pc.and_(pc.and_(clear, matched), self.general.fits(national)).fill_null(False)


@lru_cache(maxsize=256)
def plan_of(region: str) -> Plan | None:
    """The region's plan, or None where patterns are not sufficient."""
    facts = PhoneMetadata.metadata_for_region(region)
    code = phonenumbers.country_code_for_region(region)
    trunk = facts.national_prefix if facts else None
    if (
        facts is None
        or phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code] != (region,)
        or not trunk
        or facts.national_prefix_for_parsing != trunk
        or facts.national_prefix_transform_rule
        or not facts.international_prefix
    ):
        return None
    general = _shape(facts.general_desc)
    kinds = tuple(shape for kind in _KINDS if (shape := _shape(getattr(facts, kind))))
    return Plan(str(code), trunk, facts.international_prefix, general, kinds) if general else None


def _shape(facts: PhoneNumberDesc | None) -> Shape | None:
    if facts is None or not facts.national_number_pattern or not facts.possible_length:
        return None
    return Shape(facts.national_number_pattern, tuple(facts.possible_length))
