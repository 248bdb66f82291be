"""Speed, side by side with what people use instead: `make bench`. How to read it: docs/explanation/benchmarks.md."""
