"""A place where a program that nobody has read runs and can break nothing."""

from fimls.jail.jailed_program import output_of, passes

__all__ = ["output_of", "passes"]
