"""What Python says of a function: its scopes, the flow of its values, whether code is the same."""
