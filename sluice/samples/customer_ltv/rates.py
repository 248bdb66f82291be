"""How often each thing is planted: one in so many customers, orders or payments, and at least once."""

from __future__ import annotations

# What a real shop has, and a wrong join or a wrong sum trips over.
WORLD = {
    "unicode_name": 25,
    "apostrophe": 40,
    "quoted_name": 400,
    "same_name": 200,
    "no_email": 50,
    "customer_without_orders": 6,
    "ltv_on_a_tie": 500,
    "order_after_as_of": 50,
    "order_without_payment": 20,
    "paid_in_two": 8,
    "paid_in_three": 33,
    "refund_of_a_part": 20,
    "refund_of_all": 33,
    "failed_before": 50,
    "payment_before_order": 200,
    "payment_after_as_of": 100,
    "pending": 70,
    "payment_of_nobody": 200,
    "payment_of_another_customer": 500,
}
# What becomes of rows on their way into the files: `lost` rows were never written, and leave orphans behind;
# `late` ones come in a later file; the rest is written as said, under the code that it must be counted by.
LOST, LATE, DUPLICATE, CONFLICT = "lost", "late", "duplicate", "key_conflict"
LATE_DUPLICATE, LATE_CONFLICT = "late_duplicate", "late_key_conflict"
LATER = {LATE, LATE_DUPLICATE, LATE_CONFLICT}
OUTCOMES = {
    "customers": {
        LOST: 200,
        "missing": 2_000,
        "not_integer": 2_000,
        "bad_date": 1_000,
        DUPLICATE: 400,
        "replaced": 400,
    },
    "orders": {
        LOST: 300,
        "missing": 1_500,
        "not_integer": 2_000,
        "bad_date": 1_000,
        "not_money": 2_000,
        "negative": 2_000,
        DUPLICATE: 300,
        CONFLICT: 800,
    },
    "payments": {
        LATE: 100,
        "missing": 1_500,
        "not_integer": 2_000,
        "bad_date": 1_500,
        "not_money": 1_500,
        "too_precise": 2_000,
        "currency": 1_000,
        DUPLICATE: 300,
        CONFLICT: 800,
        LATE_DUPLICATE: 5_000,
        LATE_CONFLICT: 10_000,
    },
}
ONE_IN = WORLD | {
    f"{source}_{outcome}": rate for source, outcomes in OUTCOMES.items() for outcome, rate in outcomes.items()
}
