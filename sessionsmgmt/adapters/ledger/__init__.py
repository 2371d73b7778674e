"""One module per place where what was said is remembered."""
