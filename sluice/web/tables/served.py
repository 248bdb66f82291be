"""All tables that pipelines serve, by their declarations as they are now."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence

from sluice.engine.declare import Pipeline
from sluice.engine.declare.served import Served
from sluice.errors import ConfigError
from sluice.pipelines import REGISTRY, is_off
from sluice.web.tables.describe import schemas_of

log = logging.getLogger("sluice.web")


class AllServed:
    """What each pipeline serves. `routes` and `schemas` are the API's own.

    A pipeline that cannot be read serves what it served before, at the start nothing, and the log says so once.
    """

    def __init__(self, routes: Collection[str], schemas: Collection[str]) -> None:
        self._routes, self._schemas = routes, schemas
        self._seen: Mapping[str, Pipeline] | None = None
        self._used: Mapping[str, Pipeline] = {}
        self._broken: set[str] = set()

    def look(self) -> Sequence[Served] | None:
        """All that is served, if it is something else than at the last look. Reads the files that were changed.

        Raises ConfigError, once for each change, where two would have one address or one name of a schema; and for a
        folder of pipelines that is none.
        """
        view = REGISTRY.view()
        found = {name: each.pipeline for name, each in view.declared.items() if not is_off(each)}
        found |= {name: pipeline for name, pipeline in self._used.items() if name in view.names}
        self._tell({str(error) for error in view.broken.values()})
        seen, self._seen = self._seen, found
        if seen is not None and seen.keys() == found.keys() and all(seen[name] is found[name] for name in found):
            return None
        served = [each for _, pipeline in sorted(found.items()) for each in pipeline.served]
        self._refuse_taken(served)
        self._used = found
        return served

    def _tell(self, broken: set[str]) -> None:
        what = "is not served" if self._seen is None else "cannot be read, and what is served stays as it was"
        for sentence in sorted(broken - self._broken):
            log.warning("a pipeline %s: %s", what, sentence)
        self._broken = broken

    def _refuse_taken(self, found: Sequence[Served]) -> None:
        taken = {_shape(route): "the API itself" for route in self._routes}
        named = dict.fromkeys(self._schemas, "the API itself")
        for served in found:
            mine = f"Serve {served.serve.table!r} of {served.pipeline.name}"
            for route in filter(None, (served.page_route, served.row_route)):
                if (other := taken.setdefault(_shape(route), mine)) is not mine:
                    raise ConfigError(f"{mine}: GET {route} is served by {other} already: give it another route=.")
            for name in schemas_of(served):
                if (other := named.setdefault(name, mine)) is not mine:
                    raise ConfigError(f"{mine}: the schema {name} is that of {other} already: give it another called=.")


def _shape(route: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", route).rstrip("/")
