"""Which names a text binds, uses, and looks up in something."""

from __future__ import annotations

import pytest

from fimls.syntax import parse
from fimls.syntax.names import names_in

CASES = [
    (
        "javascript",
        "const {a, b: [c], ...d} = e; f(g => g.h, {i: j, k});",
        "a c d g",
        "e f g j k",
    ),
    (
        "javascript",
        "for (const a of b) try { c(); } catch (d) { l: break l; }",
        "a d",
        "b c",
    ),
    (
        "javascript",
        "this.a = 1; this.b();",
        "a",
        "",
    ),
    (
        "typescript",
        "function f<T extends U>(a: V, b = c): W { return a as X; }",
        "f T a b",
        "U V W X c",
    ),
    (
        "typescriptreact",
        "const a = <B c={d}><e>{f}</e></B>;",
        "a",
        "B d f",
    ),
    (
        "go",
        "package p\nfunc f(a int) { b, c := d(a); for i := range b { e.g = T{h: c} } }",
        "f a b c i",
        "d e T int",
    ),
    (
        "rust",
        "fn f(a: B) { let Some(c) = d else { e!(c.g, h) }; |i| i + j::k(); }",
        "f a c i",
        "B Some d e h j",
    ),
    (
        "java",
        "class A { void f(B a) { for (C c : d) { a.b(c); E.g(); h(); } F i = j -> j; } }",
        "A f a c i j",
        "B C d E h F",
    ),
    (
        "c",
        "int f(int a) { struct s *b = c; b->d = e(a); g: goto g; }",
        "f a b",
        "c e",
    ),
    (
        "cpp",
        "void f() { for (auto& [a, b] : c) std::d(a, E{b}); }",
        "f a b",
        "c std E",
    ),
    (
        "csharp",
        "class A { void F(B a) { foreach (var c in d) a.G(c, out var e, h: i); } }",
        "A F a c e",
        "B d i",
    ),
    (
        "ruby",
        "def f(a, b: 1)\n  c = a.d { |e| g(e) }\n  @h = c\nend\n",
        "f a b c e",
        "g",
    ),
    (
        "php",
        "<?php function f(A $a) { foreach ($b as $c => $d) { $e = g($a->h); } }",
        "$a $c $d $e f",
        "A g",
    ),
    (
        "kotlin",
        "fun f(a: B) {\n  val (c, d) = e(a)\n  for (g in c) h.i(j = g)\n}\n",
        "f a c d g",
        "B e h",
    ),
]


@pytest.mark.parametrize(("language", "text", "bound", "used"), CASES)
def test_roles(language: str, text: str, bound: str, used: str) -> None:
    parsed = parse(text, language)
    assert parsed is not None
    names = list(names_in(parsed))
    roles = {name.text: set[str]() for name in names}
    for name in names:
        roles[name.text].add(name.role)
    missing = [each for each in bound.split() if "bound" not in roles.get(each, ())]
    assert missing == []
    free = {text for text, seen in roles.items() if "used" in seen and "bound" not in seen}
    assert free == set(used.split()) - set(bound.split())
