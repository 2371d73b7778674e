"""Once and never twice: claims, and their reconciliation with sent mail."""
