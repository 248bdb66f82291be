"""Rows between text and COPY: the contract, frames, binary COPY streams, rejects."""
