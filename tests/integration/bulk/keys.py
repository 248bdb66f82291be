"""What PostgreSQL and the ledger say of the key of customer_call_logs."""

from __future__ import annotations

from typing import Any

from sluice.engine.ledger.runs import Run
from tests.kit.in_process import InProcess

INDEXES = "select indexdef from pg_indexes where tablename = 'customer_call_logs' and indexdef ~ 'UNIQUE'"
CONSTRAINTS = """select conname, pg_get_constraintdef(oid) from pg_constraint
                 where conrelid = 'customer_call_logs'::regclass and contype in ('p', 'u')"""
BULK = "select table_name, run_id, keyed from sluice.bulk"


def key_of(engine: InProcess) -> tuple[list[tuple[Any, ...]], ...]:
    """The unique indexes and constraints of the table."""
    return engine.sql(INDEXES), engine.sql(CONSTRAINTS)


def bulk_of(engine: InProcess) -> list[tuple[Any, ...]]:
    """The open bulk loads: table, run, and whether the index is there again."""
    return engine.sql(BULK)


def load_parts(engine: InProcess, run: Run) -> None:
    """Plan a run and load its parts; it is to be settled."""
    engine.plan(run)
    for step in engine.steps(run, "extract"):
        engine.load(step)
