"""The steps of a run, one file each, and dispatch, which publishes them."""
