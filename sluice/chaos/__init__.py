"""`sluice chaos`, without its screen: a sample is loaded undisturbed, then again while servers and workers are killed.

`sample` writes the files, `place` starts servers of its own, `series` derives the faults from a seed, and `faults`
makes them happen. `trial` is one load, `contents` reads what it left behind, `differences` compares that with the first
load, and `outcome` is the verdict.
"""
