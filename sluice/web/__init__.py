"""The JSON API: what was loaded and built, served to programs that hold a token. `sluice serve` starts it.

A request passes the edge (request id, token, size), meets a route, and is answered by one statement on a read-only
connection of a small pool; PostgreSQL writes the JSON of the rows. Whatever goes wrong is an RFC 9457 problem
without a word of the database's. Needs fastapi and uvicorn (extra `web`), and nothing else does.
"""
