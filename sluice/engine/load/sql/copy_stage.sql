-- Aside first, when some of these keys are there already.
copy {stage} ({columns}) from stdin (format binary)
