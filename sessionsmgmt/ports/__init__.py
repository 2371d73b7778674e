"""What use cases need from outside, as Protocols: one module per concern."""
