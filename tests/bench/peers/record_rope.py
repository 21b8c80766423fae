"""Run rope's own tests of refactorings, and write down each refactoring that they make.

    python record_rope.py FOLDER_OF_ROPE FILE

It wants a Python that has what rope needs (pytoolconfig, platformdirs). Each line of the file is a
JSON object: what was asked of which text, and the text that rope made of it, or why it refused.
"""

from __future__ import annotations

import functools
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from rope.refactor import extract, inline, rename

ROWS: list[str] = []


def written_down(method, action, start, end):
    @functools.wraps(method)
    def get_changes(self, new_name="", *others, **options):
        resource = self.resource
        row = {"action": action, "name": new_name, "text": None, "options": sorted(options)}
        if resource is not None and not resource.is_folder():
            row |= {"text": resource.read(), "start": start(self), "end": end(self)}
        try:
            made = method(self, *((new_name,) if new_name else ()), *others, **options)
        except Exception as error:
            row["refused"] = f"{type(error).__name__}: {error}"
            raise
        else:
            contents = [each for each in made.changes if hasattr(each, "new_contents")]
            row["others"] = sum(each.resource != resource for each in contents)
            row["others"] += len(made.changes) - len(contents)
            mine = [each.new_contents for each in contents if each.resource == resource]
            row["expected"] = mine[0] if mine else None
        finally:
            ROWS.append(json.dumps(row))
        return made

    return get_changes


def offset_kept(initialise):
    @functools.wraps(initialise)
    def __init__(self, project, resource, offset=None):
        self.asked_at = offset
        initialise(self, project, resource, offset)

    return __init__


rename.Rename.__init__ = offset_kept(rename.Rename.__init__)
for kind, action, first, last in (
    (extract.ExtractMethod, "extract-function", "start_offset", "end_offset"),
    (extract.ExtractVariable, "extract-variable", "start_offset", "end_offset"),
    (inline.InlineVariable, "inline-variable", "offset", "offset"),
    (rename.Rename, "rename", "asked_at", "asked_at"),
):
    kind.get_changes = written_down(
        kind.get_changes,
        action,
        lambda self, name=first: getattr(self, name),
        lambda self, name=last: getattr(self, name),
    )

NAMES = [f"ropetest.refactor.{name}test" for name in ("extract", "inline", "rename")]
unittest.TextTestRunner(verbosity=0).run(unittest.TestLoader().loadTestsFromNames(NAMES))
Path(sys.argv[2]).write_text("\n".join(ROWS), "utf-8")
