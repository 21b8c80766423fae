"""What stands around the cursor once a completion is accepted: nothing doubled, nothing lost.

Each case is a document with the cursor at ``<|>``, what the model writes, and the documents that
are right afterwards; None among them: it is right to show nothing.
"""

from __future__ import annotations

import pytest

from fimls.completion.post_processing import post_process
from fimls.completion.stopping import Stopping
from fimls.completion.surroundings import Surroundings

Q = '"' * 3
Case = tuple[str, str, str, str | None]

CLOSERS_OF_ONE_KIND: list[Case] = [
    ("python", "print(len(<|>))", "str(x)))\ny = 1\n", "print(len(str(x)))"),
    ("python", "a(b(c(<|>)))", "d(e))))\n", "a(b(c(d(e))))"),
    (
        "javascript",
        "f(JSON.stringify(<|>));",
        "items.map(f)));\n",
        "f(JSON.stringify(items.map(f)));",
    ),
    ("rust", 'println!("{}", foo(<|>));', "bar(x)));\n", 'println!("{}", foo(bar(x)));'),
    ("emacs-lisp", "(let ((y <|>))\n  y)", "(1+ x)))\n", "(let ((y (1+ x)))\n  y)"),
    ("go", "fmt.Println(m[k[<|>]])", "f(i)]])\n", "fmt.Println(m[k[f(i)]])"),
]
BEHIND_WHAT_THE_EDITOR_CLOSED: list[Case] = [
    ("javascript", "foo(<|>)", "a, b);\nbar();\n", "foo(a, b);"),
    ("json", '{\n  "a": "<|>"\n}', 'x",\n', '{\n  "a": "x",\n}'),
    ("go", "\tif f(<|>)\n\t\treturn\n\t}", "x) {\n", "\tif f(x) {\n\t\treturn\n\t}"),
    (
        "javascript",
        "const a = `the ${<|>}`",
        "b ? `c` : d} e`;\n",
        "const a = `the ${b ? `c` : d} e`;",
    ),
    ("python", 'raise E(f"no {<|>}")', 'name!r} here")\n', 'raise E(f"no {name!r} here")'),
    ("c", "/* <|>*/\nint x;", "Don't (ever). */\nint x;\n", "/* Don't (ever). */\nint x;"),
    ("html", '<div class="<|>"', 'verbatim"><pre>\n', '<div class="verbatim"><pre>'),
    (
        "python",
        "call(<|>)\nx = 1",
        "\n    a,\n    b,\n).run()\n",
        "call(\n    a,\n    b,\n).run()\nx = 1",
    ),
    ("python", "call(<|>)\nx = 1", "a\ny = 2\nz = 3\n", "call(a)\nx = 1"),
    (
        "php",
        "define(<|>)\n$b = 1;",
        "'A',\n  // All but the empty string.\n  $a ? 1 : 0);\n$b = 1;\n",
        "define('A',\n  // All but the empty string.\n  $a ? 1 : 0);\n$b = 1;",
    ),
    (
        "javascript",
        "register(<|>)\nrun();",
        "'Sampling', () =>\n  require('../Sampling'),\n);\nrun();\n",
        "register('Sampling', () =>\n  require('../Sampling'),\n);\nrun();",
    ),
    (
        "python",
        "if (<|>)\n    raise",
        "\n    version >= (3, 11)\n    and (task := now())\n    and task.ends()\n):\n    raise\n",
        "if (\n    version >= (3, 11)\n    and (task := now())\n    and task.ends()\n):\n    raise",
    ),
    (
        "html",
        "<li><i>a<|></i></li>\n<p>\n",
        " by b</i><br>\nParser.\n</li>\n<p>\n",
        "<li><i>a by b</i><br></li>\n<p>\n",
    ),
]
BRACKETS_THAT_THE_LINE_LACKS: list[Case] = [
    ("php", "<?php\nif (f('M'<|>) {\n  g();\n}\n", ")", "<?php\nif (f('M')) {\n  g();\n}\n"),
    (
        "csharp",
        "class A {\n    void F([B(C<|>int d,\n        [B(C.E)] int f);\n}\n",
        ".D), In] ",
        "class A {\n    void F([B(C.D), In] int d,\n        [B(C.E)] int f);\n}\n",
    ),
    ("python", "x = f(g(a<|>, b)\ny = 1\n", ")", "x = f(g(a), b)\ny = 1\n"),
]
IN_A_DOCUMENT_READ_AMISS: list[Case] = [
    (
        "json",
        "[\n" + '["a", 1],\n' * 40 + '["b"<|>]\n' + '["c", 1],\n' * 40 + "]",
        ", 2],\n",
        "[\n" + '["a", 1],\n' * 40 + '["b", 2],\n' + '["c", 1],\n' * 40 + "]",
    ),
    (
        "cpp",
        "struct A {\n" * 2 + "  int f() { return a<|>}\n\n  int g() { return b; }\n};",
        ".c; }\n",
        "struct A {\n" * 2 + "  int f() { return a.c; }\n\n  int g() { return b; }\n};",
    ),
    (
        "csharp",
        r's = t.Replace("a", "\<|>")',
        r'\\"") + "b";' + "\n",
        r's = t.Replace("a", "\\\"") + "b";',
    ),
]
NEXT_LINE_UP_TO_ITS_BRACKET: list[Case] = [
    (
        "kotlin",
        'f(\n  a = b("c, <|>")\n  level = DeprecationLevel.WARNING)\n',
        'd"),\n  level = DeprecationLevel.WARNING)\nx()\n',
        'f(\n  a = b("c, d"),\n  level = DeprecationLevel.WARNING)\n',
    ),
    (
        "java",
        'f(\n    + "one <|>"\n    + "two");\n',
        'three "\n    + "two");\n',
        'f(\n    + "one three "\n    + "two");\n',
    ),
    (
        "python",
        "f(a,\n  [('b'<|>)\n   ('lib', 1)])",
        ", 'b'),\n   ('lib', 1)])\n",
        "f(a,\n  [('b', 'b'),\n   ('lib', 1)])",
    ),
    ("php", "f(g<|>\n    '100001');", "(1),\n    '100001');\n", "f(g(1),\n    '100001');"),
]
THREE_QUOTES: list[Case] = [
    (
        "python",
        'def f():\n    "<|>"\n    return 1\n',
        '""Return one.""" \n    return 1\n',
        f"def f():\n    {Q}Return one.{Q}\n    return 1\n",
    ),
    (
        "python",
        "def put(self):\n    '<|>'\n\n    If it is full.\n    '''\n",
        "''Put an item.\n\n    If it is full.\n",
        "def put(self):\n    '''Put an item.\n\n    If it is full.\n    '''\n",
    ),
    ("python", "x = f('', '<|>')\n", "a')\n", "x = f('', 'a')\n"),
]
_WRAPPED = "int f(\n    int a) {\n  return a;\n}\n" * 6 + "void g() {\n  h();\n}\n" * 2
STEP_OF_A_BLOCK: list[Case] = [
    ("cpp", _WRAPPED + "void m() {<|>}", "\n  n();\n}\n", _WRAPPED + "void m() {\n  n();\n}"),
]
ENDS_ON_A_LINE_BELOW: list[Case] = [
    (
        "python",
        f"def f():\n    {Q}One<|>\n    {Q}",
        f" two.\n    {Q}\n    return 1\n",
        f"def f():\n    {Q}One two.\n    {Q}",
    ),
    (
        "python",
        f"class S:\n    {Q}A stack of<|>\n    {Q}",
        f" items.{Q}\n\n    x = 1\n",
        f"class S:\n    {Q}A stack of items.\n    {Q}",
    ),
    (
        "javascript",
        "s = `Hello<|>\n`;\nfoo();",
        " world`;\nfoo();\n",
        "s = `Hello world\n`;\nfoo();",
    ),
    (
        "c",
        "/* Adds<|>\n*/\nint f(void);",
        " numbers. */\nint f(void);\n",
        "/* Adds numbers.\n*/\nint f(void);",
    ),
    ("html", "<!-- note<|>\n-->\n<p>x</p>", " one -->\n<p>x</p>\n", "<!-- note one\n-->\n<p>x</p>"),
    ("toml", f"a = {Q}x<|>\n{Q}\nb = 1", f"yz\n{Q}\nb = 1\n", f"a = {Q}xyz\n{Q}\nb = 1"),
    (
        "typescript",
        "/**\n * One.\n" + " * ..\n" * 130 + " * <|>\n *  });\n" + " * ..\n" * 70 + " */\n",
        "next: () => one() // Called.\n *  });\n * ..\n",
        "/**\n * One.\n"
        + " * ..\n" * 130
        + " * next: () => one() // Called.\n *  });\n"
        + " * ..\n" * 70
        + " */\n",
    ),
    (
        "shellscript",
        'x="hello<|>\n"\necho $x',
        ' world\n"\necho $x\n',
        'x="hello world\n"\necho $x',
    ),
    (
        "python",
        f"{Q}One<|>\n\ndef f():\n    {Q}Two.{Q}",
        f" two.{Q}\n",
        f"{Q}One two.{Q}\n\ndef f():\n    {Q}Two.{Q}",
    ),
]
GOES_ON_BEHIND: list[Case] = [
    (
        "python",
        'print("Hello <|> and goodbye")',
        'world")\nx = 1\n',
        'print("Hello world and goodbye")',
    ),
    ("json", '{"a": "x <|> y", "b": 1}', 'z", "b": 1}\n', '{"a": "x z y", "b": 1}'),
    ("html", '<input name="a<|>">\n<p>\n', '" size="40', '<input name="a" size="40">\n<p>\n'),
    ("html", '<a class="a <|> c">x</a>', 'b">y</a>\n', '<a class="a b c">x</a>'),
    ("javascriptreact", '<A x="<|>" y={1} />;', 'foo" z={2} />;\n', '<A x="foo" y={1} />;'),
    ("c", 'printf("%d <|> %s\\n", a, b);', 'items\\n", a);\n', 'printf("%d items %s\\n", a, b);'),
    ("markdown", "Use `<|>` here", "make all` to build\n", "Use `make all` here"),
    ("json", '{\n  "ver<|>0.6",\n}', 'sion": "13.0.6",\n}\n', '{\n  "version": "13.0.6",\n}'),
]
BLANK_THAT_IS_THERE: list[Case] = [
    ("javascript", "import { <|> } from 'x'", "a } from 'x'\n", "import { a } from 'x'"),
    ("javascript", "const { <|> } = props", "a ", "const { a } = props"),
    ("handlebars", "{{ <|> }}", "name ", "{{ name }}"),
    ("c", "struct s x = { <|> };", "1, 2 ", "struct s x = { 1, 2 };"),
    ("python", "x = { <|> }", "1: 2 ", "x = { 1: 2 }"),
    ("cpp", "void f(const <|> & self);", "T ", "void f(const T & self);"),
    ("rust", "use a::{ <|> };", "b, c };\n", "use a::{ b, c };"),
]
SHORT_RESTS: list[Case] = [
    ("lua", "  <|>nd", "end\n\nreturn x\n", "  end"),
    ("csharp", "class Clas<|>s\n{\n}", "s\n{\n}\n", None),
]


