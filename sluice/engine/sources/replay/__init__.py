"""Refused rows as a source: corrected records in the ledger, which are loaded as a file of their own."""
