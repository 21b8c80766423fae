"""What a text defines, in every language that has its own words for it."""

from __future__ import annotations

import pytest

from fimls.syntax import parse
from fimls.syntax.definitions import Token, definitions

TEXTS = {
    "python": (
        "class A(B):\n  n = 1\n  def f(self): x = 1\nX: int = 3\ny, z = 1, 2\n"
        "if X:\n  def g(): pass\n",
        "A A.n A.f X y z g",
    ),
    "javascript": (
        "class A { x = 1; m(a) { const b = 1; } }\nconst f = (a) => a, {g, h: [i]} = j;\n"
        "export default function k() {}\n",
        "A A.x A.m f g i k",
    ),
    "typescript": (
        "export abstract class A { abstract m(): void }\ninterface I { a: string; m(): void }\n"
        "type T = string; enum E { P }\nnamespace N { export const v = 1 }\n",
        "A A.m I I.a I.m T E N N.v",
    ),
    "go": (
        "package p\ntype A struct { a, b int }\ntype I interface { M() }\nconst c, d = 1, 2\n"
        "func (r *A) M() { x := 1 }\nfunc F() {}\n",
        "A A.a A.b I I.M c d A.M F",
    ),
    "rust": (
        "pub struct A<T> { a: T }\nimpl<T> fmt::Display for A<T> { fn m(&self) { fn x() {} } }\n"
        "impl A<u8> { const K: u8 = 1; }\nenum E { P, Q(u8) }\nmod n { pub fn f() {} }\n"
        "macro_rules! w { () => {} }\n",
        "A A.a | fmt::Display for A<T> | fmt::Display for A<T>.m | A<u8> | A<u8>.K | E E.P E.Q n"
        " n.f w",
    ),
    "java": (
        "class A { int a, b = 1; A() {} int m() { int x; return 1; } enum Q { U }"
        " record R(int a) {} }",
        "A A.a A.b A.A A.m A.Q A.Q.U A.R",
    ),
    "c": (
        "#define M(x) x\nstruct Z { int q; };\nstatic int *g = 0, h;\nint *f(int a) { int x; }\n"
        "int p(void);\ntypedef int T;\nenum E { P };\n",
        "M Z Z.q g h f p T E E.P",
    ),
    "cpp": (
        "namespace n { template <typename T> class A { int a; void m(int b = 1) const; ~A(); }; }\n"
        "int n::A::f() { auto c = [](int d) { return d; }; }\n",
        "n n.A n.A.a n.A.m n.A.~A n::A::f",
    ),
    "csharp": (
        "namespace N { class A { int a, b = 1; public int P { get; set; } void M() {} } }",
        "N N.A N.A.a N.A.b N.A.P N.A.M",
    ),
    "ruby": (
        "class A\n  C = 1\n  def m(a)\n    x = 1\n  end\n  def self.s; end\nend\nmodule N; end\n",
        "A A.C A.m A.s N",
    ),
    "php": (
        "<?php\nclass A { const X = 1; private $p = 1; public function m() { $x = 1; } }\n"
        "function f($z) {}\n",
        "A A.X A.$p A.m f",
    ),
    "kotlin": (
        "class A(val x: Int) {\n  val y = 1\n  fun m() {\n    val z = 1\n  }\n"
        "  companion object {\n    val q = 1\n  }\n}\nobject O\nfun f() = 1\n",
        "A A.y A.m A.companion A.companion.q O f",
    ),
}


@pytest.mark.parametrize("language", TEXTS)
def test_names(language: str) -> None:
    text, names = TEXTS[language]
    expected = [name for part in names.split("|") for name in _split(part.strip())]
    parsed = parse(text, language)
    assert parsed is not None
    assert [each.name for each in definitions(parsed)] == expected


def _split(part: str) -> list[str]:
    return [part] if " for " in part or "<" in part else part.split()


def head(text: str, language: str, name: str) -> str:
    parsed = parse(text, language)
    assert parsed is not None
    found = next(each for each in definitions(parsed) if each.name == name)
    return " ".join(f"({token.text})" if token.extra else token.text for token in found.head)


def test_what_callers_of_python_depend_on() -> None:
    text = '@a(1)\nasync def f(b, /, c: int = 1, *, d) -> str:  # note\n    "doc"\n    return 1\n'
    assert head(text, "python", "f") == "(@a(1)) async def f ( b , / , c (int) = 1 , * , d ) (str)"


def test_what_callers_of_typescript_depend_on() -> None:
    text = "export const f = async (a: number, /* b */ c = 1): Promise<void> => { g() };"
    expected = "export async ( a (: number) , c = 1 ) (: Promise<void>)"
    assert head(text, "typescript", "f") == expected


def test_what_callers_of_rust_depend_on() -> None:
    text = "#[inline]\n/// doc\npub fn f<'a>(a: &'a str,) -> u8 { 1 }"
    assert head(text, "rust", "f") == "(#[inline]) pub fn f < ' a > ( a : & ' a str ) -> u8"


def test_what_callers_of_java_depend_on() -> None:
    text = "class A { @Override public final int m(int a) throws E { return 1; } }"
    assert head(text, "java", "A.m") == "(@Override) public final int m ( int a ) throws E"


def test_offsets_are_those_of_the_text() -> None:
    text = '"""Größe"""\n\n\n@a\ndef f():\n    pass\n'
    parsed = parse(text, "python")
    assert parsed is not None
    (found,) = definitions(parsed)
    assert text[found.start : found.end] == "@a\ndef f():\n    pass"
    assert found.head[0] == Token("@a", extra=True)
