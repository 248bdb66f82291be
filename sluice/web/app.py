"""The application: routes, problems, the document, and the edge around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from sluice.engine.base.settings import Settings, settings
from sluice.version import __version__
from sluice.web.access import Reads
from sluice.web.http.edge import OPEN, Edge
from sluice.web.http.problems import answer_in_problems
from sluice.web.http.tokens import tokens_of
from sluice.web.openapi.answers import answer_schemas
from sluice.web.openapi.document import document
from sluice.web.openapi.examples import EXAMPLES
from sluice.web.pool import ReadPool
from sluice.web.routes import health, runs
from sluice.web.tables.describe import examples_of, schemas_of
from sluice.web.tables.routes import router_of, tag_of
from sluice.web.tables.served import all_served


class Api(FastAPI):
    """FastAPI with the document of `documents`."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schemas, examples, tags = answer_schemas(), dict(EXAMPLES), {}
            for served in self.state.served:
                schemas |= schemas_of(served)
                examples |= examples_of(served)
                tags[tag_of(served)] = served.pipeline.about or f"What the pipeline {served.pipeline.name} serves."
            self.openapi_schema = document(self, schemas, examples, tags)
        return self.openapi_schema


def make_app(chosen: Settings | None = None) -> FastAPI:
    """The API with these settings and the tables that pipelines serve now. It does not connect yet.

    Raises ConfigError without a token, and for two routes with one address.
    """
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
    own = [route for each in (runs, health) for route in each.router.routes]
    addresses = {route.path for route in own if isinstance(route, APIRoute)}
    app.state.served = all_served(addresses | OPEN, answer_schemas())
    for router in (runs.router, health.router, router_of(app.state.served)):
        app.include_router(router)
    answer_in_problems(app)
    app.add_middleware(Edge, tokens=tokens, body_bytes=chosen.api_body_bytes)
    return app
