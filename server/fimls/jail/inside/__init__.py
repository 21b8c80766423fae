"""What runs inside of a jail. It imports nothing of fimls: its folder alone is there."""
