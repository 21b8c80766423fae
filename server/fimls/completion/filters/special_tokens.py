"""A model's special tokens, written out as text, end what is meant for the reader."""

from __future__ import annotations

import re

from fimls.completion.filters.filter_input import Suggestion
from fimls.completion.surroundings import Surroundings
from fimls.syntax import TAGS

# DeepSeek's tokens have full-width bars and U+2581 for blanks; those of Qwen, StarCoder 2,
# CodeGemma and most others are written in ASCII. CodeLlama's are capitals, StarCoder's are tags.
_TOKEN = re.compile(
    r"<｜[^｜\n]{1,40}｜>"
    r"|<\|[A-Za-z_]\w{1,30}\|>"
    r"|<fim_(?:prefix|middle|suffix|pad)>|<(?:reponame|gh_stars|file_sep|repo_name|issue_start)>"
    r"|<(?:commit_(?:before|after|msg)|jupyter_(?:start|text|code|output)|empty_output)>"
    r"|^<filename>(?=[\w./-]*[./])"
    r"|<(?:FILL|fill)_(?:ME|HERE|me|here)>"
    r"|<EOT>|<SUF>|<MID>|<(?:start|end)_of_turn>|\[/?INST\]"
    r"|(?P<html></s>|<PRE>)",
    re.MULTILINE,
)

# A stream that was left early may end inside one.
_BEGUN = re.compile(
    r"<｜[^｜\n]{0,40}$|<\|(?:fim|end|file|repo|im)_?\w{0,20}$|<fim_\w{0,8}$|\ufffd$"
)


def special_tokens(suggestion: Suggestion, around: Surroundings) -> Suggestion:
    """Cut before the first special token that the document itself does not have."""
    for found in _TOKEN.finditer(suggestion.text):
        if found["html"] and _is_markup(found["html"], suggestion.text, around):
            continue
        if not _in_document(found[0], around):
            return suggestion.cut(found.start())
    begun = _BEGUN.search(suggestion.text)
    if begun and not around.after and not _in_document(begun[0], around):
        return suggestion.cut(begun.start())
    return suggestion


def _is_markup(tag: str, text: str, around: Surroundings) -> bool:
    """Whether a tag that is also a token stands for itself; so it does with its counterpart."""
    counterpart = "<s>" if tag == "</s>" else "</PRE>"
    return around.language_id in TAGS or counterpart in text or _in_document(counterpart, around)


def _in_document(token: str, around: Surroundings) -> bool:
    if token in around.before or token in around.after:
        return True
    return any(token in line for lines in (around.above, around.below) for line in lines)
