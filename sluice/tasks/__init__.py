"""Tasks: one a file, each a few statements over a function that can be called without Celery.

Nothing is imported here: a script that only queues files imports no task. The app lists their modules.
"""
