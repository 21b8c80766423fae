"""The actions, one a file, in the order in which menus show them.

An action that needs no model but a name is exact: the syntax tree says what it changes.
"""

from fimls.refactor.action import Action
from fimls.refactor.actions.convert_async import CONVERT_ASYNC
from fimls.refactor.actions.convert_loop import CONVERT_LOOP
from fimls.refactor.actions.convert_strings import CONVERT_STRINGS
from fimls.refactor.actions.docstring import ADD_DOCSTRING
from fimls.refactor.actions.explain import EXPLAIN
from fimls.refactor.actions.extract_function import EXTRACT_FUNCTION
from fimls.refactor.actions.extract_variable import EXTRACT_VARIABLE
from fimls.refactor.actions.fix import FIX
from fimls.refactor.actions.handle_errors import HANDLE_ERRORS
from fimls.refactor.actions.implement import IMPLEMENT
from fimls.refactor.actions.inline_variable import INLINE_VARIABLE
from fimls.refactor.actions.optimise import OPTIMISE
from fimls.refactor.actions.rename import RENAME
from fimls.refactor.actions.simplify import SIMPLIFY
from fimls.refactor.actions.type_hints import ADD_TYPE_HINTS
from fimls.refactor.actions.write_tests import WRITE_TESTS

ACTIONS: tuple[Action, ...] = (
    FIX,
    IMPLEMENT,
    RENAME,
    INLINE_VARIABLE,
    EXTRACT_VARIABLE,
    EXTRACT_FUNCTION,
    CONVERT_STRINGS,
    CONVERT_LOOP,
    CONVERT_ASYNC,
    SIMPLIFY,
    ADD_DOCSTRING,
    ADD_TYPE_HINTS,
    HANDLE_ERRORS,
    OPTIMISE,
    WRITE_TESTS,
    EXPLAIN,
)

__all__ = ["ACTIONS"]
