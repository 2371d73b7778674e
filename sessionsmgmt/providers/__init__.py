"""One folder per place where the data lives."""
