"""A pipeline's file proposed from files that nobody has described: each is read once, and what is found is written.

Nothing is guessed: where two readings fit every row, the file leaves the choice open, and cannot be used until a person
makes it.
"""

from sluice.engine.propose.layout.described import Options
from sluice.engine.propose.proposal import Group, propose
from sluice.engine.propose.written.file import file_text
from sluice.engine.propose.written.verify import Verified, verify

__all__ = ["Group", "Options", "Verified", "file_text", "propose", "verify"]
