"""A command's result, as a terminal, a machine or a browser wants to see it."""
