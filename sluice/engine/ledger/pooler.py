"""Poolers between us and PostgreSQL: what they say, and how to know one."""

from __future__ import annotations

POOLER_SAYS = ("unsupported startup parameter", "in statement pooling mode", "unsupported option")
THROUGH_POOLER = (
    "Through PgBouncer: pool_mode = transaction or session, and no options in the URL; or let DATABASE_URL lead to "
    "PostgreSQL itself."
)
