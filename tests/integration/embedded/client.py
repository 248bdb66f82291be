"""A program that uses the embedded servers. Its orders come on standard input, one word a line."""

import json
import os
import signal
import sys
from pathlib import Path

from sluice.embedded import attach


def tell(*facts: object) -> None:
    print(json.dumps(facts), flush=True)


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home, wanted = Path(sys.argv[1]), sys.argv[2]
    servers = attach(home, database="d" in wanted, redis="r" in wanted)
    tell(servers.database_url, servers.redis_url)
    for order in sys.stdin:
        match order.strip():
            case "attach":
                servers = attach(home)
                tell(servers.database_url, servers.redis_url)
            case "raise":
                raise RuntimeError("ordered")
            case "close":
                os.closerange(3, 256)
                tell("closed")
            case "fork":
                child = os.fork()
                if child == 0:
                    signal.pause()
                tell(child)


if __name__ == "__main__":
    main()
