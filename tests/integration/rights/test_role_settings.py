"""Settings of a server, a database or a role that would change a value, a limit or what is read: none of them does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from sluice import Column, Date, Decimal, Derived, Files, Integer, Pipeline, PostgresQuery, Table, Text, Timestamp
from sluice.engine.database.autocommit import autocommit
from sluice.engine.database.connection import transaction
from sluice.engine.database.session import ledger_session
from sluice.engine.export import ExportRequest, Form, export_tables
from sluice.engine.sources.query.query import copy_query
from sluice.errors import DataError
from tests.kit.in_process import InProcess

ODD = {
    "timezone": "Africa/Kigali",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "backslash_quote": "off",
    "escape_string_warning": "off",
    "quote_all_identifiers": "on",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "xmlbinary": "hex",
    "xmloption": "document",
    "gin_fuzzy_search_limit": "1",
    "lc_monetary": "C.UTF-8",
    "lc_numeric": "C.UTF-8",
    "lc_time": "C.UTF-8",
    "default_text_search_config": "pg_catalog.german",
    "row_security": "off",
    "search_path": "sluice, pg_catalog",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "synchronous_commit": "off",
    "synchronize_seqscans": "off",
    # it counts while a connection opens and until the message that begins a transaction was read: a busy machine may
    # need some of it for that. FORMED and SOURCE take longer than this
    "statement_timeout": "1s",
    "lock_timeout": "1ms",
    "idle_in_transaction_session_timeout": "1ms",
    "client_min_messages": "debug5",
    "jit": "on",
    "timezone_abbreviations": "India",
}
# They decide how fast or how much, what is logged, or what is made by others: no value, and no limit of ours.
NO_VALUE = [
    "application_name",
    "backend_flush_after",
    "check_function_bodies",
    "client_connection_check_interval",
    "commit_siblings",
    "constraint_exclusion",
    "cursor_tuple_fraction",
    "default_statistics_target",
    "default_table_access_method",
    "default_tablespace",
    "default_toast_compression",
    "effective_cache_size",
    "effective_io_concurrency",
    "exit_on_error",
    "force_parallel_mode",
    "from_collapse_limit",
    "gin_pending_list_limit",
    "hash_mem_multiplier",
    "idle_session_timeout",
    "join_collapse_limit",
    "local_preload_libraries",
    "log_parameter_max_length_on_error",
    "logical_decoding_work_mem",
    "maintenance_io_concurrency",
    "maintenance_work_mem",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "password_encryption",
    "plan_cache_mode",
    "random_page_cost",
    "recursive_worktable_factor",
    "restrict_nonsystem_relation_kind",
    "seq_page_cost",
    "stats_fetch_consistency",
    "synchronize_seqscans",
    "tcp_user_timeout",
    "temp_buffers",
    "temp_tablespaces",
    "timezone_abbreviations",
    "trace_notify",
    "trace_sort",
    "wal_sender_timeout",
    "wal_skip_threshold",
    "work_mem",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
    "escape_string_warning",
    "createrole_self_grant",
    "debug_parallel_query",
    "icu_validation_level",
    "scram_iterations",
    "vacuum_buffer_usage_limit",
    "enable_presorted_aggregate",
    "allow_alter_system",
    "event_triggers",
    "trace_connection_negotiation",
]
FAMILIES = (
    "cpu_",
    "debug_",
    "enable_",
    "geqo",
    "jit",
    "max_parallel_",
    "min_parallel_",
    "vacuum_",
    "io_",
    "default_tr",
)

READINGS = Table(
    "readings",
    key=("id",),
    columns=[
        Column("id", Integer(), required=True),
        Column("at", Timestamp("%Y-%m-%d %H:%M:%S", tz="UTC")),
        Column("day", Date("%d/%m/%Y")),
        Column("amount", Decimal(12, 3)),
        Column("words", Text()),
    ],
)
FORMED = r"""
select id, at::date::text as day, '03/04/2025'::date::text as parsed, (at - at::date)::text as since,
       (amount::float8 / 3)::text as third, convert_to(words, 'UTF8')::text as bytes,
       (words ~ '^\S+\s')::text as matched, (words = null)::text as is_null, ('{a,NULL}'::text[])[2] as second,
       to_tsvector(words)::text as lexemes, to_char(amount, 'L9G999D99') as local, to_char(at, 'TMMonth') as month,
       format('%%I', 'plain') as quoted, xmlelement(name x, '\x00ff'::bytea)::text as xml, at::text as at
