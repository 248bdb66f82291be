"""Sources: files, sources that every run fetches, and lists within the records of these."""

from __future__ import annotations

from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.sources.http_api import HttpApi
from sluice.engine.declare.sources.nested import Nested
from sluice.engine.declare.sources.postgres_query import PostgresQuery
from sluice.engine.declare.sources.rows import Rows
from sluice.engine.declare.sources.sql_query import SqlQuery

Remote = HttpApi | PostgresQuery | Rows | SqlQuery
Source = Files | Remote | Nested
