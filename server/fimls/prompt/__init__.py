"""Prompts as token ids: FIM templates, the served model's tokenizer, and the builder over both.

It knows `logs` and `text`.
"""

from fimls.prompt.chat_messages import ChatMessages, Conversing
from fimls.prompt.chat_template import ChatTemplate, Message
from fimls.prompt.estimated_tokenizer import EstimatedTokenizer
from fimls.prompt.fim_template import (
    TEMPLATES,
    FimTemplate,
    Slot,
    choose_template,
    guess_template,
)
from fimls.prompt.hold import TYPED_SHARE, Hold, outgrown
from fimls.prompt.prompt_builder import Builder, Prompt, PromptBuilder
from fimls.prompt.text_builder import SuffixBuilder, TextBuilder
from fimls.prompt.token_healing import cut_back
from fimls.prompt.tokenizer import PromptTokenizer

__all__ = [
    "TEMPLATES",
    "TYPED_SHARE",
    "Builder",
    "ChatMessages",
    "ChatTemplate",
    "Conversing",
    "EstimatedTokenizer",
    "FimTemplate",
    "Hold",
    "Message",
    "Prompt",
    "PromptBuilder",
    "PromptTokenizer",
    "Slot",
    "SuffixBuilder",
    "TextBuilder",
    "choose_template",
    "cut_back",
    "guess_template",
    "outgrown",
]
