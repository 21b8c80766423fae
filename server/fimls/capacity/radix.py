"""SGLang's radix cache, token for token: what of a prompt it has, and what it forgets for it.

Source: SGLang 0.5.23, ``mem_cache/unified_cache/unified_tree_core.py`` (matching, inserting,
splitting and their clocks), ``mem_cache/unified_radix_cache.py`` (a prompt has one priority more
than what was generated behind it), ``mem_cache/evict_policy.py`` and
``managers/schedule_batch.py``: a prompt's last token is always computed, keys are cut to whole
pages, and whole leaves are evicted until what is missing is free.
"""

from __future__ import annotations

import heapq
import itertools
from typing import Literal, TypeAlias

from fimls.capacity.prompts import Piece, Prompt, cut, first, length, shared
from fimls.capacity.radix_node import Node, Reading

Policy: TypeAlias = Literal["lru", "slru", "priority"]
"""SGLang's ``--radix-eviction-policy``: the longest unused goes first; first of all what was asked
for once only; or first of all what has the lowest priority."""

_PROTECTED_HITS = 2
"""From which on ``slru`` protects a leaf."""


class RadixCache:
    """The cache of one engine or of one of its data-parallel ranks.

    Attributes:
        pool: tokens that the device holds.
        used: tokens that it has.
        evicted: tokens that left it so far.
        host_pool: tokens that the host tier holds, 0 without one.
        host_used: tokens that it has.
    """

    def __init__(
        self, pool: int, *, page: int = 1, policy: Policy = "lru", host_pool: int = 0
    ) -> None:
        """It is empty.

        Args:
            pool: tokens that the device holds.
            page: tokens of a page.
            policy: what is evicted first.
            host_pool: tokens that the host tier holds (written through, as SGLang does by default).
        """
        self.pool = pool
        self.used = 0
        self.evicted = 0
        self.host_pool = host_pool
        self.host_used = 0
        self._page = page
        self._policy: Policy = policy
        self._clock = 0
        self._root = Node((), None, 0, 0)
        self._leaves: list[tuple[tuple[float, float], int, Node]] = []
        self._host_leaves: list[tuple[tuple[float, float], int, Node]] = []
        self._order = itertools.count()

    def begin(self, prompt: Prompt, priority: int = 0) -> Reading:
        """Have a prompt read; nothing of it is evicted until `end`."""
        total = length(prompt)
        node, on_device, cached = self._match(cut(prompt, total - 1)[0])
        node.locks += 1
        if cached > on_device:
            self._load_back(node, cached - on_device)
        self._make_room(total - cached)
        self._insert(prompt, priority, counted_from=0)
        node.locks -= 1
        self._leaf(node)
        end = self._match(prompt)[0]
        end.locks += 1
        return Reading(prompt, priority, cached=cached, from_host=cached - on_device, node=end)

    def end(self, reading: Reading, generated: Piece | None = None) -> None:
        """End a request; what it generated is kept, but for its last token."""
        if generated is not None and generated[2] - generated[1] > 1:
            text, start, end = generated
            self._make_room(end - start - 1)
            whole = (*reading.prompt, (text, start, end - 1))
            read = self._whole(length(reading.prompt))
            self._insert(whole, reading.priority, counted_from=read)
            # What was generated may go without the prompt, and before it.
            self._insert(reading.prompt, reading.priority + 1, counted_from=read)
        reading.node.locks -= 1
        self._leaf(reading.node)

    def ask(self, prompt: Prompt, priority: int = 0, generated: Piece | None = None) -> Reading:
        """Read a prompt and generate behind it, with nothing else at the same time."""
        reading = self.begin(prompt, priority)
        self.end(reading, generated)
        return reading

    def clear(self) -> None:
        """Forget everything, as an engine does that is started anew."""
        self._root = Node((), None, 0, 0)
        self.used = self.host_used = 0
        self._leaves.clear()
        self._host_leaves.clear()

    def _whole(self, tokens: int) -> int:
        return tokens - tokens % self._page

    def _tick(self) -> float:
        self._clock += 1
        return self._clock

    def _match(self, prompt: Prompt) -> tuple[Node, int, int]:
        """Return where a prompt leaves the tree, what the device has of it, and what there is."""
        rest, _ = cut(prompt, self._whole(length(prompt)))
        node, found, on_device = self._root, 0, 0
        while rest:
            child = node.children.get(first(rest, self._page))
            if child is None:
                break
            same = self._whole(shared(child.tokens, rest))
            if same < child.size:
                child = self._split(child, same)
            node = child
            found += same
            if node.device:
                on_device = found
            rest = cut(rest, same)[1]
        used = self._tick()
        each: Node | None = node
        while each is not None:
            each.used = used
            used -= 0.00001
            each = each.parent
        return node, on_device, found

    def _insert(self, prompt: Prompt, priority: int, *, counted_from: int) -> None:
        rest, _ = cut(prompt, self._whole(length(prompt)))
        node, done = self._root, 0
        while rest:
            child = node.children.get(first(rest, self._page))
            if child is None:
                child = Node(rest, node, self._tick(), priority)
                node.children[first(rest, self._page)] = child
                self.used += child.size
                child.hits = 1
                self._write_through(child)
                self._leaf(child)
                return
            child.used = self._tick()
            same = self._whole(shared(child.tokens, rest))
            if same < child.size:
                child = self._split(child, same)
            node, done = child, done + same
            node.priority = max(node.priority, priority)
            node.hits += done > counted_from
            if not node.device:
                node.device = True
                self.used += node.size
            rest = cut(rest, same)[1]

    def _split(self, child: Node, at: int) -> Node:
        """Part a node; returns the new one before it."""
        parent = child.parent
        assert parent is not None
        before, behind = cut(child.tokens, at)
        new = Node(before, parent, self._tick(), child.priority)
        new.hits, new.device, new.host = child.hits, child.device, child.host
        parent.children[first(before, self._page)] = new
        new.children[first(behind, self._page)] = child
        child.tokens, child.size, child.parent = behind, child.size - at, new
        child.used = self._tick()
        return new

    def _make_room(self, tokens: int) -> None:
        """Evict leaves until so many tokens are free, or nothing more can go."""
        locked: list[Node] = []
        missing = self._whole(tokens + self._page - 1) - (self.pool - self.used)
        while missing > 0 and self._leaves:
            key, _, node = heapq.heappop(self._leaves)
            if not self._is_leaf(node):
                continue
            if node.locks:
                locked.append(node)
            elif (now := self._key(node)) != key:
                heapq.heappush(self._leaves, (now, next(self._order), node))
            else:
                self._evict(node)
                missing -= node.size
        for node in locked:
            self._leaf(node)

    def _evict(self, node: Node) -> None:
        parent = node.parent
        assert parent is not None
        node.device = False
        self.used -= node.size
        self.evicted += node.size
        if node.host:
            heapq.heappush(self._host_leaves, (self._key(node), next(self._order), node))
        else:
            self._remove(node)
        self._leaf(parent)

    def _remove(self, node: Node) -> None:
        assert node.parent is not None
        for child in [*node.children.values()]:  # on the host alone
            self.host_used -= child.size
            self._remove(child)
        node.parent.children.pop(first(node.tokens, self._page), None)
        node.parent = None

    def _leaf(self, node: Node) -> None:
        """Take note that a node may be a leaf of the device now."""
        if self._is_leaf(node):
            heapq.heappush(self._leaves, (self._key(node), next(self._order), node))

    def _is_leaf(self, node: Node) -> bool:
        if node.parent is None or not node.device:
            return False
        return not any(child.device for child in node.children.values())

    def _key(self, node: Node) -> tuple[float, float]:
        match self._policy:
            case "lru":
                return 0, node.used
            case "slru":
                return float(node.hits >= _PROTECTED_HITS), node.used
            case "priority":
                return node.priority, node.used

    def _write_through(self, node: Node) -> None:
        """Copy new tokens to the host, and have it forget what was used longest ago."""
        if not self.host_pool:
            return
        node.host = True
        self.host_used += node.size
        while self.host_used > self.host_pool and self._host_leaves:
            key, _, old = heapq.heappop(self._host_leaves)
            if old.parent is None or old.device or not old.host or old.children:
                continue
            if (now := self._key(old)) != key:
                heapq.heappush(self._host_leaves, (now, next(self._order), old))
                continue
            parent = old.parent
            self.host_used -= old.size
            self._remove(old)
            if parent.parent is not None and not parent.device and not parent.children:
                heapq.heappush(self._host_leaves, (self._key(parent), next(self._order), parent))

    def _load_back(self, node: Node, tokens: int) -> None:
        self._make_room(tokens)
        each = node
        while each.parent is not None:
            if not each.device:
                each.device = True
                self.used += each.size
            each = each.parent
        self._leaf(node)
