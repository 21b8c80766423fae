"""FIM templates as data, and which of them fits a served model."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from fimls.errors import TemplateError


class Slot(Enum):
    """A place in a template that is filled for each prompt."""

    BOS = "bos"
    """The tokenizer's own BOS if it adds one; templates that name their BOS do not use this."""
    PREFIX = "prefix"
    SUFFIX = "suffix"


@dataclass(frozen=True, slots=True, kw_only=True)
class FimTemplate:
    """How one family of models was trained to fill in the middle.

    Attributes:
        name: the value of the setting ``model.template``.
        models: the models it is for, in words.
        layout: special tokens (as text) and slots, in prompt order.
        stop: special tokens that end the middle; those the vocabulary lacks are left out.
        prefix_lead: text put before the prefix, for SentencePiece models that were trained with
            their tokenizer's dummy space there.
        served_as: where other models carry the same tokens without the training, a pattern that
            the model's name must match to be given this template automatically.
        cuts_words: whether the training had prefixes that end inside words, as splits at random
            characters give. Then a prompt without a hold is a second way to ask there.
    """

    name: str
    models: str
    layout: tuple[str | Slot, ...]
    stop: tuple[str, ...]
    prefix_lead: str = ""
    served_as: str = ""
    cuts_words: bool = True

    @property
    def tokens(self) -> tuple[str, ...]:
        """The special tokens that the vocabulary must have."""
        return tuple(part for part in self.layout if isinstance(part, str))

    @property
    def holdable(self) -> bool:
        """Whether text may follow the prompt as the beginning of the middle.

        It may where the prompt ends with a special token, as in prefix-suffix-middle. Where it
        ends with the prefix (suffix first, or no suffix at all) it only ever grows at its end
        anyway.
        """
        return isinstance(self.layout[-1], str)


# Sources: DeepSeek-Coder-V2 model card and tokenizer (full-width bars, U+2581; BOS wanted once);
# Qwen2.5-Coder readme, "File-Level Code Completion"; StarCoder2 and Granite Code model cards
# (the same sentinels); Granite 3.3 model card; Mistral's tokenizer guide for Codestral
# (suffix first, no [MIDDLE]); Code Llama paper (arXiv:2308.12950) and its reference `infilling`.
_DEEPSEEK = FimTemplate(
    name="deepseek",
    models="DeepSeek-V2, V2.5, Coder-V2 and later",
    layout=(
        "<｜begin▁of▁sentence｜>",
        "<｜fim▁begin｜>",
        Slot.PREFIX,
        "<｜fim▁hole｜>",
        Slot.SUFFIX,
        "<｜fim▁end｜>",
    ),
    stop=(
        "<｜end▁of▁sentence｜>",
        "<｜fim▁begin｜>",
        "<｜fim▁hole｜>",
        "<｜fim▁end｜>",
        "<|EOT|>",
    ),
)

