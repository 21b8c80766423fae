"""What an engine can do, as data that its adapter states; the pipeline asks for this, never a name.

What is missing degrades by one rule each (the table in ``server/ARCHITECTURE.md``). Those that only
need the request are in `fitted_request.fitted`; the rest is where the answer is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

PromptForm: TypeAlias = Literal["ids", "text", "suffix"]
"""A prompt as token ids, as text with the model's FIM tokens in it, or as the text before the
cursor and the text after it, which the engine lays out itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine can do. The defaults are SGLang's own interface.

    Attributes:
        prompts: the forms of prompts that it takes, the best first.
        stop_ids: whether it ends before given token ids.
        most_stops: how many stop strings it takes, or None for any number.
        logprobs: whether it tells how probable each token was.
        alternatives: whether it names other tokens that could have stood there.
        constraint: what forces an answer into a form: ``regex``, ``grammar`` or none.
        warm_up: how it is made to read a prompt ahead: for ``zero`` new tokens, for ``one`` that is
            thrown away, or not at all (``none``): a token that costs money is not thrown away.
        cache_report: whether it says how many tokens of a prompt came from its cache.
        granularity: tokens that its cache keeps or drops together, or None where nobody knows.
        namespaces: whether tenants can have caches that are apart.
        priorities: whether it answers urgent requests first.
        abort: whether a generation ends by its ``id``, or by ``closing`` its connection.
        shares_running: whether two generations that run at a time share what their prompts begin
            with; else the second one would read all of it again.
        chat: whether it answers conversations that it lays out itself.
        most_new_tokens: of one answer, or None.
    """

    prompts: tuple[PromptForm, ...] = ("ids",)
    stop_ids: bool = True
    most_stops: int | None = None
    logprobs: bool = True
    alternatives: bool = True
    constraint: Literal["regex", "grammar", "none"] = "regex"
    warm_up: Literal["zero", "one", "none"] = "zero"
    cache_report: bool = True
    granularity: int | None = 1
    namespaces: bool = True
    priorities: bool = True
    abort: Literal["id", "closing"] = "id"
    shares_running: bool = True
    chat: bool = False
    most_new_tokens: int | None = None


PLAIN = Capabilities(
    prompts=("text",),
    stop_ids=False,
    most_stops=4,
    logprobs=False,
    alternatives=False,
    constraint="none",
    warm_up="none",
    cache_report=False,
    granularity=None,
    namespaces=False,
    priorities=False,
    abort="closing",
    chat=True,
)
"""What any server can do that has OpenAI's interface."""