def accepted(language: str, marked: str, model: str, piece: int) -> str | None:
    prefix, suffix = (part.split("\n") for part in marked.split("<|>"))
    around = Surroundings(
        above=tuple(prefix[:-1]),
        before=prefix[-1],
        after=suffix[0],
        below=tuple(suffix[1:]),
        language_id=language,
    )
    stopping = Stopping(around, lines="auto", max_lines=20)
    for end in range(piece, len(model) + piece, piece):
        if stopping.feed(model[:end]):
            break
    shown = post_process(stopping.shown, around).suggestion
    if not shown.text:
        return None
    line = around.before + shown.text + around.after[shown.replaces :]
    return "\n".join((*around.above, line, *around.below))


def cases(listed: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("language", "marked", "model", "right"), listed, ids=lambda value: str(value)[:24]
    )


@pytest.mark.parametrize("piece", [1, 1000])
@cases(CLOSERS_OF_ONE_KIND)
def test_no_closer_of_several_is_lost(language, marked, model, right, piece) -> None:
    assert accepted(language, marked, model, piece) == right


@pytest.mark.parametrize("piece", [1, 1000])
@cases(BEHIND_WHAT_THE_EDITOR_CLOSED)
def test_what_is_written_behind_what_the_editor_closed_stays(
    language, marked, model, right, piece
) -> None:
    assert accepted(language, marked, model, piece) == right


@cases(BRACKETS_THAT_THE_LINE_LACKS)
def test_of_too_few_closers_behind_the_inner_ones_are_missing(
    language, marked, model, right
) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(THREE_QUOTES)
def test_the_quote_that_closed_the_first_of_three_goes(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(IN_A_DOCUMENT_READ_AMISS)
def test_a_line_says_by_itself_what_the_editor_closed(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(NEXT_LINE_UP_TO_ITS_BRACKET)
def test_the_line_below_is_not_said_up_to_its_bracket(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(STEP_OF_A_BLOCK)
def test_where_a_statement_goes_on_no_step_of_blocks_is_seen(
    language, marked, model, right
) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(ENDS_ON_A_LINE_BELOW)
def test_a_text_that_a_line_below_ends_is_not_ended_twice(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(GOES_ON_BEHIND)
def test_a_string_that_goes_on_behind_is_not_closed(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(BLANK_THAT_IS_THERE)
def test_no_blank_is_doubled(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right


@cases(SHORT_RESTS)
def test_the_end_of_a_word_behind_is_not_said_again(language, marked, model, right) -> None:
    assert accepted(language, marked, model, 3) == right
