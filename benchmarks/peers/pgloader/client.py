"""pgloader: one command for all files, which it loads one after another.

client.py FILE ...
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2

HERE = Path(__file__).parent


def main() -> None:
    """Make the table, say ready, load the files on a line of input, say done, and wait for the end."""
    load, table = ((HERE / name).read_text(encoding="utf-8") for name in ("commands.load", "table.sql"))
    url = os.environ["DATABASE_URL"]
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(table)
    with TemporaryDirectory() as folder:
        commands = Path(folder) / "commands.load"
        commands.write_text("\n".join(load.format(file=file, url=url) for file in sys.argv[1:]), encoding="utf-8")
        commands.chmod(0o600)
        print("ready", flush=True)
        sys.stdin.readline()
        subprocess.run(["pgloader", "--quiet", "--root-dir", folder, str(commands)], check=True)
        print("done", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
