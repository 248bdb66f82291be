"""Customers of a generated shop: invented names from many places, some with special characters."""

from __future__ import annotations

import numpy as np

from sluice.samples.customer_ltv.draws import Draws, Int64s, Planted
from sluice.samples.spelling import quoted_if_needed

CUSTOMER_HEADER = "customer_id,first_name,last_name,email,country,gender,date_of_birth"
FIRST_NAMES = (
    *("Alice", "Brian", "Carol", "David", "Esther", "Felix", "Gloria", "Hassan", "Irene", "James", "Kofi", "Lucy"),
    *("Mercy", "Noah", "Olive", "Peter", "Queen", "Rose", "Samuel", "Tabitha", "Usha", "Victor", "Wanjiru", "Yusuf"),
)
LAST_NAMES = (
    *("Adams", "Baker", "Chen", "Diallo", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jones", "Kamau", "Lopez"),
    *("Mwangi", "Ndiaye", "Otieno", "Patel", "Rossi", "Silva", "Tanaka", "Uwimana", "Virtanen", "Wagner", "Zulu"),
)
# Letters beyond ASCII, an apostrophe (both kinds), a blank, a hyphen, a comma, quotes.
UNICODE = (
    ("Zoë", "Müller"),
    ("Nguyễn", "Thị Hà"),
    ("José", "Ibáñez"),
    ("李", "小龍"),
    ("Łukasz", "Żak"),
    ("Ελένη", "Παππά"),
)
APOSTROPHES = (("Sinéad", "O'Brien"), ("N'Golo", "D'Souza"), ("Anne-Marie", "O\u2019Neill"), ("Te'o", "M'Baye"))
QUOTED = (("Robert", "Kim, Jr."), ('Anna "Annie"', "van der Berg"), ("Maria", 'Lee "the first"'))
COUNTRIES = ("Kenya", "Rwanda", "Uganda", "USA", "Germany", "India", "Brazil", "Côte d'Ivoire", "Vietnam", "Japan")
GENDERS = ("Female", "Male", "Female", "Male", "Female", "Male", "Other", "")
FIRST_BIRTH, BIRTHS = np.datetime64("1940-01-01"), 24_000


def draw_people(draws: Draws, planted: Planted, ids: Int64s) -> list[list[str]]:
    """The seven columns of customer_data.csv, as text that is quoted where it must be, for these ids."""
    count, lots, texts = len(ids), draws.lots(len(ids)), list(map(str, ids.tolist()))
    first = [FIRST_NAMES[n] for n in draws.below(len(FIRST_NAMES), count).tolist()]
    last = [LAST_NAMES[n] for n in draws.below(len(LAST_NAMES), count).tolist()]
    emails = [f"{name.lower()}.{id_}@example.com" for name, id_ in zip(first, texts, strict=True)]
    for kind, names in (("unicode_name", UNICODE), ("apostrophe", APOSTROPHES), ("quoted_name", QUOTED)):
        for n, place in enumerate(planted.take(kind, lots).tolist()):
            first[place], last[place] = map(quoted_if_needed, names[n % len(names)])
    for place in planted.take("same_name", lots).tolist():
        first[place], last[place] = first[place - 1], last[place - 1]
    for place in planted.take("no_email", lots).tolist():
        emails[place] = ""
    countries = [COUNTRIES[n] for n in draws.below(len(COUNTRIES), count).tolist()]
    genders = [GENDERS[n] for n in draws.below(len(GENDERS), count).tolist()]
    births = np.datetime_as_string(FIRST_BIRTH + draws.below(BIRTHS, count)).tolist()
    return [texts, first, last, emails, countries, genders, births]
