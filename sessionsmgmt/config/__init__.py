"""sessions.yml → Config: every problem at once, each with file, line and column."""
