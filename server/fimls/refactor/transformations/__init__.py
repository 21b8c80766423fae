"""Code that says the same in another way, found in the syntax tree: no model writes any of it."""
