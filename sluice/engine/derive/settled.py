"""Settled rows for a pipeline's own SQL outside builds: it sees the rows that builds see."""

from __future__ import annotations

import re
from typing import Any

from psycopg2 import sql

from sluice.engine.declare import Pipeline
from sluice.engine.declare.tables.derived import PLACEHOLDER
from sluice.engine.derive.alias import alias_for
from sluice.engine.derive.statements import final_rows
from sluice.engine.tables.catalog import table_identifier

ALL = 2**62  # all settled rows, also those since the last build


def settled(pipeline: Pipeline, text: str) -> tuple[sql.SQL, dict[str, Any]]:
    """A statement in which `{orders} o` is the loaded table of the source `orders`, its settled rows, and the
    parameters that this needs. Raises ConfigError for a source that the pipeline does not have."""

    def fill(match: re.Match[str]) -> str:
        table = table_identifier(pipeline.flow(match[1]).table.name)
        return final_rows(table) + alias_for(text, match.start(), match.end(), match[1])

    return sql.SQL(PLACEHOLDER.sub(fill, text)), {"pipeline": pipeline.name, "upto": ALL}
