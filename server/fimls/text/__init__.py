"""Documents and positions as the Language Server Protocol means them; pure, no input or output.

It knows no other room.
"""

from fimls.text.document import Document
from fimls.text.edit_draft import Change, changed
from fimls.text.minimal_edits import Edit, edits_between
from fimls.text.position_encoding import Encoding, without_surrogates
from fimls.text.text import Point, Text, weight_of
from fimls.text.uri import path_in

__all__ = [
    "Change",
    "Document",
    "Edit",
    "Encoding",
    "Point",
    "Text",
    "changed",
    "edits_between",
    "path_in",
    "weight_of",
    "without_surrogates",
]
