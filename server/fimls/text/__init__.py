"""Documents and positions as the Language Server Protocol means them; pure, no input or output."""

from fimls.text.document import Document
from fimls.text.edits import Edit, edits_between
from fimls.text.encoding import Encoding, without_surrogates
from fimls.text.text import Point, Text

__all__ = [
    "Document",
    "Edit",
    "Encoding",
    "Point",
    "Text",
    "edits_between",
    "without_surrogates",
]
