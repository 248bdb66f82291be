"""Forget: a search of all tables, Redis, landing, logs and dumps for the number finds nothing, whatever was killed."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice.embedded.binaries import find_postgres
from tests.kit.forked import run_forked
from tests.kit.stack import Stack

DECLARED = """
from sluice import Column, Derived, Files, Flow, Integer, Phone, Pipeline, Table, Text

class Shown(Phone):
    private = False  # so that rejects keep its numbers

calls = Table("call", key=("id",), columns=[
    Column("id", Integer(), required=True), Column("msisdn", Shown("RW"), required=True),
    Column("seconds", Integer()), Column("note", Text())])
customers = Table("customer", key=("msisdn",), on_conflict="update", columns=[
    Column("msisdn", Phone("RW"), required=True), Column("plan", Text())])
spent = Derived("spent", key=("msisdn",), columns={"msisdn": "text", "seconds": "bigint"}, value="seconds",
                sql="select msisdn, sum(seconds)::bigint as seconds from {calls} group by msisdn")
pipeline = Pipeline("company", derived=[spent], flows=[
    Flow(Files("calls*", name="calls"), calls),
    Flow(Files("customers*.csv", name="customers", snapshot=True), customers)])
"""
SPELLINGS = ("250788123456", "0788123456", "788 123 456", "788-123-456", "788123456")
CALLS = (
    "1,+250788123456,10,a\n2,0788 123 456,20,b\n3,+250788999888,30,c\n4,0788123456,ten,d\n5,0788999888,ten,e\n"
    "1,0788-123-456,11,conflict\n6,0788123456,5,too,many\n1,+250788123456,10,a\n"
)


@pytest.fixture
def company(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Stack, list[Path]]:
    """A company whose files were loaded: rows, duplicates, rejects, a replaced snapshot and a derived table."""
    folder = tmp_path_factory.mktemp("files")
    (stack.home / "declared").mkdir()
    (stack.home / "declared" / "company.py").write_text(DECLARED)
    stack.env["SLUICE_PIPELINES"] = str(stack.home / "declared")
    calls, first, second = folder / "calls.csv.gz", folder / "customers1.csv", folder / "customers2.csv"
    calls.write_bytes(gzip.compress(f"id,msisdn,seconds,note\n{CALLS}".encode()))
    first.write_text("msisdn,plan\n0788123456,basic\n0788999888,basic\n")
    second.write_text("msisdn,plan\n0788123456,gold\n0788999888,gold\n")
    stack.worker(1).wait_ready()
    stack.sluice("migrate")
    stack.wait(stack.enqueue(calls, first, pipeline="company"))
    stack.wait(stack.enqueue(second, pipeline="company"))
    return stack, [calls, first, second]


def _places(stack: Stack) -> set[str]:
    """Where the number is, in any spelling."""
    return {place for place, data in _everything(stack) if any(each.encode() in data for each in SPELLINGS)}


def _everything(stack: Stack) -> Iterator[tuple[str, bytes]]:
    ask = (
        "select format('%I.%I', table_schema, table_name) from information_schema.tables"
        " where table_schema in ('public', 'sluice') order by 1"
    )
    for (table,) in stack.sql(ask):
        rows = stack.sql(f"select t::text from {table} t")
        yield table, "\n".join(text for (text,) in rows).encode()
    statistics = stack.sql("select s::text from pg_stats s where schemaname in ('public', 'sluice')")
    yield "statistics", "\n".join(text for (text,) in statistics).encode()
    for cache in (False, True):
        client = stack.redis(cache=cache)
        for name in client.scan_iter():
            yield f"redis {name.decode()}", name + (client.dump(name) or b"")
    for path in sorted(stack.home.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(stack.home)), path.name.encode() + path.read_bytes()
    yield "dump", _dump(stack)


def _dump(stack: Stack) -> bytes:
    program = Path(find_postgres(stack.home).path).with_name("pg_dump")
    if not program.exists():
        return b""  # the rows of all tables were read above
    return subprocess.run([str(program), stack.database_url], check=True, capture_output=True).stdout


@pytest.mark.slow  # the quick variants are in tests/integration/forget
def test_after_a_customer_is_forgotten_a_search_finds_nothing(
    company: tuple[Stack, list[Path]], tmp_path: Path
) -> None:
    stack, files = company
    stack.redis(cache=True).set("sluice:frame:left", "0788123456")
    stack.sql("analyze")
    before = _places(stack)
    assert {"public.call", "public.customer", "public.spent", "sluice.reject", "sluice.replaced"} <= before
    assert {place.partition("/")[0] for place in before} >= {"landing", "redis sluice:frame:left", "statistics"}

    done = stack.sluice("forget", "company", "--where", "msisdn=0788 123 456", "--receipt", str(tmp_path / "receipt"))

    stack.wait(done["build"]["run"])
    assert _places(stack) == set()
    assert stack.sql("select msisdn, seconds from spent") == [("+250788999888", 30)]
    assert (done["rows"], done["kept_rows"]) == ({"call": 2, "customer": 1}, {"call": 0, "customer": 1})
    assert (done["landing_copies"], done["frames"] > 0) == (1, True)
    assert json.loads((tmp_path / "receipt").read_text())["sha256"] == done["sha256"]

    again = stack.wait(int(stack.sluice("enqueue", "company", *map(str, files), "--reload")["run"]))
    assert (again["state"], again["loaded"]) == ("done", 2)
    assert _places(stack) == set()


@pytest.mark.slow  # each variant starts a worker; the quick one is in tests/integration/forget
@pytest.mark.parametrize("point", ["forget.noted", "forget.copies", "forget.deleted", "forget.before_commit"])
def test_a_killed_command_that_is_given_again_leaves_nothing(company: tuple[Stack, list[Path]], point: str) -> None:
    stack, _ = company
    words = ("forget", "company", "--where", "msisdn=0788123456", "--json")
    env = stack.env | {"SLUICE_FAILPOINT": f"{point}:1:kill"}
    assert run_forked("sluice.cli.main", words, env, stack.home, 120)[0] == -9

    done = stack.sluice("forget", "company", "--where", "msisdn=0788123456")

    stack.wait(done["build"]["run"])
    assert _places(stack) == set()
    assert stack.sql("select count(*) from call") == [(1,)]
    again = stack.sluice("forget", "company", "--where", "msisdn=0788123456")
    assert (again["rows"], again["build"]) == ({"call": 0, "customer": 0}, None)
