"""Forgetting: the rows with a value go, wherever they are, and no load brings them back.

First the keyed hash of the value is written and committed: from then on no run that is registered loads it. Copies and
frames go next. The rows, kept rows, rejects and texts go in one transaction, which also registers the run that builds
derived tables and writes the receipt. A killed command is given again and does what is left.
"""
