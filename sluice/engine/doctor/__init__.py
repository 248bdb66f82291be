"""The checks of `sluice doctor`, a module each: every check reports what it found, whether it is ok, and what to do."""
