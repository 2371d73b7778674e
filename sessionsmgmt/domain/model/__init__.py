"""The things the product is about: events, people, rules and notices."""
