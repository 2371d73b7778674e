"""Config and settings → the real objects. The only room that knows every adapter; each is imported when needed."""
