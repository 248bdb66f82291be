"""What `sluice doctor` looks at, a room each: every check says what it found, whether that is well, and what to do."""
