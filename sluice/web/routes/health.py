"""`GET /healthz` and `GET /readyz`: health checks. They need no token and reveal no data."""

from __future__ import annotations

import json

import redis
from fastapi import APIRouter
from starlette.responses import Response

from sluice.engine.base.servers import broker_url
from sluice.engine.ledger.schema import ledger_files
from sluice.errors import SluiceError
from sluice.web.access import FromDatabase, Reads
from sluice.web.http.problems import Problem
from sluice.web.openapi.document import json_answer

PATIENCE_S = 2
router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process is alive", responses=json_answer("Alive"))
async def alive() -> Response:
    """Checks nothing else."""
    return Response('{"alive":true}', media_type="application/json")


@router.get("/readyz", summary="The servers that it needs answer", responses=json_answer("Ready"))
def ready(reads: FromDatabase) -> Response:
    """PostgreSQL answers, the ledger is up to date, Redis answers; 503 names what does not."""
    lacking = [name for name, there in (("database", _ledger(reads)), ("redis", _redis())) if not there]
    if lacking:
        detail = f"Not ready: {' and '.join(lacking)}. sluice doctor says what is wrong."
        raise Problem(503, "not_ready", detail, headers={"Retry-After": "5"})
    return Response(json.dumps({"ready": True}), media_type="application/json")


def _ledger(reads: Reads) -> bool:
    try:
        applied = {name for (name,) in reads.rows("migrations", {}, "sluice migrate")}
    except Problem:
        return False
    return applied >= set(ledger_files())


def _redis() -> bool:
    try:
        client = redis.Redis.from_url(broker_url(), socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
        with client:
            return bool(client.ping())
    except (redis.RedisError, OSError, SluiceError):
        return False
