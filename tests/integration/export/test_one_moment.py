"""All tables of an export are of one moment, by whomever they are written meanwhile; and who may not read is told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg2
import pytest

from sluice.engine.export.snapshot import snapshot
from sluice.errors import ConfigError
from tests.integration.export.conftest import GOODS, Office
from tests.kit.in_process import InProcess
from tests.kit.roles import acting_as_loader


class Kept(io.BytesIO):
    """What was written, also once it is closed."""

    def close(self) -> None:
        self.text = self.getvalue().decode()
        super().close()


def test_a_table_written_meanwhile_is_as_it_was(office: Office) -> None:
    office.engine.sql("insert into goods (id, name, _input_id, _line) values (1, 'a', 1, 2)")
    office.engine.sql("insert into goods_by_name values ('2024-01-01', 'a', 1)")
    first, second = Kept(), Kept()
    with snapshot(["goods", "goods_by_name"]) as moment:
        with moment.copying("copy_out", "goods", ["id", "name"], (), first) as rows:
            assert rows.result() == 1
        office.engine.sql("update goods_by_name set goods = 7")
        office.engine.sql("insert into goods_by_name values ('2024-01-01', 'b', 1)")
        with moment.copying("copy_out", "goods_by_name", ["name", "goods"], (), second) as rows:
            assert rows.result() == 1
    assert (first.text, second.text) == ("id,name\n1,a\n", "name,goods\na,1\n")


def test_an_export_writes_nothing_to_the_database(office: Office) -> None:
    with (
        snapshot(["goods"]) as moment,
        moment._connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.ReadOnlySqlTransaction),
    ):
        cursor.execute("delete from goods")


@pytest.fixture
def stranger(engine: InProcess, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role that may connect, and read nothing."""
    rights = [
        "alter role {role} set search_path = {owner}, public",
        "alter default privileges for role {owner} grant usage on schemas to {role}",
    ]
    with acting_as_loader(database_url, monkeypatch, rights, first=partial(engine.use, GOODS)) as role:
        yield role


def test_a_role_without_rights_is_told_which_table(stranger: str, engine: InProcess, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="may not do this: permission denied for table goods"):
        Office(engine, tmp_path).export("goods", "goods.csv")
    assert not (tmp_path / "goods.csv").exists()
