"""A place where a program that nobody has read runs and can break nothing.

It knows no other room.
"""

from fimls.jail.inside.tests_process import MODULE
from fimls.jail.output import output_of
from fimls.jail.stand_in_program import tests_program
from fimls.jail.verdict import Passes, passes

__all__ = ["MODULE", "Passes", "output_of", "passes", "tests_program"]
