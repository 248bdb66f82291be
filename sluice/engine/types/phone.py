"""Telephone numbers in E.164, by the rules of Google's libphonenumber."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Parsed, StoredAsText
from sluice.engine.types.cells import Invalid, one_by_one
from sluice.engine.types.numbering import plan_of
from sluice.errors import ConfigError

_BAD_PHONE = Invalid("bad_phone", "'{value}' is not a telephone number that exists.")


@dataclass(frozen=True)
class Phone(StoredAsText):
    """A telephone number, kept as `+254712345678`; numbers without + are of `region` (ISO 3166, e.g. KE).

    Only numbers of the country's numbering plan are accepted, without an extension, which E.164 does not have. A
    reason shows a number's last two digits only. Rejects: `bad_phone`.
    """

    private: ClassVar[bool] = True
    region: str

    def __post_init__(self) -> None:
        if self.region not in phonenumbers.SUPPORTED_REGIONS:
            raise ConfigError(f"Phone({self.region!r}): use a country code of ISO 3166 such as KE.")

    def parse(self, text: pa.Array) -> Parsed:
        plan = plan_of(self.region)
        values = plan.e164(text) if plan else pa.nulls(len(text), pa.string())
        left = pc.and_(values.is_null(), text.is_valid()).to_numpy(zero_copy_only=False)
        read = one_by_one(text, left, lambda number: _e164(number, self.region))
        rows, accepted = read.accepted()
        replaced = np.zeros(len(text), np.bool_)
        replaced[rows] = True
        if len(rows):
            values = pc.replace_with_mask(values, pa.array(replaced), pa.array(accepted, pa.string()))
        return Parsed(values, read.refused(len(text)))

    def show(self, text: str) -> str:
        """The text with every digit but the last two masked."""
        digits = [place for place, character in enumerate(text) if character.isdigit()]
        hidden = set(digits[:-2])
        return super().show("".join("*" if place in hidden else c for place, c in enumerate(text)))


@lru_cache(maxsize=1 << 16)
def _e164(text: str, region: str) -> str | Invalid | None:
    bare = text.strip()
    if not bare:
        return None
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return _BAD_PHONE
    if number.extension or not phonenumbers.is_valid_number(number):
        return _BAD_PHONE
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
