"""The first job: preview, send and look after notices."""
