"""What PostgreSQL is to have in force in every transaction, whatever the server, the role or a pooler says.

A pooler that shares connections between transactions refuses or forgets what a connection is told when it opens. So
each transaction brings its settings along, in the message that begins it: that costs no journey to the server, and
some 50 us there. SET LOCAL, and not set_config: a SELECT would take the snapshot of a transaction that first is to
lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings

# Settings that decide what a value is or how it is spelled: as PostgreSQL has them by default, and times in UTC.
SPELLING = {
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "backslash_quote": "safe_encoding",
    "quote_all_identifiers": "off",
    "array_nulls": "on",
    "transform_null_equals": "off",
    "xmlbinary": "base64",
    "xmloption": "content",
    "gin_fuzzy_search_limit": "0",
}
# The same for SQL of one's own, in the database of the ledger. Another database is asked as its owner has set it up.
_AT_HOME = {
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "default_text_search_config": "pg_catalog.english",
    "row_security": "on",
    "client_min_messages": "warning",
    "jit": "off",  # compiling takes longer than any statement of ours runs
    # the server's side: without these, a host that is gone holds its locks for hours
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_NEWER = {170_000: {"transaction_timeout": "0"}}  # server version -> settings that it brought
# Read back at the other end; not those that only TCP has, and that no result depends on.
_NOT_COMPARED = frozenset({"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count"})


@dataclass(frozen=True)
class Session:
    """The settings of a transaction by name, as PostgreSQL spells them, and what kind of transaction it is."""

    settings: Mapping[str, str] = field(hash=False)
    repeatable: bool = False
    read_only: bool = False

    def also(self, *, repeatable: bool = False, read_only: bool = False, **more: str) -> Session:
        """The same with other settings."""
        return replace(self, settings={**self.settings, **more}, repeatable=repeatable, read_only=read_only)

    @cached_property
    def begin(self) -> str:
        """The statements that begin a transaction, to be sent as one message."""
        # in lower case, unlike the end of a transaction: a test that waits for that must not meet `committed`
        level = "repeatable read" if self.repeatable else "read committed"
        mode = "read only" if self.read_only else "read write"
        return f"begin isolation level {level}, {mode}, not deferrable; {self._listed}"

    @cached_property
    def for_statement(self) -> str:
        """The statements to put before a single one that reads: all of it is one transaction, which ends by itself."""
        return f"set transaction isolation level read committed, read only; {self._listed}; "

    @property
    def _listed(self) -> str:
        return "; ".join(f"set local {name} = {_value(name, value)}" for name, value in self.settings.items())

    @property
    def compared(self) -> dict[str, str]:
        """What must be in force, by the name of its setting."""
        return {name: value for name, value in self.settings.items() if name not in _NOT_COMPARED}


def our_session(version: int) -> Session:
    """What every transaction in the ledger's database has, on a server of this version (150004)."""
    chosen = settings()
    return Session(
        SPELLING
        | _AT_HOME
        | _newer(version)
        | {
            # relations of one's own before temporary ones, which could stand in their place
            "search_path": ", ".join([*map(_quoted, chosen.search_path), "pg_temp"]),
            "statement_timeout": in_milliseconds(600),
            "lock_timeout": in_milliseconds(30),
            # a process that froze in its transaction holds its run's counters as long as its lease, and no longer
            "idle_in_transaction_session_timeout": in_milliseconds(chosen.lease_s),
        }
    )


def their_session(version: int, timeout_s: float) -> Session:
    """What a transaction has that reads one state of another database, for a query that may take so long."""
    limit = in_milliseconds(timeout_s)
    limits = {"statement_timeout": limit, "idle_in_transaction_session_timeout": limit}
    return Session(SPELLING | _newer(version) | limits, repeatable=True, read_only=True)


def _newer(version: int) -> dict[str, str]:
    return {name: value for since, more in _NEWER.items() if version >= since for name, value in more.items()}


def in_force(cursor: Cursor) -> dict[str, str]:
    """Every setting of this transaction by its name in lower case; durations in milliseconds."""
    cursor.execute("select lower(name), setting from pg_settings")
    return dict(cursor.fetchall())


def differences(session: Session, found: Mapping[str, str]) -> list[str]:
    """What is in force other than asked, a few words each."""
    pairs = ((name, found.get(name, "not there").replace('"', ""), value) for name, value in session.compared.items())
    return [f"{name} is {there} and not {value}" for name, there, value in pairs if there != value.replace('"', "")]


def in_milliseconds(seconds: float) -> str:
    """A duration as PostgreSQL takes it and gives it back by pg_settings; at least one, for 0 is no limit."""
    return f"{max(1, round(seconds * 1000))}"


def home_schema() -> str:
    """The schema that tables of pipelines are in."""
    return settings().search_path[0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value(name: str, value: str) -> str:
    return value if name == "search_path" else f"'{value}'"
