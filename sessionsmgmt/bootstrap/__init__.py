"""Config → the real objects. The only room that knows every provider; each is imported when it is first needed."""
