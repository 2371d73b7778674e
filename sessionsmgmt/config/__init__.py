"""Reads sessions.yml into a Config, or reports all problems at once, each with its file, line and column."""
