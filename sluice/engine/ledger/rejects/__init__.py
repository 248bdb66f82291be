"""Refused rows: counted by reason, and as a stream."""
