"""WHAT IS QUEUED: one task a file, each a few statements over a function that can be called without Celery."""

from tasks.dispatch import dispatch
from tasks.extract import extract
from tasks.load import load
from tasks.plan import plan
from tasks.scheduled import scheduled
from tasks.settle import settle
from tasks.transform import transform

__all__ = ["dispatch", "extract", "load", "plan", "scheduled", "settle", "transform"]
