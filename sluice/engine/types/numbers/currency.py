"""Currencies: the codes of ISO 4217, and their symbols."""

from __future__ import annotations

import unicodedata

CODES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  # 160 quoted strings are harder to compare with the standard
)

# A shared symbol ($, £, ¥) belongs to each of its currencies: `Money("CAD")` reads $1.20 as Canadian.
_SYMBOLS: dict[str, tuple[str, ...]] = {
    "ARS": ("$", "AR$"),
    "AUD": ("$", "A$", "AU$"),
    "BRL": ("R$",),
    "CAD": ("$", "C$", "CA$"),
    "CHF": ("Fr", "SFr"),
    "CLP": ("$", "CLP$"),
    "CNY": ("¥", "CN¥", "元"),
    "COP": ("$", "COL$"),
    "CRC": ("₡",),
    "CZK": ("Kč",),
    "DKK": ("kr",),
    "EGP": ("£", "E£"),
    "ETB": ("Br",),
    "EUR": ("€",),
    "GBP": ("£",),
    "GHS": ("₵", "GH₵"),
    "HKD": ("$", "HK$"),
    "HUF": ("Ft",),
    "IDR": ("Rp",),
    "ILS": ("₪",),
    "INR": ("₹", "Rs"),
    "JPY": ("¥", "円"),
    "KES": ("KSh", "Sh"),
    "KRW": ("₩",),
    "KZT": ("₸",),
    "LKR": ("Rs",),
    "MXN": ("$", "MX$"),
    "MYR": ("RM",),
    "NGN": ("₦",),
    "NOK": ("kr",),
    "NZD": ("$", "NZ$"),
    "PHP": ("₱",),
    "PKR": ("Rs",),
    "PLN": ("zł",),
    "RUB": ("₽",),
    "RWF": ("FRw", "RF"),
    "SEK": ("kr",),
    "SGD": ("$", "S$"),
    "THB": ("฿",),
    "TRY": ("₺",),
    "TWD": ("$", "NT$"),
    "TZS": ("TSh",),
    "UAH": ("₴",),
    "UGX": ("USh",),
    "USD": ("$", "US$"),
    "VND": ("₫",),
    "XAF": ("FCFA",),
    "XOF": ("CFA", "FCFA"),
    "ZAR": ("R",),
    "ZMW": ("K",),
}
_ALL_SYMBOLS = frozenset(symbol.casefold() for symbols in _SYMBOLS.values() for symbol in symbols)


def marks(code: str) -> tuple[str, ...]:
    """The marks of a currency before or after an amount: its symbols, and its code."""
    return (*_SYMBOLS.get(code, ()), code)


def is_currency(mark: str) -> bool:
    """Whether a mark before or after an amount is that of a currency."""
    return (
        mark.upper() in CODES
        or mark.casefold() in _ALL_SYMBOLS
        or sum(unicodedata.category(character) == "Sc" for character in mark) == 1
    )
