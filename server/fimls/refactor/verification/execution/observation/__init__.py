"""What runs in the jail to observe a function; it imports nothing of fimls, only Python's own."""
