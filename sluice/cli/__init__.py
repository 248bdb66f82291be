"""The `sluice` command."""

import sys

from sluice.search_path import leave_current_folder

if sys.argv[:1] == ["-m"]:  # Python is about to run a module of this package, and has put the current folder first
    leave_current_folder()
