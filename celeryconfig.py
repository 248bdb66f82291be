"""Celery's settings, for a checkout. Each has its reason in `sluice/celeryconfig.py`; the app reads them there."""

from sluice.celeryconfig import *  # noqa: F403 - under Celery's usual name: no setting is made here
