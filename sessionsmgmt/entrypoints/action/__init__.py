"""The Actions runner's side: inputs in, the command line called, outputs, summary and annotations out."""
