"""The extension and its server: engines that go and come, servers that crash or run elsewhere."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from support.fake_sglang import FakeSGLang
from support.pictures import SCREENSHOTS
from support.relay import relay
from support.vscode import FIMLS, CodeServer

from .conftest import OpenWindow

pytestmark = pytest.mark.editor

PLAIN = {"editor.quickSuggestions": "off"}


def test_an_engine_that_goes_and_comes_interrupts_nobody(
    vscode: OpenWindow, file: Path, tokenizer_folder: Path
):
    file.write_text("", encoding="utf-8")
    engine = FakeSGLang(script=["value"], model_path=str(tokenizer_folder))
    with engine:
        url, port = engine.url, int(engine.url.rpartition(":")[2])

    with vscode(file, url, PLAIN, ready="engine down") as window:
        window.focus()
        window.type("abc")
        window.until(lambda: window.state == "engine down", "it is noticed")
        with FakeSGLang(script=["value"], model_path=str(tokenizer_folder), port=port):
            window.type(" ")
            window.until(lambda: window.ghost == "value", "ghost text")
            assert window.state == "ready"
        window.type("d")
        window.until(lambda: window.state == "engine down", "it is noticed again")
        with FakeSGLang(script=["value"], model_path=str(tokenizer_folder), port=port):
            window.type("e")
            window.until(lambda: window.ghost == "value", "ghost text")
        assert window.notices == []
        assert window.text == "abc de"


def test_an_engine_that_wants_a_key(vscode: OpenWindow, file: Path, tokenizer_folder: Path):
    file.write_text("", encoding="utf-8")
    model = str(tokenizer_folder)

    with (
        FakeSGLang(script=["value"], model_path=model, api_key="secret") as engine,
        vscode(file, engine.url, PLAIN, ready="unauthorised") as window,
    ):
        window.command("fimls: Set the Engine's API Key")
        window.fill("secret")
        window.until(lambda: window.state == "ready", "the key is right")
        window.focus()
        window.type("x = ")
        window.until(lambda: window.ghost == "value", "ghost text")


def test_a_server_that_crashes_is_started_again(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]

    with vscode(file, sglang.url, PLAIN) as window:
        window.focus()
        window.type("x = ")
        window.until(lambda: window.ghost == "value", "ghost text")
        [server] = running_servers()
        server.kill()
        window.until(lambda: running_servers() not in ([], [server]), "another one")
        window.until(lambda: window.state == "ready", "it is ready")
        window.keys("Space")
        window.until(lambda: window.ghost == "value", "ghost text")
        assert window.notices == []


@pytest.mark.parametrize("kind", ["tcp", "socket"])
def test_a_server_elsewhere(vscode: OpenWindow, file: Path, sglang: FakeSGLang, kind: str):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]

    with relay(file.parent / "s" if kind == "socket" else None) as (address, seen):
        settings = {**PLAIN, "fimls.connect": address}
        with vscode(file, sglang.url, settings) as window:
            window.command("fimls: Set the Token for a Shared Server")
            window.fill("secret")
            window.until(lambda: b'"token":"secret"' in b"".join(seen), "it is shown the token")
            window.until(lambda: window.state == "ready", "ready again")
            window.focus()
            window.type("x = ")
            window.until(lambda: window.ghost == "value", "ghost text")


def test_a_server_elsewhere_that_goes_and_comes(vscode: OpenWindow, file: Path, sglang: FakeSGLang):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]
    with relay() as (address, _):
        port = int(address.rpartition(":")[2])

    with vscode(file, sglang.url, {**PLAIN, "fimls.connect": address}, ready="no server") as window:
        for text in "ab":
            with relay(port=port):
                window.until(lambda: window.state == "ready", "it is found")
                window.focus()
                window.type(text)
                window.until(lambda: window.ghost == "value", "ghost text")
            window.until(lambda: window.state == "no server", "it is gone")
        assert window.notices == []
        assert window.text == "ab"


def test_a_server_that_is_missing_can_be_installed(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang, code_server: CodeServer
):
    file.write_text("", encoding="utf-8")
    sglang.script = ["value"]
    settings = {**PLAIN, "fimls.path": ""}

    with vscode(file, sglang.url, settings, ready="not installed") as window:
        window.until(
            lambda: "The fimls server is not installed" in " ".join(window.notices), "the offer"
        )
        window.page.get_by_role("button", name="Install", exact=True).click()
        window.until(lambda: window.state == "ready", "it is installed", patience_s=200)
        window.focus()
        window.type("x = ")
        window.until(lambda: window.ghost == "value", "ghost text")
        [server] = running_servers(own=True)
        assert server.is_running()
        # As after an update of the extension: it carries another build than the one installed.
        [mark] = Path(server.cmdline()[0]).parents[1].glob("*.sha256")
        made, _ = mark.read_text(encoding="utf-8"), mark.write_text("older", encoding="utf-8")
        window.command("fimls: Restart the Server")
        window.until(lambda: mark.read_text("utf-8") == made, "it is updated", patience_s=200)
        window.until(lambda: window.state == "ready", "it runs again")


def test_a_path_that_names_no_program_is_said_to_be_wrong(
    vscode: OpenWindow, file: Path, sglang: FakeSGLang
):
    file.write_text("", encoding="utf-8")
    settings = {**PLAIN, "fimls.path": "/nowhere/fimls"}

    with vscode(file, sglang.url, settings, ready="not found") as window:
        assert 'fimls.path is "/nowhere/fimls"' in window.why
        window.page.wait_for_timeout(1000)
        assert window.notices == []  # to install another one would change nothing


def test_an_engine_that_comes_back_is_found_with_no_key_pressed(
    vscode: OpenWindow, file: Path, tokenizer_folder: Path
):
    file.write_text("", encoding="utf-8")
    engine = FakeSGLang(script=["value"], model_path=str(tokenizer_folder))
    with engine:
        url, port = engine.url, int(engine.url.rpartition(":")[2])

    with (
        vscode(file, url, PLAIN, ready="engine down") as window,
        FakeSGLang(script=["value"], model_path=str(tokenizer_folder), port=port),
    ):
        window.until(lambda: window.state == "ready", "it is found")


def test_the_menu_of_the_status_bar_says_what_is_wrong_and_what_helps(
    vscode: OpenWindow, file: Path, tokenizer_folder: Path
):
    file.write_text("total = \n", encoding="utf-8")
    with FakeSGLang(script=["value"], model_path=str(tokenizer_folder)) as engine:
        url = engine.url

    with vscode(file, url, PLAIN, ready="engine down") as window:
        window.page.locator('.statusbar-item[id$="fimls.status"]').click()
        menu = window.page.locator(".quick-input-widget")
        rows = menu.locator(".monaco-list-row")
        remedy = rows.filter(has_text="Set the engine's address")
        remedy.wait_for()
        assert url in remedy.inner_text()  # the reason in full, beside what helps
        assert rows.locator(".codicon-power").count() == 0  # VS Code has no such icon
        if SCREENSHOTS:
            window.save_picture(SCREENSHOTS / "status.png")
        remedy.click()
        window.page.locator(".settings-editor, .quick-input-list").first.wait_for()


def test_the_doctor_stays_and_asks_the_engine_that_is_set(
    vscode: OpenWindow, file: Path, tokenizer_folder: Path
):
    file.write_text("", encoding="utf-8")
    model = str(tokenizer_folder)

    with (
        FakeSGLang(script=["value"], model_path=model, api_key="secret") as engine,
        vscode(file, engine.url, PLAIN, ready="unauthorised") as window,
    ):
        window.command("fimls: Set the Engine's API Key")
        window.fill("secret")
        window.until(lambda: window.state == "ready", "the key is right")
        window.command("fimls: Check Installation and Engine")
        port = engine.url.rpartition(":")[2]
        window.until(lambda: window.terminal_says(port), "the engine")
        window.until(lambda: window.terminal_says("All is well."), "the end")
        window.page.wait_for_timeout(2000)
        assert window.terminal_says("All is well.")
        if SCREENSHOTS:
            window.save_picture(SCREENSHOTS / "doctor.png")


def running_servers(*, own: bool = False) -> list[psutil.Process]:
    """Return the language servers that VS Code runs: ours, or those of the extension's making."""
    here = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if command[-2:] == ["serve", "--stdio"] and (FIMLS in command) is not own:
            here.append(process)
    return here
