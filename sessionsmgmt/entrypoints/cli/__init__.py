"""The command line: options in, a command called, its result shown."""
