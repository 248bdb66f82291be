"""The documents, and what builds their site: see generate.py. Nothing of Sluice imports this."""
