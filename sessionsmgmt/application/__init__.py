"""Use cases: typed arguments in, a typed result out."""