TEMPLATES: tuple[FimTemplate, ...] = (
    replace(
        _DEEPSEEK,
        name="embedded",
        models="the embedded model, whose training prefixes end with their line",
        served_as=r"fimls[/\\]engine[/\\]embedded",
        cuts_words=False,
    ),
    _DEEPSEEK,
    FimTemplate(
        name="granite",
        models="Granite 3.3 and later",
        layout=("<|fim_prefix|>", Slot.PREFIX, "<|fim_suffix|>", Slot.SUFFIX, "<|fim_middle|>"),
        stop=("<|end_of_text|>", "<|fim_pad|>", "<|start_of_role|>"),
        served_as=r"granite",
    ),
    FimTemplate(
        name="qwen2.5-coder",
        models="Qwen2.5-Coder, Qwen3-Coder",
        layout=("<|fim_prefix|>", Slot.PREFIX, "<|fim_suffix|>", Slot.SUFFIX, "<|fim_middle|>"),
        stop=(
            "<|endoftext|>",
            "<|fim_pad|>",
            "<|fim_prefix|>",
            "<|fim_suffix|>",
            "<|fim_middle|>",
            "<|repo_name|>",
            "<|file_sep|>",
            "<|im_start|>",
            "<|im_end|>",
        ),
    ),
    FimTemplate(
        name="granite-code",
        models="Granite Code 3B to 34B",
        layout=("<fim_prefix>", Slot.PREFIX, "<fim_suffix>", Slot.SUFFIX, "<fim_middle>"),
        stop=("<|endoftext|>", "<fim_pad>"),
        served_as=r"granite",
    ),
    FimTemplate(
        name="starcoder2",
        models="StarCoder, StarCoder2, Stable Code",
        layout=("<fim_prefix>", Slot.PREFIX, "<fim_suffix>", Slot.SUFFIX, "<fim_middle>"),
        stop=("<|endoftext|>", "<fim_pad>", "<file_sep>", "<repo_name>"),
    ),
    FimTemplate(
        name="codestral",
        models="Codestral 22B",
        layout=("<s>", "[SUFFIX]", Slot.SUFFIX, "[PREFIX]", Slot.PREFIX),
        stop=("</s>", "[SUFFIX]", "[PREFIX]"),
        prefix_lead=" ",
        served_as=r"codestral",
    ),
    FimTemplate(
        name="codellama",
        models="Code Llama 7B and 13B",
        layout=("<s>", "▁<PRE>", Slot.PREFIX, "▁<SUF>", Slot.SUFFIX, "▁<MID>"),
        stop=("</s>", "▁<EOT>"),
        prefix_lead=" ",
    ),
    FimTemplate(
        name="prefix-only",
        models="any model without FIM training: it does not see what follows the cursor",
        layout=(Slot.BOS, Slot.PREFIX),
        stop=(),
    ),
)


_BY_NAME = {
    r"fimls[/\\\\]engine[/\\\\]embedded": "embedded",
    r"deepseek": "deepseek",
    r"qwen": "qwen2.5-coder",
    r"granite.*code": "granite-code",
    r"granite": "granite",
    r"star_?coder|stable-?code": "starcoder2",
    r"codestral": "codestral",
    r"code-?llama": "codellama",
}
"""What models are called -> the template of their family."""


def guess_template(wanted: str, model: str) -> FimTemplate:
    """Return the template for a served model whose vocabulary is not known.

    Args:
        wanted: a template's name, or ``auto``.
        model: the model as the engine names it.

    Raises:
        TemplateError: there is no such template.
    """
    if wanted != "auto":
        return choose_template(wanted, model=model, has_token=lambda _: True)
    names = (n for p, n in _BY_NAME.items() if re.search(p, model, re.IGNORECASE))
    name = next(names, "prefix-only")
    return next(template for template in TEMPLATES if template.name == name)


def choose_template(wanted: str, *, model: str, has_token: Callable[[str], bool]) -> FimTemplate:
    """Return the template for a served model.

    Args:
        wanted: a template's name, or ``auto``.
        model: the model as the engine names it, for the message and for shared vocabularies.
        has_token: whether the model's vocabulary has a special token.

    Raises:
        TemplateError: there is no such template, or the vocabulary lacks its tokens.
    """
    if wanted == "auto":
        return next(t for t in TEMPLATES if _fits(t, model, has_token))
    for template in TEMPLATES:
        if template.name == wanted:
            missing = [token for token in template.tokens if not has_token(token)]
            if missing:
                raise TemplateError(
                    f"The FIM template {wanted} does not fit the served model {model}: its"
                    f" vocabulary has no {', '.join(missing)}; set model.template to auto or"
                    " serve another model."
                )
            return template
    names = ", ".join(t.name for t in TEMPLATES)
    raise TemplateError(
        f"There is no FIM template {wanted!r}: set model.template to auto or one of {names}."
    )


def _fits(template: FimTemplate, model: str, has_token: Callable[[str], bool]) -> bool:
    named = re.search(template.served_as, model, re.IGNORECASE) is not None
    return named and all(has_token(token) for token in template.tokens)
