"""Documents and positions as the Language Server Protocol means them; pure, no input or output."""

from fimls.text.document import Document
from fimls.text.encoding import Encoding, without_surrogates
from fimls.text.text import Point, Text

__all__ = ["Document", "Encoding", "Point", "Text", "without_surrogates"]
