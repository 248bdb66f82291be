"""Celery's usual address for the workers in a checkout. The code is in `sluice/workers/`."""
