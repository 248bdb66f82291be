"""The keys of the broker in Redis that must have a certain type: with another one no worker gets messages."""

from __future__ import annotations

import logging

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from redis.utils import str_if_bytes

from sluice.app import app
from sluice.engine.database.ledger import ledger_schema
from sluice.engine.ledger.kinds import NAMES

_UNACKED = {"unacked": "hash", "unacked_index": "zset"}
log = logging.getLogger(__name__)


def _types() -> dict[str, str]:
    unacked = {app.conf.broker_transport_options[f"{name}_key"]: kind for name, kind in _UNACKED.items()}
    return {f"{ledger_schema()}.{name}": "list" for name in (*NAMES, "dispatch")} | unacked


def remove_wrong_types() -> list[str]:
    """Delete keys that somebody replaced by another type, and return their names. What is due is in the ledger.

    Does nothing when Redis does not answer, or the user may not ask for types.
    """
    types = _types()
    try:
        with app.pool.acquire(block=True) as connection:
            redis = connection.default_channel.client
            with redis.pipeline(transaction=False) as pipeline:
                for key in types:
                    pipeline.type(key)
                found = [str_if_bytes(each) for each in pipeline.execute()]
            wrong = [key for key, kind in zip(types, found, strict=True) if kind not in ("none", types[key])]
            for key in wrong:
                redis.unlink(key)
                log.error("%s in Redis was not a %s: it was deleted, and steps are published again", key, types[key])
    except (OperationalError, RedisError, OSError):
        return []
    return wrong
