"""What a worker reads from Redis, with checks before Celery uses it: others may have written there.

`transport` replaces kombu's reads, `messages` says what Sluice can have written, `remote_control` which commands are
obeyed, and `queues` deletes keys of the wrong type. `dropped` counts what was left out, and `connection_log` shortens
Celery's reports of a lost connection.
"""
