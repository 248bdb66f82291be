"""The steps of small files, many at once: the same rules as for one part, with one frame, one COPY and one transaction.

Only what usually happens is done here. Whatever else happens raises: the steps come back alone, and go the way of all
others.
"""
