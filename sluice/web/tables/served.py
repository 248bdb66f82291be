"""All tables that pipelines serve when the API starts."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence

from sluice.engine.declare.served import Served
from sluice.errors import ConfigError
from sluice.pipelines import all_pipelines, broken
from sluice.web.tables.describe import schemas_of

log = logging.getLogger("sluice.web")


def all_served(routes: Collection[str], schemas: Collection[str]) -> Sequence[Served]:
    """What each pipeline serves. A pipeline that cannot be read serves nothing, and the log says so.

    Raises ConfigError where two would have one address or one name of a schema, or one of the API's own `routes` and
    `schemas`.
    """
    for sentence in broken():
        log.warning("a pipeline is not served: %s", sentence)
    taken = {_shape(route): "the API itself" for route in routes}
    named = dict.fromkeys(schemas, "the API itself")
    found = [served for _, pipeline in sorted(all_pipelines().items()) for served in pipeline.served]
    for served in found:
        mine = f"Serve {served.serve.table!r} of {served.pipeline.name}"
        for route in filter(None, (served.page_route, served.row_route)):
            if (other := taken.setdefault(_shape(route), mine)) is not mine:
                raise ConfigError(f"{mine}: GET {route} is served by {other} already: give it another route=.")
        for name in schemas_of(served):
            if (other := named.setdefault(name, mine)) is not mine:
                raise ConfigError(f"{mine}: the schema {name} is that of {other} already: give it another called=.")
    return found


def _shape(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", route).rstrip("/")
