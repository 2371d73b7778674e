"""How the program is started: as an Action, or from a command line."""
