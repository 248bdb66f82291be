"""Poolers between Sluice and PostgreSQL: how their errors are recognised, and advice."""

from __future__ import annotations

POOLER_SAYS = ("unsupported startup parameter", "unsupported option")
THROUGH_POOLER = (
    "Through PgBouncer: pool_mode = transaction or session, and no options in the URL; or let DATABASE_URL lead to "
    "PostgreSQL itself."
)
AT_FIRST_TRANSACTION = (
    " (the connection opened, and broke at its first transaction: PgBouncer does that with pool_mode = statement; "
    "it must be transaction or session)"
)
ALTER_ROLE = "let its owner run `alter role ... set standard_conforming_strings = on`."
