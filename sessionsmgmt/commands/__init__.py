"""One module per command: typed arguments in, a typed result out. Showing it is for the views."""
