"""WHO RUNS: the Celery app, the task base class, the dispatch thread, beat's schedule, the supervisor."""
