"""Workbooks of Excel (.xlsx): one sheet becomes JSON lines, each row in the line of its number in the sheet."""
