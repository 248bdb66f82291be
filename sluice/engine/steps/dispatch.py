"""Finds due steps and publishes them: all work starts, or starts again, here.

Runs every second or so in a thread of every worker's main process, after each plan and load, and from the
command line. Two at once, or none for a while, do no harm: published_until is committed before anything is published.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from psycopg2.extensions import cursor as Cursor

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.identity import is_gone, is_lost_child, node
from sluice.engine.base.servers import is_embedded
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, try_lock
from sluice.engine.database.statements import statements
from sluice.engine.ledger.batches.claims import MOST_STEPS
from sluice.engine.ledger.kinds import KINDS, PREVIOUS
from sluice.engine.ledger.outcomes import add_settle_step
from sluice.engine.ledger.registration import end_abandoned
from sluice.engine.ledger.rows import mappings
from sluice.engine.ledger.steps import KILLED, expire, fail_attempt, longest_in_queue_s
from sluice.engine.ledger.workers import FRESH_S, window_for
from sluice.engine.steps.messages import DueStep, Message, messages_of
from sluice.engine.steps.part.park import judge_parked
from sluice.engine.steps.waiting_inputs import resolve_waiting
from sluice.errors import TransientError

query = statements(__name__)

log = logging.getLogger(__name__)
LOSS_S = 3.0  # with two Redis servers in turn everything would be published repeatedly
Publish = Callable[[list[int], str], None]  # (ids of steps of one message, their kind)


class Queues(NamedTuple):
    """The queues as Redis has them now.

    `marker` is a value stored in the same Redis and lost with the queues: another one means that they were emptied.
    `empty` are the kinds of steps without a waiting message.
    """

    marker: str
    empty: tuple[str, ...]


def recover(*, leases: bool = True, for_all: bool = True) -> int:
    """Release steps of vanished workers and inputs that wait in vain, end registrations whose process is gone, add
    missing settle steps. Returns how many steps were released.

    Without `leases`, expired leases are left alone: PostgreSQL was away, and nobody could extend them. Unless it is
    done `for_all` workers, only steps of this host's processes are released: nobody else can see that these are gone.
    """
    gone = _count_lost_children()
    if not for_all and not gone:
        return 0
    with transaction() as cursor:
        freed = expire(cursor, gone, leases=leases and for_all)
        resolve_waiting(cursor)
        judge_parked(cursor)
        end_abandoned(cursor, leases=leases)
        cursor.execute(query("runs_to_settle"))
        for (run,) in cursor.fetchall():
            add_settle_step(cursor, run)
    if freed:
        log.warning("%d steps were claimed by workers that vanished; they are due again", freed)
    return freed


def _count_lost_children() -> list[str]:
    """Count a crash for each step that killed a child of this worker; return the holders whose workers are gone.

    Celery reports most of them sooner (sluice.workers.step_task), but not a child that died before its main process
    knew that it had taken the message: that message goes to the next child without a report.
    """
    with transaction() as cursor:
        cursor.execute(query("local_holders"), {"node": f"{node()}|"})
        working = cursor.fetchall()
    for step, known in working:
        if is_lost_child(known):
            fail_attempt(step, None, KILLED, child=known)
    return list({known for _, known in working if is_gone(known)})


def dispatch(publish: Publish, look: Callable[[], Queues], *, only_new: bool = False) -> int:
    """Publish due steps, up to the window. Returns how many chains were published. With `only_new` nothing is done
    unless a step is due that was not published yet: whether messages are lost is then not looked at.

    Raises TransientError when the broker does not accept them; they are due again in a second.
    """
    if not _any_due("any_new" if only_new else "any_due"):
        return 0
    queues = look()
    with transaction() as cursor:
        if not try_lock(cursor, Lock.DISPATCH):
            return 0  # another process is dispatching
        lost = _notice_loss(cursor, queues.marker)
        _reset_passed_on(cursor, queues, lost=lost)
        due = _due(cursor, queues)
        if due:
            marked = {"steps": [step for each in due for step in each.steps], "publish_s": settings().publish_s}
            cursor.execute(query("mark_published"), marked)
    if due:
        failpoint("dispatch.marked")
    _publish_all(due, publish)
    return len(due)


def _due(cursor: Cursor, queues: Queues) -> list[Message]:
    """The messages to publish, in order."""
    params: dict[str, Any] = {"fresh_s": FRESH_S, "publish_s": settings().publish_s, "empty": list(queues.empty)}
    params |= {"most": MOST_STEPS}
    cursor.execute(query("open_steps"), params)
    (found,) = mappings(cursor)
    params |= found | {"window": window_for(found["processes"])}
    cursor.execute(query("due_steps"), params | {"first": [kind.name for kind in KINDS if kind.of_run]})
    room = max(params["window"] - found["under_way"], 0)
    due = messages_of([DueStep(*row) for row in cursor.fetchall()], processes=found["processes"], most=room)
    if found["crashed_steps"]:
        cursor.execute(query("due_again"), params | {"others": len(due)})
        due += [Message(kind, [step]) for step, kind in cursor.fetchall()]
    return due


def _any_due(statement: str) -> bool:
    """Whether any step may be due, so that Redis has to be queried."""
    with transaction() as cursor:
        cursor.execute(query(statement))
        return cursor.fetchone() == (True,)


def _notice_loss(cursor: Cursor, marker: str) -> bool:
    """Whether the queues are not those that were published to: then all published steps are made due at once."""
    cursor.execute(query("known_queue"), {"loss_s": LOSS_S})
    known, long_ago = cursor.fetchone() or (None, True)
    if known == marker or not long_ago:
        return False
    cursor.execute(query("note_queue"), {"marker": marker})
    cursor.execute(query("reset_published"))
    if known is not None and cursor.rowcount:
        # embedded servers stop without the queues when the last command ends: the usual start of what was interrupted
        level, what = (logging.INFO, "starts with empty") if is_embedded() else (logging.WARNING, "has lost its")
        log.log(level, "Redis %s queues; %s published steps are due again", what, cursor.rowcount)
    return True


def _reset_passed_on(cursor: Cursor, queues: Queues, *, lost: bool) -> None:
    """Make steps due again whose next message is lost, between two tasks of their chain."""
    empty = [previous for kind in queues.empty if (previous := PREVIOUS[kind]) is not None]
    params = {"lost": lost, "empty": empty, "publish_s": settings().publish_s, "queue_s": longest_in_queue_s()}
    cursor.execute(query("reset_passed_on"), params)


def _publish_all(due: list[Message], publish: Publish) -> None:
    for number, message in enumerate(due):
        try:
            publish(message.steps, message.kind)
        except TransientError:
            left = [step for each in due[number:] for step in each.steps]
            with transaction() as cursor:
                cursor.execute(query("unmark_published"), {"steps": left})
            raise
