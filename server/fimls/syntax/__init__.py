"""What a text means as code: tree-sitter where there is a grammar, marks and brackets elsewhere.

Pure functions on strings; offsets count code points. tree-sitter is imported when the first text
is parsed, so that a server starts without it. A language without a grammar is never an error.

It knows no other room.
"""

from fimls.syntax.delimiter_scan import Scan, scan, scan_line, texts_at
from fimls.syntax.excerpt import indentation, window
from fimls.syntax.grammars import grammar_for
from fimls.syntax.interpolations import (
    begin_of,
    closer_of,
    code_begins,
    is_string,
    plain_mark,
    string_begins,
    string_end,
    string_marks,
    strings_in,
)
from fimls.syntax.language_delimiters import (
    CHARACTER,
    NO_MARKS,
    PROSE,
    TAGS,
    Delimiters,
    begin_pattern,
    marks_of,
)
from fimls.syntax.parse_bounds import LITTLE, MUCH, TOO_MUCH_WORK, why_unread
from fimls.syntax.parsed_text import Parsed, parse, reparse
from fimls.syntax.statement_clauses import clauses_of, defines, defines_function, first_word
from fimls.syntax.tree_queries import (
    Span,
    block_at,
    count_errors,
    errors,
    in_comment,
    in_string,
    statement_at,
    statement_end,
)

__all__ = [
    "CHARACTER",
    "LITTLE",
    "MUCH",
    "NO_MARKS",
    "PROSE",
    "TAGS",
    "TOO_MUCH_WORK",
    "Delimiters",
    "Parsed",
    "Scan",
    "Span",
    "begin_of",
    "begin_pattern",
    "block_at",
    "clauses_of",
    "closer_of",
    "code_begins",
    "count_errors",
    "defines",
    "defines_function",
    "errors",
    "first_word",
    "grammar_for",
    "in_comment",
    "in_string",
    "indentation",
    "is_string",
    "marks_of",
    "parse",
    "plain_mark",
    "reparse",
    "scan",
    "scan_line",
    "statement_at",
    "statement_end",
    "string_begins",
    "string_end",
    "string_marks",
    "strings_in",
    "texts_at",
    "why_unread",
    "window",
]
