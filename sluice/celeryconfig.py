"""Celery's settings, and nothing else. Each line that is not Celery's default says why.

Redis may forget any message: the ledger in PostgreSQL is the only truth, so nothing here has to be perfect,
only quick to recover. See "The protocol of a step" in ARCHITECTURE.md.
"""

from kombu.entity import Queue

from sluice.engine.base.servers import broker_url as _broker_url
from sluice.engine.base.settings import settings as _settings
from sluice.engine.ledger.kinds import KINDS as _KINDS
from sluice.engine.ledger.kinds import LIMIT_S as _LIMIT_S
from sluice.engine.ledger.kinds import NAMES as _NAMES

broker_url = _broker_url()
# CELERY_BROKER_URL, which people set for an app of their own, wins over broker_url, and not over these
broker_read_url = broker_write_url = broker_url
result_backend = None  # the ledger holds results; with a Redis backend, publishing blocks 19 s when Redis is away
task_ignore_result = True

# The names in Redis begin with the ledger's schema, so that two environments can share a Redis. Names of tasks do not.
_schema = _settings().ledger_schema
_own = "" if _schema == "sluice" else f"{_schema}."  # Celery's and kombu's own names, as the first environment has them

# kombu reads the queues in this order because of queue_order_strategy below
task_queues = [Queue(f"{_schema}.{kind}") for kind in (*_NAMES, "dispatch")]
task_default_queue = f"{_schema}.dispatch"
task_routes = {f"sluice.{kind}": {"queue": f"{_schema}.{kind}"} for kind in _NAMES}
task_annotations = {f"sluice.{kind.name}": {"time_limit": kind.limit_s} for kind in _KINDS}
task_create_missing_queues = False  # a message for a queue that nobody reads would wait for ever

task_serializer = "json"
accept_content = ["json"]  # no pickle: a message can never run code
enable_utc = True

task_acks_late = True  # a message stays with Redis until its step is in the ledger
task_reject_on_worker_lost = False  # Celery would loop on a task that kills its process; the ledger counts to 3
task_acks_on_failure_or_timeout = True
worker_prefetch_multiplier = 1  # a worker that is busy holds nothing back from the others
task_time_limit = _LIMIT_S  # of tasks that are not steps
worker_max_tasks_per_child = 1000  # whatever leaks in a library leaves with the process; a new one takes 0.1 s
worker_cancel_long_running_tasks_on_connection_loss = False  # the fence makes a second run harmless
# kombu runs Lua for queues that expire, which our users of Redis may not; whoever ends in order takes its queue away
control_exchange = f"{_own}celery"
event_exchange = event_queue_prefix = f"{_own}celeryev"
control_queue_expires = event_queue_expires = None
worker_send_task_events = True  # Flower sees nothing without
task_send_sent_event = False  # Flower sees a task when a worker receives it; another message a task is dear
worker_hijack_root_logger = False
worker_consumer = "sluice.workers.consumer:CarefulConsumer"  # no message may end the main process
worker_soft_shutdown_timeout = 30.0

beat_scheduler = "sluice.workers.beat:Scheduler"
beat_schedule_filename = (
    f"{_schema}-schedule"  # Celery's default is also that of other apps that run in the same folder
)

broker_connection_retry_on_startup = True
broker_channel_error_retry = True  # a Redis that refuses a write for want of memory has some again later
broker_connection_max_retries = None  # the default of 100 makes a worker give up on a Redis that comes back
broker_transport_options = {
    "visibility_timeout": 900,
    **{f"{name}_key": f"{_own}{name}" for name in ("unacked", "unacked_index", "unacked_mutex")},
    "queue_order_strategy": "priority",
    "socket_timeout": 10,  # none by default: a black-holed Redis would hang a worker for ever
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_retries": 2,  # of a publish: the ledger tries again later
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
task_publish_retry = True
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
