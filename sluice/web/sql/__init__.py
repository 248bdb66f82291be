"""The statements of the API."""
