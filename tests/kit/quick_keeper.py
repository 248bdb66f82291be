"""The keeper of the tests' servers: as users get it, but its PostgreSQL does not wait for the disk. Argument: the home.

What was committed survives kill -9 of every process all the same: only the machine must not fail. Who commits still
waits until the log is written (synchronous_commit is on), since an immediate shutdown loses what is only in memory.
"""

from __future__ import annotations

from sluice.embedded import keeper, postgres

WITHOUT_DISK = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}


def main() -> None:
    """Keep the servers of a home."""
    postgres._SETTINGS.update(WITHOUT_DISK)
    postgres._shared_buffers_mib = lambda: 64  # several of these servers run at once
    keeper.main()


if __name__ == "__main__":
    main()
