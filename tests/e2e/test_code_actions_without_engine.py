"""Code actions with no engine: exact ones are done, and a placeholder stands for a name."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest
from lsprotocol import types

from fimls.text import Point, Text
from support.clients import Editor, OpenDocument, editor_fixture

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Port:
    """A port of this machine behind which there is no engine.

    Attributes:
        url: its address.
    """

    def __init__(self, *, listens: bool) -> None:
        """Take one; connections are refused, or taken and never answered."""
        self._socket = socket.create_server(("127.0.0.1", 0)) if listens else socket.socket()
        if not listens:
            self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def connections(self) -> int:
        """Return how many connections waited to be taken."""
        taken: list[socket.socket] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                taken.append(self._socket.accept()[0])
        self._kept = taken
        return len(taken)

    def close(self) -> None:
        """Give it back."""
        self._socket.close()


@pytest.fixture(scope="module")
def no_engine() -> Iterator[Port]:
    port = Port(listens=False)
    yield port
    port.close()


@pytest.fixture(scope="module")
def silent_engine() -> Iterator[Port]:
    port = Port(listens=True)
    yield port
    port.close()


editor = editor_fixture(engine="no_engine")
waiting = editor_fixture(engine="silent_engine", editors=["neovim"])

INLINE = ("def area(w, h):\n    size = w * h\n    return size\n", Point(1, 5), Point(1, 5))
VARIABLE = ("def area(w, h):\n    return print(w * h)\n", Point(1, 17), Point(1, 22))
FUNCTION = ("def area(w, h):\n    print(w)\n    print(h)\n", Point(1, 4), Point(2, 12))
STRING = ("def say(name):\n    return 'Hi {}'.format(name)\n", Point(1, 12), Point(1, 12))

CASES = [
    pytest.param(INLINE, "Inline", "def area(w, h):\n    return w * h\n", id="inline"),
    pytest.param(
        VARIABLE,
        "Extract `w * h` into a variable",
        "def area(w, h):\n    new_variable = w * h\n    return print(new_variable)\n",
        id="extract variable",
    ),
    pytest.param(
        FUNCTION,
        "Extract the selected code into a function",
        "def new_function(w, h):\n    print(w)\n    print(h)\n\n\n"
        "def area(w, h):\n    new_function(w, h)\n",
        id="extract function",
    ),
    pytest.param(
        STRING,
        "Convert to an f-string",
        "def say(name):\n    return f'Hi {name}'\n",
        id="convert",
    ),
]


async def listed(document: OpenDocument, start: Point, end: Point, title: str) -> types.CodeAction:
    actions = await document.actions(start, end)
    return next(each for each in actions if each.title.startswith(title))


async def carried_out(editor: Editor, case: tuple[str, Point, Point], title: str) -> str:
    text, start, end = case
    document = OpenDocument(editor, Text.parse(text))
    known = len(editor.messages)
    resolved = await editor.code_action_resolve_async(await listed(document, start, end, title))
    assert resolved.edit is not None, editor.messages[known:]
    notes = resolved.edit.change_annotations or {}
    assert not any(note.needs_confirmation for note in notes.values())
    document.apply(resolved.edit)
    assert len(editor.messages) == known
    return str(document.text)


@pytest.mark.parametrize(("case", "title", "result"), CASES)
async def test_an_exact_action_needs_no_engine(
    editor: Editor, case: tuple[str, Point, Point], title: str, result: str
):
    assert await carried_out(editor, case, title) == result


@pytest.mark.parametrize(("case", "title", "result"), CASES)
async def test_an_exact_action_does_not_wait_for_an_engine_that_is_silent(
    waiting: Editor, case: tuple[str, Point, Point], title: str, result: str
):
    async with asyncio.timeout(5):  # the engine's own deadlines are longer
        assert await carried_out(waiting, case, title) == result


@pytest.mark.parametrize(("case", "title"), [(INLINE, "Inline"), (STRING, "Convert to an")])
async def test_what_wants_no_name_opens_no_connection(
    waiting: Editor, silent_engine: Port, case: tuple[str, Point, Point], title: str
):
    silent_engine.connections()
    await carried_out(waiting, case, title)
    assert silent_engine.connections() == 0


async def test_a_placeholder_is_a_name_that_is_free(editor: Editor):
    text, start, end = VARIABLE
    taken = f"{text}    new_variable = new_variable_2 = 1\n"
    made = await carried_out(editor, (taken, start, end), "Extract `w * h` into a variable")
    assert "    new_variable_3 = w * h\n    return print(new_variable_3)\n" in made


@pytest.mark.parametrize(
    ("place", "title"),
    [(Point(0, 4), "Add a docstring"), (Point(1, 5), "Rename `size` to a better name")],
)
async def test_what_needs_a_model_says_that_there_is_no_engine(
    editor: Editor, no_engine: Port, place: Point, title: str
):
    document = OpenDocument(editor, Text.parse(INLINE[0]))
    action = await listed(document, place, place, title)
    known = len(editor.messages)
    resolved = await editor.code_action_resolve_async(action)
    assert resolved.edit is None
    (message,) = editor.messages[known:]
    assert no_engine.url in message.message
    assert "fimls engine" in message.message
    assert str(document.text) == INLINE[0]