from {files} r cross join (select pg_sleep(1.2) offset 0) longer_than_statement_timeout
"""
DAYS = Derived(
    "formed",
    key=("id",),
    columns={"id": "bigint"}
    | dict.fromkeys(
        [
            "day",
            "parsed",
            "since",
            "third",
            "bytes",
            "matched",
            "is_null",
            "second",
            "lexemes",
            "local",
            "month",
            "quoted",
            "xml",
            "at",
        ],
        "text",
    ),
    sql=FORMED,
)
PIPELINE = Pipeline("readings", Files("*.csv", name="files"), READINGS, derived=[DAYS])
INPUT = "id,at,day,amount,words\n1,2025-12-31 23:30:00,03/04/2025,2.000,Zoë's \\houses\n2,,,,\n"
WANTED_ROWS = "id,at,day,amount,words\n1,2025-12-31 23:30:00+00,2025-04-03,2.000,Zoë's \\houses\n2,,,,\n"
WANTED_FORMED = (
    "id,day,parsed,since,third,bytes,matched,is_null,second,lexemes,local,month,quoted,xml,at\n"
    r"1,2025-12-31,2025-03-04,23:30:00,0.6666666666666666,\x5a6fc3ab2773205c686f75736573,true,,,"
    "'hous':3 'zoë':1,      2.00,December,plain,<x>AP8=</x>,2025-12-31 23:30:00+00\n"
    "2,,2025-03-04,,,,,,,,,,plain,<x>AP8=</x>,\n"
)


@pytest.fixture
def odd(request: pytest.FixtureRequest, engine: InProcess, database_url: str) -> Iterator[InProcess]:
    """The engine in a database with odd settings, whose ledger was made before."""
    engine.use(PIPELINE)
    with autocommit(database_url) as cursor:
        for name, value in request.param.items():
            listed = value if name == "search_path" else f"'{value}'"
            cursor.execute(
                f"set client_min_messages = error; alter database {_name(database_url)} set {name} = {listed}"
            )
    InProcess.forget()
    yield engine
    InProcess.forget()


# all of them at once is in every run; each alone says which one it was
EACH = [pytest.param({name: value}, id=name, marks=pytest.mark.slow) for name, value in ODD.items()]
VARIANTS = [pytest.param({}, id="none"), *EACH, pytest.param(ODD, id="all")]


@pytest.mark.parametrize("odd", VARIANTS, indirect=True)
def test_loads_builds_and_exports_are_equal_whatever_the_database_says(odd: InProcess, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(INPUT, encoding="utf-8")
    odd.use(PIPELINE)
    found = odd.finish(odd.register(file))
    assert (found["state"], found["loaded"], found["rejected"]) == ("done", 2, 0)
    assert _exported("readings", tmp_path) == WANTED_ROWS
    assert _exported("formed", tmp_path) == WANTED_FORMED


@pytest.mark.parametrize("odd", [ODD], indirect=True, ids=["all"])
def test_limits_and_where_commits_go_are_ours(odd: InProcess) -> None:
    asked = [
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "synchronous_commit",
        "search_path",
        "jit",
        "transaction_isolation",
        "transaction_read_only",
        "tcp_keepalives_idle",
    ]
    with transaction() as cursor:
        cursor.execute("select " + ", ".join(f"current_setting('{name}')" for name in asked))
        assert cursor.fetchone() == (
            "10min",
            "30s",
            "30s",
            "on",
            "public, pg_temp",
            "off",
            "read committed",
            "off",
            "10",
        )


def test_each_setting_of_a_client_is_ours_or_changes_no_value(engine: InProcess) -> None:
    with transaction() as cursor:
        cursor.execute("select lower(name) from pg_settings where context = 'user'")
        known = {name for (name,) in cursor.fetchall()}
        version = cursor.connection.server_version
    ours = {*ledger_session(version).settings, "synchronous_commit"}
    left = {name for name in known - ours - set(NO_VALUE) if not name.startswith(FAMILIES)}
    assert left == set()


SOURCE = (
    "select id, at, f, b, i, n, t from given, (select pg_sleep(1.2) offset 0) longer_than_statement_timeout order by id"
)
GIVEN = r"""
create table given (id int, at timestamptz, f float8, b bytea, i interval, n numeric, t text);
insert into given values
  (1, '2025-12-31 23:30:00+00', 0.1::float8 + 0.2::float8, '\x00ff', '1 day 02:03', 1.50, 'Zoë''s \h')
"""


@pytest.mark.parametrize("given", VARIANTS)
def test_a_query_gives_the_same_text_whatever_its_database_says(
    engine: InProcess, database_url: str, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with autocommit(database_url) as cursor:
        cursor.execute(GIVEN)
        for name, value in given.items():
            if name != "search_path":  # the query is written for where its role looks
                cursor.execute(f"alter database {_name(database_url)} set {name} = '{value}'")
    monkeypatch.setenv("SLUICE_GIVEN_DATABASE_URL", database_url)
    source = PostgresQuery(SOURCE, name="given", database="SLUICE_GIVEN_DATABASE_URL", watermark="at")
    text = _Text()
    assert copy_query(source, text, {}).noted["reached"] == "2025-12-31 23:30:00+00"
    assert text.whole.decode() == (
        "id,at,f,b,i,n,t\n"
        r"1,2025-12-31 23:30:00+00,0.30000000000000004,\x00ff,1 day 02:03:00,1.50,Zoë's \h"
        "\n"
    )


def test_a_column_of_money_is_refused(engine: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_GIVEN_DATABASE_URL", database_url)
    source = PostgresQuery("select 1 as id, 2::money as price", name="given", database="SLUICE_GIVEN_DATABASE_URL")
    with pytest.raises(DataError, match=r"column price is of the type money.*cast it, price::numeric"):
        copy_query(source, _Text(), {})


class _Text:
    def __init__(self) -> None:
        self.whole = b""

    def write(self, block: bytes, /) -> int:
        self.whole += block
        return len(block)


def _exported(table: str, folder: Path) -> str:
    to = folder / f"{table}.csv"
    columns = ("id", "at", "day", "amount", "words") if table == "readings" else tuple(DAYS.columns)
    export_tables([ExportRequest(table, ("id",), str(to), columns)], Form("csv"))
    return to.read_text(encoding="utf-8")


def _name(url: str) -> str:
    connection = psycopg2.connect(url)
    try:
        return str(connection.info.dbname)
    finally:
        connection.close()
