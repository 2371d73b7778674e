"""Ledgers in a file and on a branch of a repository, their sealed format, and the migration between ledgers."""
