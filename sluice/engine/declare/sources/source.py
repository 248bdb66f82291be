"""Sources: files, and sources that every run fetches."""

from __future__ import annotations

from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.sources.http_api import HttpApi
from sluice.engine.declare.sources.postgres_query import PostgresQuery
from sluice.engine.declare.sources.rows import Rows
from sluice.engine.declare.sources.sql_query import SqlQuery

Remote = HttpApi | PostgresQuery | Rows | SqlQuery
Source = Files | Remote
