"""Batches: light steps of one run that share a message, a claim, a heartbeat and a transaction."""
