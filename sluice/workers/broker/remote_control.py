"""The remote-control commands that a worker answers: those that read its state, and none that changes it.

Anybody who can publish to Redis can send one. With Celery's own commands a single message can stop a worker's queues,
lower its time limits, shrink its pool, stop it, write files, or show its configuration.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from celery.worker.control import Panel

ANSWERED = frozenset({
    "ping", "clock", "heartbeat", "enable_events",  # events are what Flower asks for when it begins
    "active", "reserved", "scheduled", "registered", "active_queues", "query_task", "revoked", "stats", "report",
    "sluice_inspect",
})  # fmt: skip


def narrow() -> None:
    """Remove every other command. Call it before the worker consumes."""
    for name in set(Panel.data) - ANSWERED:
        del Panel.data[name]
        Panel.meta.pop(name, None)


def problem_of_command(message: Any) -> str | None:
    """What is wrong with a remote-control message as read from Redis; None if the worker may answer it."""
    if not _is_plain(message):
        return "it is not a message of remote control"
    try:
        body = json.loads(base64.b64decode(message["body"], validate=True))
    except (ValueError, RecursionError):
        return "its body cannot be decoded"
    if not isinstance(body, dict) or not isinstance(body.get("arguments", {}), dict | None):
        return "its body is not a command of remote control"
    if body.get("method") not in ANSWERED if isinstance(body.get("method"), str) else True:
        return "it asks for a command that is not answered"
    if body.get("pattern") is not None or body.get("matcher") is not None:  # a regular expression of anybody's
        return "it chooses workers by a pattern"
    return _problem_of_addresses(body)


def _problem_of_addresses(body: dict[str, Any]) -> str | None:
    there = body.get("destination")
    if there is not None and not (isinstance(there, list) and all(isinstance(each, str) for each in there)):
        return "its destination is not a list of workers"
    return None if _is_address(body.get("reply_to")) else "its reply_to is not an exchange and a key"


def _is_plain(message: Any) -> bool:
    """Whether kombu can make a message of it: JSON in Base64, not compressed."""
    if not isinstance(message, dict):
        return False
    headers, properties = message.get("headers"), message.get("properties")
    return (
        isinstance(headers, dict)
        and isinstance(properties, dict)
        and not headers.get("compression")
        and isinstance(headers.get("expires"), int | float | None)
        and isinstance(headers.get("clock"), int | None)
        and message.get("content-type") == "application/json"
        and message.get("content-encoding") == "utf-8"
        and properties.get("body_encoding") == "base64"
        and isinstance(properties.get("delivery_info"), dict)
        and isinstance(properties.get("delivery_tag"), str)
        and isinstance(message.get("body"), str)
    )


def _is_address(reply_to: object) -> bool:
    if reply_to is None:
        return True
    return isinstance(reply_to, dict) and all(isinstance(reply_to.get(n), str) for n in ("exchange", "routing_key"))
