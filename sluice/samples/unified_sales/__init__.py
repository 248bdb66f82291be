"""Made-up sources for the pipeline unified_sales, with every known defect in them, and what they must come to."""

from sluice.samples.unified_sales.sample import FILES, make_unified_sales

__all__ = ["FILES", "make_unified_sales"]
