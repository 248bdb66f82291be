-- Whether a grain is one of the touched ones.
in (select grain from {table})
