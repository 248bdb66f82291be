"""A table whose declaration was changed since: what `sluice migrate` changes, what it refuses, and what it keeps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sluice import Column, Date, Decimal, Derived, Files, Generated, Integer, Pipeline, Table, Text, Timestamp
from sluice.engine.database.connection import transaction
from sluice.engine.steps.again.redeclare import note_declared
from sluice.engine.tables.changes.change import Allowed
from sluice.engine.tables.changes.fits import refuse_changed
from sluice.engine.tables.changes.preview import preview
from sluice.engine.tables.migrate import NotMigrated, is_current, migrate
from sluice.errors import ConfigError, TableChanged
from sluice.pipelines import declared_of
from tests.kit.in_process import InProcess

ID = Column("id", Integer(), required=True)
NAME = Column("name", Text())
AMOUNT = Column("amount", Decimal(10, 2))


def shop(*columns: Column, key: Sequence[str] = ("id",)) -> Pipeline:
    return Pipeline("shop", Files("*.csv"), Table("shop", key=key, columns=columns))


def statements(pipeline: Pipeline, allowed: Allowed = Allowed()) -> list[tuple[str, str]]:  # noqa: B008 - it is never changed
    return [(each.sql, each.cost) for table in preview([pipeline], allowed).tables for each in table.statements]


def types(engine: InProcess) -> list[tuple[str, str]]:
    ask = "select attname::text, format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'shop'::regclass"
    return [(name, kind) for name, kind in engine.sql(ask + " and attnum > 0 and not attisdropped order by attnum")]


def loaded(engine: InProcess, pipeline: Pipeline, *rows: str) -> None:
    """A table with rows."""
    migrate([pipeline])
    for number, row in enumerate(rows):
        engine.sql(f"insert into shop values ({row}, {number}, 1)")


def test_nothing_to_do_is_nothing(engine: InProcess) -> None:
    migrate([shop(ID, NAME)])
    assert preview([shop(ID, NAME)], Allowed()).tables == []
    assert migrate([shop(ID, NAME)]) == []


def test_a_plan_changes_nothing(engine: InProcess) -> None:
    migrate([shop(ID, NAME)])
    assert statements(shop(ID, NAME, AMOUNT)) == [
        (
            'alter table "public"."shop" add column "amount" numeric(10,2)',
            "no rewrite; locks the table for a moment",
        )
    ]
    assert [name for name, _ in types(engine)] == ["id", "name", "_input_id", "_line"]


def test_a_renamed_column_keeps_its_values(engine: InProcess) -> None:
    loaded(engine, shop(ID, NAME), "1, 'bolt'")
    now = shop(ID, Column("label", Text(), renamed_from=("title", "name")))
    assert not is_current(now)
    assert migrate([now]) == ["Renamed column name of shop to label."]
    assert engine.sql("select id, label from shop") == [(1, "bolt")]
    assert is_current(now)
    assert migrate([now]) == []


def test_a_process_with_the_old_name_does_not_bring_it_back(engine: InProcess) -> None:
    migrate([shop(ID, NAME)])
    migrate([shop(ID, Column("label", Text(), renamed_from=("name",)))])
    with pytest.raises(ConfigError) as caught:
        migrate([shop(ID, NAME)])
    assert str(caught.value).startswith("Table shop: Column name was renamed to label by a newer declaration (20")
    assert migrate([shop(ID, Column("name", Text(), renamed_from=("label",)))]) == [
        "Renamed column label of shop to name."
    ]
    assert is_current(shop(ID, NAME))


def test_a_column_is_made_wider_without_a_rewrite(engine: InProcess) -> None:
    loaded(engine, shop(ID, AMOUNT), "1, 99.50")
    file_before = engine.sql("select pg_relation_filenode('shop')")
    now = shop(ID, Column("amount", Decimal(14, 2)))
    assert statements(now)[0][1] == "no rewrite; locks the table for a moment"
    assert migrate([now]) == ["Column amount of shop is numeric(14,2) now, and was numeric(10,2)."]
    assert engine.sql("select pg_relation_filenode('shop')") == file_before


def test_a_table_that_is_wider_than_its_declaration_stays_as_it_is(engine: InProcess) -> None:
    migrate([shop(ID, Column("amount", Decimal(14, 2)))])
    assert is_current(shop(ID, AMOUNT))
    assert migrate([shop(ID, AMOUNT)]) == []
    (table,) = preview([shop(ID, AMOUNT)], Allowed()).tables
    assert table.notes == [
        "Column amount stays numeric(14,2), which has room for numeric(10,2): rows are checked by the declaration."
    ]


def test_a_narrower_column_is_refused_with_how_many_rows_do_not_fit(engine: InProcess) -> None:
    loaded(engine, shop(ID, AMOUNT), "1, 99999999.50", "2, 5.00", "3, 1.25")
    now = shop(ID, Column("amount", Decimal(9, 3)))
    (table,) = preview([now], Allowed()).tables
    assert table.refused[0] == (
        "Column amount is numeric(10,2) in the database and numeric(9,3) in the declaration. Rows with a value that "
        'does not fit: 1. Sluice makes only changes that lose nothing: alter it by hand (alter table "public"."shop" '
        'alter column "amount" type numeric(9,3)), or give the declared table another name.'
    )


def test_a_date_does_not_become_a_timestamp(engine: InProcess) -> None:
    migrate([shop(ID, Column("at", Date("%Y-%m-%d")))])
    with pytest.raises(ConfigError, match="Column at is date in the database and timestamptz in the declaration"):
        migrate([shop(ID, Column("at", Timestamp("%Y-%m-%d %H:%M", tz="UTC")))])


def test_an_integer_of_ones_own_table_becomes_a_bigint_only_when_somebody_runs_migrate(engine: InProcess) -> None:
    engine.sql("create table shop (id integer primary key, name varchar(9), _input_id bigint, _line bigint)")
    engine.sql("insert into shop values (1, 'bolt', 1, 1)")
    now = shop(ID, NAME)
    with pytest.raises(ConfigError, match=r"To bring it up to date rewrites .* Do it when that suits: sluice migrate"):
        migrate([now])
    assert types(engine)[0] == ("id", "integer")
    assert migrate([now], Allowed(rewrite=True)) == [
        "Column id of shop is bigint now, and was integer.",
        'Column name of shop is text COLLATE "C" now, and was character varying(9).',
    ]
    assert engine.sql("select id, name from shop") == [(1, "bolt")]


def test_a_column_that_is_not_declared_any_more_stays_and_holds_no_load_up(engine: InProcess) -> None:
    before = shop(ID, Column("name", Text(), required=True))
    engine.use(before)
    declare(engine, before)
    engine.sql("insert into shop values (1, 'bolt', 1, 1)")
    now = shop(ID)
    assert not is_current(now)
    done, note = migrate([now])
    assert done == "Column name of shop may be empty now."
    assert note == (
        "shop: Column name is not declared any more: it stays, and is empty in new rows. To delete it: "
        "sluice migrate --drop-columns shop.name"
    )
    assert is_current(now)
    assert engine.sql("select name from shop") == [("bolt",)]


def test_a_column_is_dropped_only_when_allowed(engine: InProcess) -> None:
    declare(engine, shop(ID, NAME))
    migrate([shop(ID)])
    assert "name" in dict(types(engine))
    assert migrate([shop(ID)], Allowed(drop=("shop.name",))) == ["Dropped column name of shop, with its values."]
    assert "name" not in dict(types(engine))


@pytest.mark.parametrize(
    ("allowed", "why"),
    [
        (Allowed(drop=("shop.nmae",)), "--drop-columns shop.nmae: shop has no column nmae; did you mean name?"),
        (Allowed(drop=("shop.id",)), "--drop-columns shop.id: id is a column of the declaration"),
        (Allowed(drop=("shop._line",)), "--drop-columns shop._line: _line is a column of the declaration"),
        (Allowed(drop=("shop",)), "--drop-columns shop: it must be TABLE.COLUMN."),
        (Allowed(drop=("shpo.name",)), "no pipeline declares a table shpo; did you mean shop?"),
        (Allowed(rebuild=("shpo",)), "--rebuild-key shpo: no pipeline declares a table shpo; did you mean shop?"),
    ],
)
def test_options_that_name_something_else_are_refused(engine: InProcess, allowed: Allowed, why: str) -> None:
    migrate([shop(ID, NAME)])
    with pytest.raises(ConfigError) as caught:
        migrate([shop(ID)], allowed)
    assert why in str(caught.value)


def test_a_new_column_of_the_type_of_one_that_is_gone_may_be_that_one(engine: InProcess) -> None:
    declare(engine, shop(ID, NAME))
    (table,) = preview([shop(ID, Column("label", Text()))], Allowed()).tables
    assert table.notes[-1] == ('Did you mean Column("label", ..., renamed_from=("name",))? name has the type of label.')


def test_the_key_of_an_empty_table_changes_by_itself(engine: InProcess) -> None:
    code = Column("code", Text(), required=True)
    migrate([shop(ID, code)])
    now = shop(ID, code, key=("id", "code"))
    assert migrate([now]) == ["The key of shop is (id, code) now."]
    assert is_current(now)


def test_the_key_of_a_table_with_rows_changes_by_an_option_if_the_rows_differ(engine: InProcess) -> None:
    code = Column("code", Text(), required=True)
    loaded(engine, shop(ID, code), "1, 'a'", "2, 'a'", "3, 'b'")
    by_code = shop(ID, code, key=("code",))
    with pytest.raises(ConfigError, match="To give the table this key: sluice migrate --rebuild-key shop"):
        migrate([by_code])
    with pytest.raises(ConfigError) as caught:
        migrate([by_code], Allowed(rebuild=("shop",)))
    assert "Values that are in several rows: 1 (1 rows too many), such as (a) 2 times." in str(caught.value)
    engine.sql("delete from shop where id = 2")
    assert migrate([by_code], Allowed(rebuild=("shop",))) == ["The key of shop is (code) now."]
    assert is_current(by_code)
    assert not is_current(shop(ID, code))


def test_what_a_view_uses_is_not_made_wider_and_says_which_view(engine: InProcess) -> None:
    loaded(engine, shop(ID, AMOUNT), "1, 5")
    engine.sql("create view dear as select amount from shop")
    with pytest.raises(ConfigError) as caught:
        migrate([shop(ID, Column("amount", Decimal(14, 2)))])
    assert "Column amount becomes numeric(14,2), and dear uses it" in str(caught.value)
    now = shop(ID, Column("price", Decimal(10, 2), renamed_from=("amount",)))
    assert migrate([now])[1] == (
        "shop: In dear it is still named amount: a view keeps the names that it was made with."
    )
    assert engine.sql("select amount from dear") == [(5,)]


def test_columns_of_both_names_are_left_alone_with_what_to_do(engine: InProcess) -> None:
    migrate([shop(ID, NAME, Column("label", Text()))])
    (table,) = preview([shop(ID, Column("label", Text(), renamed_from=("name",)))], Allowed()).tables
    assert table.statements == []
    assert table.notes[0] == (
        "Columns name and label are both there, so nothing is renamed. To move the values by hand: "
        'update "public"."shop" set "label" = "name" where "label" is null; '
        "then: sluice migrate --drop-columns shop.name"
    )


def test_a_column_renamed_and_made_wider_at_once(engine: InProcess) -> None:
    loaded(engine, shop(ID, AMOUNT), "1, 5.25")
    migrate([shop(ID, Column("price", Decimal(14, 2), renamed_from=("amount",)))])
    assert types(engine)[1] == ("price", "numeric(14,2)")
    assert engine.sql("select price::text from shop") == [("5.25",)]


def test_a_renamed_key_column_stays_the_key(engine: InProcess) -> None:
    loaded(engine, shop(ID, NAME), "1, 'bolt'")
    now = shop(Column("number", Integer(), required=True, renamed_from=("id",)), NAME, key=("number",))
    assert migrate([now]) == ["Renamed column id of shop to number."]
    assert is_current(now)


def with_total(expression: str) -> Pipeline:
    table = Table("shop", key=("id",), columns=[ID, AMOUNT], generated=[Generated("total", "numeric", expression)])
    return Pipeline("shop", Files("*.csv"), table)


def test_a_generated_column_with_another_expression_is_computed_again(engine: InProcess) -> None:
    migrate([with_total("amount * 2")])
    engine.sql("insert into shop (id, amount, _input_id, _line) values (1, 5, 1, 1)")
    assert migrate([with_total("amount  *  2")]) == []
    assert is_current(with_total("amount  *  2"))
    assert not is_current(with_total("amount * 3"))
    with pytest.raises(ConfigError, match="Do it when that suits: sluice migrate"):
        migrate([with_total("amount * 3")])  # as a run that is about to begin does it
    with transaction() as cursor, pytest.raises(TableChanged, match="another expression of the generated column total"):
        refuse_changed(cursor, [with_total("amount * 3").flows[0].table])  # as each load does it
    assert migrate([with_total("amount * 3")], Allowed(rewrite=True)) == ["Column total of shop is computed anew."]
    assert engine.sql("select total from shop") == [(15,)]
    assert is_current(with_total("amount * 3"))
    with transaction() as cursor:
        refuse_changed(cursor, [with_total("amount * 3").flows[0].table])


def test_a_declared_index_of_a_table_with_rows_is_planned_with_its_cost(engine: InProcess) -> None:
    loaded(engine, shop(ID, NAME), "1, 'bolt'")
    table = Table("shop", key=("id",), columns=[ID, NAME], indexes=[("name",)])
    now = Pipeline("shop", Files("*.csv"), table)
    ((statement, cost),) = statements(now)
    assert statement == 'create index "shop_name_idx" on "public"."shop" ("name")'
    assert cost.endswith("writers wait meanwhile")
    assert migrate([now]) == []
    assert statements(now) == []


def sums(total: str) -> Pipeline:
    derived = Derived(
        "sums",
        key=("as_of", "name"),
        columns={"as_of": "date", "name": "text", "total": total},
        sql="select %(as_of)s::date as as_of, name, count(*) as total from {files} f group by name",
    )
    table = Table("shop", key=("id",), columns=[ID, NAME])
    return Pipeline("shop", Files("*.csv"), table, derived=[derived])


def test_a_derived_table_is_made_wider_with_its_view_and_the_rights_on_it(engine: InProcess) -> None:
    migrate([sums("integer")])
    engine.sql("grant select on sums_latest to public; insert into sums values ('2026-01-01', 'bolt', 7)")
    with pytest.raises(ConfigError, match="Do it when that suits: sluice migrate"):
        migrate([sums("bigint")])
    assert migrate([sums("bigint")], Allowed(rewrite=True)) == ["Column total of sums is bigint now, and was integer."]
    assert engine.sql("select name, total, pg_typeof(total)::text from sums_latest") == [("bolt", 7, "bigint")]
    assert engine.sql("select relacl::text like '%%=r/%%' from pg_class where relname = 'sums_latest'") == [(True,)]


def test_something_else_that_depends_on_a_table_is_named(engine: InProcess) -> None:
    code = Column("code", Text(), required=True)
    migrate([shop(ID, code)])
    engine.sql("create table orders (shop bigint references shop (id))")
    with pytest.raises(ConfigError, match=r"Table shop was not changed, because something depends on it: cannot drop"):
        migrate([shop(ID, code, key=("code",))])
    assert is_current(shop(ID, code))


def declare(engine: InProcess, pipeline: Pipeline) -> None:
    """The table, and the declaration in the ledger, as a run leaves them."""
    migrate([pipeline])
    with transaction() as cursor:
        note_declared(cursor, declared_of(pipeline))


def test_a_table_of_two_pipelines_has_the_columns_of_both(engine: InProcess) -> None:
    one, other = shop(ID, NAME), Pipeline("stock", Files("*.csv"), Table("shop", key=("id",), columns=[ID, AMOUNT]))
    declare(engine, one)
    assert migrate([one, other]) == ["Added column amount to shop."]
    assert preview([one, other], Allowed()).tables == []
    with pytest.raises(ConfigError, match="name is a column of the declaration"):
        migrate([other, one], Allowed(drop=("shop.name",)))


def test_a_name_from_before_two_renames_is_not_brought_back(engine: InProcess) -> None:
    migrate([shop(ID, NAME)])
    migrate([shop(ID, Column("label", Text(), renamed_from=("name",)))])
    migrate([shop(ID, Column("title", Text(), renamed_from=("label", "name")))])
    with pytest.raises(ConfigError, match="Column name was renamed to title by a newer declaration"):
        migrate([shop(ID, NAME)])


def test_of_several_tables_those_that_can_be_changed_are_changed(engine: InProcess) -> None:
    code = Column("code", Text(), required=True)
    stock = Pipeline("stock", Files("*.csv"), Table("stock", key=("id",), columns=[ID]))
    migrate([shop(ID, code), stock])
    engine.sql("create table orders (shop bigint references shop (id))")
    more = Pipeline("stock", Files("*.csv"), Table("stock", key=("id",), columns=[ID, AMOUNT]))
    with pytest.raises(NotMigrated) as caught:
        migrate([shop(ID, code, key=("code",)), more])
    assert caught.value.done == ["Added column amount to stock."]
    assert "Table shop was not changed, because something depends on it" in str(caught.value)


def test_a_run_can_say_that_a_column_may_have_been_renamed(engine: InProcess) -> None:
    declare(engine, shop(ID, NAME))
    notes: list[str] = []
    assert migrate([shop(ID, Column("label", Text()))], note=notes.append) == ["Added column label to shop."]
    assert notes[1] == ('shop: Did you mean Column("label", ..., renamed_from=("name",))? name has the type of label.')


def test_a_new_column_comes_with_its_index(engine: InProcess) -> None:
    loaded(engine, shop(ID), "1")
    now = Pipeline("shop", Files("*.csv"), Table("shop", key=("id",), columns=[ID, NAME], indexes=[("name",)]))
    assert migrate([now]) == ["Added column name to shop."]
    assert engine.sql("select count(*) from pg_indexes where indexname = 'shop_name_idx'") == [(1,)]
    assert preview([now], Allowed()).tables == []
