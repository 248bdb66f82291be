"""Speed compared with other ways to load: `make bench`. How to read it: docs/explanation/benchmarks.md."""
