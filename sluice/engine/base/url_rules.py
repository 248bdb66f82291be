"""Whether the URL of a server can be read as a URL, so that no part of its password is taken for something else.

Libraries repeat what they cannot read in their errors: the `@` of a password makes the rest of it a host name.
"""

from __future__ import annotations

import re

ENCODE = "in a user or password write % as %25, @ as %40, / as %2F, # as %23, ? as %3F"
_BEFORE_COLON = r"(?:[^\s/?#@%\[\]:]|%[0-9A-Fa-f]{2})*"
_AFTER_COLON = r"(?:[^\s/?#@%\[\]]|%[0-9A-Fa-f]{2})*"
_URL = re.compile(
    rf"[a-z][a-z0-9+.-]*://(?:{_BEFORE_COLON}(?::{_AFTER_COLON})?@)?"
    r"(?:\[[0-9a-fA-F:.%]*\]|[^\s/?#@\[\]])*(?:/[^\s?#@]*)?(?:\?[^\s#@]*)?"
)


def is_readable(url: str) -> bool:
    """Whether a URL has one way to be read: every special character of its user and password is percent-encoded."""
    return _URL.fullmatch(url) is not None and re.search("%(?![0-9A-Fa-f]{2})", url) is None
