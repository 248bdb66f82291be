"""Flower's configuration, read by `celery -A sluice.app flower`: always with a password, only on this host, read-only.

Not imported: Flower runs this file and takes each name below that is one of its options.
"""

import os
import secrets
import sys

from flower.views import monitor
from tornado.web import authenticated

from sluice.engine.base.settings import settings

_chosen = settings().flower_password
if _chosen is not None:
    _password = _chosen.get_secret_value()
else:
    _password = secrets.token_urlsafe(12)
    _where = "a new one each time, unless SLUICE_FLOWER_PASSWORD is set"
    sys.stderr.write(f"Flower's password is {_password} ({_where})\n")

# Flower shows these two to everybody
for _page in (monitor.Metrics, monitor.Healthcheck):
    _page.get = authenticated(_page.get)

read_only = settings().flower_read_only
basic_auth = [f"{settings().flower_user}:{_password}"]
address = os.environ.get("FLOWER_ADDRESS", "127.0.0.1")  # this file would override the environment
port = int(os.environ.get("FLOWER_PORT", settings().flower_port))
