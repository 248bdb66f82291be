"""The folder of SLUICE_PIPELINES that the trials are run with."""
