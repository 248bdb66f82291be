"""A pipeline of calls and of customers, whose runs are loaded in this process, and a search for a number everywhere."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import redis
from psycopg2 import sql

from sluice.engine.base.servers import cache_url
from sluice.engine.database.connection import transaction
from sluice.engine.ledger.runs import Run
from sluice.engine.sources.landing import landing
from sluice.pipelines import find
from sluice.tasks.removal.forget import ForgetResult, forget
from tests.kit.in_process import InProcess

NUMBER = "+250788123456"
# as files, rejects and people spell it
SPELLINGS = ("250788123456", "0788123456", "788 123 456", "788-123-456", "788123456")
DECLARED = """
from sluice import Column, Derived, Files, Flow, Integer, Phone, Pipeline, Preprocessed, Table, Text, preprocess

class Shown(Phone):
    private = False  # so that rejects keep its numbers

calls = Table("{table}", key={key}, columns=[
    Column("id", Integer(), required=True), Column("msisdn", Shown("RW"), required=True{pii}),
    Column("seconds", Integer()), Column("note", Text())])
customers = Table("customer", key=("msisdn",), on_conflict="{customers}", columns=[
    Column("msisdn", Phone("RW"), required=True), Column("plan", Text())])
spent = Derived("spent", key=("msisdn",), columns={{"msisdn": "text", "seconds": "bigint"}}, value="seconds",
                sql="select msisdn, sum(seconds)::bigint as seconds from {{calls}} where id > 0 group by msisdn")
ready = Preprocessed("ready", of="spent", steps=(preprocess.missing("seconds", "median"),))
pipeline = Pipeline("company", flows=[
    Flow(Files("calls*", name="calls"), calls),
    Flow(Files("customers*.csv", name="customers"{snapshot}), customers)], derived=[spent, ready])
"""


class Company:
    """Runs of that pipeline, loaded one after another."""

    def __init__(self, engine: InProcess, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.engine, self.folder, self._patch = engine, folder, patch

    def declare(
        self,
        *,
        pii: bool = False,
        snapshot: bool = False,
        table: str = "call",
        key: str = "('id',)",
        customers: str = "update",
    ) -> None:
        folder = self.folder / "declared"
        folder.mkdir(exist_ok=True)
        chosen = {"pii": ", pii=True" if pii else "", "snapshot": ", snapshot=True" if snapshot else ""}
        chosen |= {"table": table, "key": key, "customers": customers}
        (folder / "company.py").write_text(DECLARED.format(**chosen))
        self._patch.setenv("SLUICE_PIPELINES", str(folder))
        self.engine.forget()
        self.engine.use(find("company"))

    def file(self, name: str, *rows: str, header: str = "id,msisdn,seconds,note") -> Path:
        path = self.folder / name
        path.write_text(f"{header}\n" + "".join(f"{row}\n" for row in rows))
        return path

    def customers(self, name: str, *rows: str) -> Path:
        return self.file(name, *rows, header="msisdn,plan")

    def load(self, *paths: Path, **options: object) -> dict[str, Any]:
        return self.engine.finish(self.engine.register(*paths, **options))

    def forget(self, value: str = NUMBER, **options: Any) -> ForgetResult:
        done = forget("company", [("msisdn", value)], **options)
        if done.run is not None:
            assert self.engine.finish(Run(done.run))["state"] == "done"
        return done

    def packed(self, name: str, *rows: str) -> Path:
        """A file that is unpacked into the landing."""
        text = self.file(f"{name}.txt", *rows).read_bytes()
        path = self.folder / f"{name}.csv.gz"
        path.write_bytes(gzip.compress(text))
        return path

    def found(self, *spellings: str) -> list[str]:
        """The columns of tables, values in Redis and files of the landing that have a number in any spelling."""
        wanted = spellings or SPELLINGS
        found = [".".join(place) for place in _columns() if any(_has(place, each) for each in wanted)]
        shown = "select s::text from pg_stats s where schemaname in ('public', 'sluice')"
        statistics = " ".join(text for (text,) in self.engine.sql(shown))
        found += ["statistics" for each in wanted if each in statistics][:1]
        client = redis.Redis.from_url(cache_url())
        found += [
            "redis" for name in client.scan_iter() if any(each.encode() in _held(client, name) for each in wanted)
        ]
        copies = (path for path in Path(landing()).rglob("*") if path.is_file())
        return found + ["landing" for path in copies if any(each.encode() in path.read_bytes() for each in wanted)]


def _held(client: Any, name: bytes) -> bytes:
    """All that a key has, of whatever type it is: other keys than frames may be there."""
    read = {
        b"string": lambda: [client.get(name)],
        b"hash": lambda: [each for pair in client.hgetall(name).items() for each in pair],
        b"list": lambda: client.lrange(name, 0, -1),
        b"set": lambda: client.smembers(name),
        b"zset": lambda: client.zrange(name, 0, -1),
        b"none": list,
    }
    return b" ".join(filter(None, read[client.type(name)]()))


def _columns() -> list[tuple[str, str, str]]:
    ask = (
        "select table_schema, table_name, column_name from information_schema.columns"
        " where table_schema not in ('pg_catalog', 'information_schema') and table_schema not like 'pg_%' order by 1, 2"
    )
    with transaction() as cursor:
        cursor.execute(ask)
        return list(cursor.fetchall())


def _has(place: tuple[str, str, str], spelling: str) -> bool:
    schema, table, column = place
    ask = sql.SQL("select exists (select from {} where position(%s in {}::text) > 0)")
    with transaction() as cursor:
        cursor.execute(ask.format(sql.Identifier(schema, table), sql.Identifier(column)), (spelling,))
        return bool(cursor.fetchone() == (True,))
