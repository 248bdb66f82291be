"""The application: routes, problems, the document, and the edge around them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.types import Lifespan

from sluice.engine.base.settings import Settings, settings
from sluice.engine.declare.served import Served
from sluice.version import __version__
from sluice.web.access import Reads
from sluice.web.http.edge import OPEN, Edge
from sluice.web.http.once import each_once
from sluice.web.http.problems import answer_in_problems
from sluice.web.http.tokens import tokens_of
from sluice.web.openapi.answers import answer_schemas
from sluice.web.openapi.document import document
from sluice.web.openapi.examples import EXAMPLES
from sluice.web.pool import ReadPool
from sluice.web.routes import health, runs
from sluice.web.tables.describe import examples_of, schemas_of
from sluice.web.tables.newest import Newest, ToNewest
from sluice.web.tables.routes import router_of, tag_of
from sluice.web.tables.served import AllServed


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
    """The API with these settings and the tables that pipelines serve; while it runs, it follows their files.

    It does not connect yet. Raises ConfigError without a token, and for two routes with one address.
    """
    chosen = chosen or settings()
    edge = {"tokens": tokens_of(chosen), "body_bytes": chosen.api_body_bytes}
    pool = ReadPool.of(chosen)
    reads = Reads(pool)
    own = [route for each in (runs, health) for route in each.router.routes]
    addresses = {route.path for route in own if isinstance(route, APIRoute)}
    all_served = AllServed(addresses | OPEN, answer_schemas())

    newest = Newest(all_served, lambda served: _api(served, reads, edge))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with newest.followed():
            yield
        pool.close()

    app = _api(all_served.look() or (), reads, edge, lifespan)
    app.add_middleware(ToNewest, newest=newest)
    return app


def _api(
    served: Sequence[Served], reads: Reads, edge: Mapping[str, Any], lifespan: Lifespan[FastAPI] | None = None
) -> Api:
    """The API with routes for what is served."""
    # the pages that the framework makes of its document load scripts from elsewhere
    app = Api(
        title="Sluice",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(each_once)],
    )
    app.state.reads, app.state.served = reads, served
    for router in (runs.router, health.router, router_of(served)):
        app.include_router(router)
    answer_in_problems(app)
    app.add_middleware(Edge, **edge)
    return app
