"""The JSON API: loaded and derived tables and runs, served to programs with a token. `sluice serve` starts it.

A request passes the edge (request id, token, size) and a route, and is answered by one statement on a read-only
connection of a small pool; PostgreSQL writes the JSON of the rows. Every error is an RFC 9457 problem without
text of the database. Only this package needs fastapi and uvicorn (extra `web`).
"""
