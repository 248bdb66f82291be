"""Sources of rows: files, APIs, queries; and the landing."""
