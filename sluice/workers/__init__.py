"""Processes: the task base class, the threads of a worker, beat's schedule, the supervisor."""
