"""A real PostgreSQL and a Redis-protocol server as local processes, when no other servers are named.

`attach` joins the servers of a home folder, or starts them. `clients` is the side of those who use them,
`keeper` the process that owns them; they meet in the files of `folder`.
"""

from sluice.embedded.clients import Servers, attach, detach, running_servers

__all__ = ["Servers", "attach", "running_servers", "detach"]
