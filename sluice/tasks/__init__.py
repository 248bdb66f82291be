"""WHAT IS QUEUED: one task a file, each a few statements over a function that can be called without Celery."""

from tasks.build import build
from tasks.dispatch import dispatch
from tasks.extract import extract
from tasks.load import load
from tasks.plan import plan
from tasks.scheduled import scheduled, tend_all
from tasks.settle import settle
from tasks.transform import transform

__all__ = ["build", "dispatch", "extract", "load", "plan", "scheduled", "settle", "tend_all", "transform"]
