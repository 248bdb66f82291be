"""The settings that every transaction has, whatever the server, the role or a pooler sets.

A pooler that shares connections between transactions refuses or drops the startup parameters of a connection. Through
one, each transaction sets them itself, in the message that begins it: that costs no extra round trip, and 100 us on the
server. SET LOCAL, not set_config: a SELECT would take the snapshot of a transaction that must take a lock first.
A connection that no pooler shares is given them once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.settings import settings

# Settings that affect values or their text: PostgreSQL's defaults, and times in UTC.
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
# The same, in the ledger's database only. Other databases are read with the settings of their owners.
_LEDGER_DATABASE = {
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "default_text_search_config": "pg_catalog.english",
    "row_security": "on",
    "client_min_messages": "warning",
    "jit": "off",  # compiling takes longer than any statement of ours runs
    "sluice.refuses": "forgotten",  # this version loads no rows of forgotten values: a trigger refuses loads of others
    # on the server's side: without these, a lost host keeps its locks for hours
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_BY_VERSION = {170_000: {"transaction_timeout": "0"}}  # server version -> settings added in it
# Not read back: settings that only TCP connections have, and our own, which PostgreSQL does not list.
_NOT_VERIFIED = frozenset({"tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "sluice.refuses"})


@dataclass(frozen=True)
class Session:
    """The settings of a transaction by name, as PostgreSQL prints them, and the mode of the transaction."""

    settings: Mapping[str, str] = field(hash=False)
    repeatable: bool = False
    read_only: bool = False

    def also(self, *, repeatable: bool = False, read_only: bool = False, **more: str) -> Session:
        """The same session with other settings."""
        return replace(self, settings={**self.settings, **more}, repeatable=repeatable, read_only=read_only)

    @cached_property
    def begin(self) -> str:
        """The statements that begin a transaction, sent as one message."""
        return f"{self.begin_as_set}; {self._listed()}"

    @cached_property
    def begin_as_set(self) -> str:
        """The statement that begins a transaction on a connection that has the settings."""
        # in lower case, unlike COMMIT: tests that wait for COMMIT in pg_stat_activity must not match `committed`
        level = "repeatable read" if self.repeatable else "read committed"
        mode = "read only" if self.read_only else "read write"
        return f"begin isolation level {level}, {mode}, not deferrable"

    @property
    def for_connection(self) -> str:
        """The statements that give a connection the settings until it is closed."""
        return self._listed("session")

    @cached_property
    def for_statement(self) -> str:
        """The prefix of a single statement that reads: all of it is one implicit transaction."""
        return f"set transaction isolation level read committed, read only; {self._listed()}; "

    def _listed(self, scope: str = "local") -> str:
        return "; ".join(f"set {scope} {name} = {_value(name, value)}" for name, value in self.settings.items())

    @property
    def verified(self) -> dict[str, str]:
        """The settings that are read back, by name."""
        return {name: value for name, value in self.settings.items() if name not in _NOT_VERIFIED}


def ledger_session(version: int) -> Session:
    """The session of every transaction in the ledger's database, on a server of this version (150004)."""
    chosen = settings()
    return Session(
        SPELLING
        | _LEDGER_DATABASE
        | _of_version(version)
        | {
            # pg_temp last: a temporary table must not hide a table of the same name
            "search_path": ", ".join([*map(_quoted, chosen.search_path), "pg_temp"]),
            "statement_timeout": in_milliseconds(600),
            "lock_timeout": in_milliseconds(30),
            # a process that is frozen in its transaction locks its run's counters no longer than its lease
            "idle_in_transaction_session_timeout": in_milliseconds(chosen.lease_s),
        }
    )


def source_session(version: int, timeout_s: float) -> Session:
    """The session of a transaction that reads one snapshot of another database, for at most `timeout_s` seconds."""
    limit = in_milliseconds(timeout_s)
    limits = {"statement_timeout": limit, "idle_in_transaction_session_timeout": limit}
    return Session(SPELLING | _of_version(version) | limits, repeatable=True, read_only=True)


def _of_version(version: int) -> dict[str, str]:
    return {name: value for since, more in _BY_VERSION.items() if version >= since for name, value in more.items()}


def in_force(cursor: Cursor) -> dict[str, str]:
    """Every setting of this transaction by its name in lower case; durations in milliseconds."""
    cursor.execute("select lower(name), setting from pg_settings")
    return dict(cursor.fetchall())


def differences(session: Session, actual: Mapping[str, str]) -> list[str]:
    """The settings that differ from those of the session, a few words each."""
    pairs = ((name, actual.get(name, "not there").replace('"', ""), value) for name, value in session.verified.items())
    return [
        f"{name} is {in_effect} and not {value}"
        for name, in_effect, value in pairs
        if in_effect != value.replace('"', "")
    ]


def in_milliseconds(seconds: float) -> str:
    """A duration as PostgreSQL takes it and shows it in pg_settings; at least 1, as 0 means no limit."""
    return f"{max(1, round(seconds * 1000))}"


def home_schema() -> str:
    """The schema of the pipelines' tables whose names have none."""
    return settings().search_path[0]


def schema_and_name(table: str) -> tuple[str, str]:
    """The schema of a declared table, and its name in it: `sales.orders` is orders in the schema sales."""
    schema, _, name = table.rpartition(".")
    return schema or home_schema(), name


def place(table: str) -> dict[str, str]:
    """The same, as the parameters `schema` and `table` of a statement."""
    schema, name = schema_and_name(table)
    return {"schema": schema, "table": name}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value(name: str, value: str) -> str:
    return value if name == "search_path" else f"'{value}'"
