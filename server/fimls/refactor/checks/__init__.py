"""What a change must pass before it is offered, one check a file."""
