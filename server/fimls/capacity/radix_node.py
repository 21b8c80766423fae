"""A node of the radix tree, and a prompt that was read into it."""

from __future__ import annotations

from fimls.capacity.prompts import Prompt, length


class Node:
    """Tokens behind those of its parent.

    Attributes:
        tokens: them, as pieces.
        size: how many.
        parent: the node before it, or None at the root.
        children: those behind it, by their first page.
        used: the clock when it was used last.
        hits: how many requests wrote it.
        priority: the highest of them.
        locks: running requests whose prompt ends here.
        device: whether the GPU has them.
        host: whether the host tier has them.
    """

    __slots__ = (
        "children", "device", "hits", "host", "locks", "parent", "priority", "size", "tokens",
        "used",
    )  # fmt: skip

    def __init__(self, tokens: Prompt, parent: Node | None, used: float, priority: int) -> None:
        """It is on the device."""
        self.tokens = tokens
        self.size = length(tokens)
        self.parent = parent
        self.children: dict[Prompt, Node] = {}
        self.used = used
        self.hits = 0
        self.priority = priority
        self.locks = 0
        self.device = True
        self.host = False


class Reading:
    """A prompt that was read.

    Attributes:
        prompt: it.
        priority: of its request.
        cached: how many of its tokens were there.
        from_host: how many of those came from the host tier.
        node: where it ends in the tree.
    """

    __slots__ = ("cached", "from_host", "node", "priority", "prompt")

    def __init__(
        self, prompt: Prompt, priority: int, *, cached: int, from_host: int, node: Node
    ) -> None:
        """Use `RadixCache.begin`."""
        self.prompt = prompt
        self.priority = priority
        self.cached = cached
        self.from_host = from_host
        self.node = node
