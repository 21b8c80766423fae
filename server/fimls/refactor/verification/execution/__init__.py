"""Rungs that execute Python of the workspace, in a jail, where the user trusts its folder."""
