"""The application: routes, problems, the document, and the edge around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from sluice.engine.base.settings import Settings, settings
from sluice.version import __version__
from sluice.web.access import Reads
from sluice.web.answers import answer_schemas
from sluice.web.documents import document
from sluice.web.edge import Edge
from sluice.web.pool import ReadPool
from sluice.web.problems import answer_in_problems
from sluice.web.routes import calls, customers, health, preprocessed, products, runs
from sluice.web.schemas import Rows
from sluice.web.tokens import tokens_of


class Api(FastAPI):
    """FastAPI with the document of `documents`."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = document(self, answer_schemas(self.state.declared))
        return self.openapi_schema


def make_app(chosen: Settings | None = None) -> FastAPI:
    """The API as the settings describe it. Raises ConfigError without a token. Connects to nothing yet."""
    chosen = chosen or settings()
    tokens = tokens_of(chosen)
    pool = ReadPool.of(chosen)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        pool.close()

    # the pages that the framework makes of its document load scripts from elsewhere
    app = Api(title="Sluice", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.reads = Reads(pool)
    app.state.declared = Rows.declared()
    for each in (products, preprocessed, customers, calls, runs, health):
        app.include_router(each.router)
    answer_in_problems(app)
    app.add_middleware(Edge, tokens=tokens, body_bytes=chosen.api_body_bytes)
    return app
