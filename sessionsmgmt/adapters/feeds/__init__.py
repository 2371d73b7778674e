"""Calendars that are read from an address, as calendar programs subscribe to them."""
