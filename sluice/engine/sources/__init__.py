"""Where rows come from: files, APIs, queries; and the landing."""
