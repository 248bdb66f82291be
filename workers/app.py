"""`celery -A workers.app worker|beat|flower` in a checkout. An installed Sluice has `celery -A sluice.app` alone."""

from sluice.app import app

__all__ = ["app"]
