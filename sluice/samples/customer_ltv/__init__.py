"""A made-up shop for the pipeline customer_ltv: files of any size with known faults, and what they must come to."""

from sluice.samples.customer_ltv.sample import make_customer_ltv

__all__ = ["make_customer_ltv"]
