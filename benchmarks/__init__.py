"""Speed, side by side with what people use instead: `make bench`. docs/benchmarks.md tells how to read it."""
