"""Whether a message is one that Sluice may have sent. Some others crash Celery's main process.

They are dropped: what is due is in the ledger.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from celery.utils.time import maybe_iso8601

from sluice.engine.ledger.kinds import KINDS, NAMES
from sluice.workers.broker.arguments import is_of_steps

_TEXTS = ("root_id", "parent_id", "group", "shadow", "argsrepr", "kwargsrepr", "origin", "lang")
_NO_BODY = "its body is not arguments, named arguments and what follows"
_LONGEST = 1000
STEPS = frozenset(f"sluice.{name}" for name in NAMES)
_OF_RUNS = frozenset(f"sluice.{kind.name}" for kind in KINDS if kind.of_run)
TASKS = STEPS | {"sluice.dispatch", "sluice.scheduled", "sluice.check_schedules", "sluice.expire"}
_NEVER = ("eta", "stamped_headers")  # Sluice sends no delayed or stamped messages


def problem_of(message: Any) -> str | None:
    """What is wrong with a message, without its content; None for one that a task may get."""
    headers = message.headers
    if not isinstance(headers, dict):
        return "it has no headers"
    if message.content_type != "application/json":
        return "its body is not JSON"
    return _of_headers(headers) or _of_body(message, headers["task"])


def _of_headers(headers: dict[Any, Any]) -> str | None:
    return next(_problems_of_names(headers), None) or next(_problems_of_options(headers), None)


def _problems_of_names(headers: dict[Any, Any]) -> Iterator[str]:
    for name in ("task", "id"):
        if not isinstance(headers.get(name), str) or not headers[name]:
            yield f"its {name} is not a text"
    if headers["task"] not in TASKS:
        yield "its task is unknown"
    for name in _TEXTS:
        if not isinstance(headers.get(name), str | None):
            yield f"its {name} is not a text"
    for name in ("id", *_TEXTS):
        if len(headers.get(name) or "") > _LONGEST:  # Celery logs them
            yield f"its {name} is too long"


def _problems_of_options(headers: dict[Any, Any]) -> Iterator[str]:
    for name in _NEVER:
        if headers.get(name):
            yield f"it has {name}"
    if type(headers.get("retries", 0)) not in (int, type(None)):
        yield "its retries are not a number"
    if not _are_limits(headers.get("timelimit")):
        yield "its timelimit is not two numbers"
    if not _is_time(headers.get("expires")):
        yield "its expires is not a time"


def _are_limits(limits: object) -> bool:
    if limits is None:
        return True
    return isinstance(limits, list | tuple) and len(limits) == 2 and all(map(_is_limit, limits))


def _is_limit(limit: object) -> bool:
    if limit is None:
        return True
    return isinstance(limit, int | float) and not isinstance(limit, bool) and math.isfinite(limit) and limit > 0


def _is_time(expires: object) -> bool:
    if expires is None:
        return True
    try:
        return isinstance(expires, str) and maybe_iso8601(expires) is not None
    except (ValueError, TypeError, OverflowError):
        return False


def _of_body(message: Any, task: str) -> str | None:
    try:
        body = message.payload
    except Exception:  # noqa: BLE001 - a decoder may raise anything
        return "its body cannot be decoded"
    if not isinstance(body, list) or len(body) != 3:
        return _NO_BODY
    return _of_parts(task, *body)


def _of_parts(task: str, args: object, kwargs: object, follows: object) -> str | None:
    if not isinstance(args, list) or not isinstance(kwargs, dict) or not isinstance(follows, dict):
        return _NO_BODY
    if not _are_arguments(task, args, kwargs):
        return "its arguments are not those of its task"
    if any(follows.get(name) for name in ("callbacks", "errbacks", "chord")):
        return "it asks for other tasks than the next of its chain"
    chain = follows.get("chain")
    if chain is not None and not (isinstance(chain, list) and all(map(_is_signature, chain))):
        return "its chain is not a list of tasks"
    return None


def _are_arguments(task: str, args: list[Any], kwargs: dict[Any, Any]) -> bool:
    if task not in STEPS:
        wanted = [str] if task == "sluice.scheduled" else []
        return not kwargs and [type(each) for each in args] == wanted
    if kwargs or len(args) != 1 or not is_of_steps(args[0]):
        return False
    return task not in _OF_RUNS or "steps" not in args[0]  # a step of a whole run is never in a batch


def _is_signature(each: object) -> bool:
    return (
        isinstance(each, dict)
        and isinstance(each.get("task"), str)
        and isinstance(each.get("args", []), list)
        and isinstance(each.get("kwargs", {}), dict)
        and isinstance(each.get("options", {}), dict)
    )
