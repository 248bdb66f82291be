"""A PostgreSQL and a Redis-protocol server as local processes, when no other servers are configured.

`attach` connects a process to the servers of a home folder, and starts them if needed. `clients` is the client side,
`keeper` the process that owns the servers; they communicate by the files of `folder`.
"""

from sluice.embedded.clients import Servers, attach, detach, running_servers

__all__ = ["Servers", "attach", "running_servers", "detach"]
