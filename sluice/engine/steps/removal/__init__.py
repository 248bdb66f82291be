"""What is taken out of tables again: undone, cancelled, forgotten, withdrawn."""
