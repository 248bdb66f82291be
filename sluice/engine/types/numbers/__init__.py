"""Types of numbers and money."""
