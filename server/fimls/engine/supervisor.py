"""Starts an engine from a preset, waits until it can generate, watches and stops all of it."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from platformdirs import user_log_path

from fimls.engine.failure_cause import verdict
from fimls.engine.preset import Command, Preset
from fimls.engine.served_program import SGLANG, ServedProgram
from fimls.errors import EngineError

Report = Callable[[str, float], None]
"""Called while the engine starts, with what it is doing and the seconds since it began."""

POLL_SECONDS = 0.5
STOP_SECONDS = 20.0
PATIENCE_SECONDS = 3_600.0
"""A big model takes long to load, and longer to download: only a dead engine ends the wait."""

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Engine:
    """One running engine.

    Attributes:
        url: its base address.
        log: the file with everything it prints.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], url: str, log: Path, program: ServedProgram
    ) -> None:
        """Use `Engine.start`."""
        self._process = process
        self._program = program
        self.url = url
        self.log = log

    @classmethod
    @contextlib.contextmanager
    def start(
        cls,
        preset: Preset,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        model: str | None = None,
        extra: Sequence[str] = (),
        program: ServedProgram = SGLANG,
        log: Path | None = None,
        report: Report = lambda doing, seconds: None,
    ) -> Generator[Engine, None, None]:
        """Start the engine, yield it when it can generate, and stop it at the end.

        Args:
            preset: what to serve.
            host: address to listen on.
            port: port to listen on; 0 takes a free one.
            model: folder or hub name instead of the preset's.
            extra: further arguments for the program.
            program: what serves it.
            log: file for its output; by default one in the user's log folder.
            report: hears how far it is.

        Raises:
            EngineError: it cannot start here, or died; the sentence says why and what to do.
        """
        program.check(preset, model)
        with _listening(host, port) as probe:
            port = int(probe.getsockname()[1])
        log = log or user_log_path("fimls", ensure_exists=True) / f"engine-{port}.log"
        with contextlib.suppress(OSError):  # SGLang writes its arguments there, an API key too
            log.touch(mode=0o600)
        command = program.command(preset, host=host, port=port, model=model, extra=extra)
        engine = cls(_spawn(command, log), _url(host, port), log, program)
        try:
            engine._wait_until_ready(report)
            yield engine
        finally:
            engine.stop()

    @property
    def pid(self) -> int:
        """Its main process, which leads a group of all of them."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether its main process runs; SGLang ends its own when one of its children dies."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Return when it has ended by itself; raises an EngineError that says why it did."""
        self._process.wait()
        raise self._died()

    def stop(self) -> None:
        """End all of its processes; does nothing the second time."""
        # The main process ends its children itself. Asked at the same time as they are, it would
        # take their end for a crash, and spend seconds on describing it.
        if self.alive():
            if sys.platform == "win32":
                self._process.terminate()
            else:
                self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        # The group outlives its leader as long as one child is left.
        _kill_group(self._process.pid)
        self._process.wait()

    def _wait_until_ready(self, report: Report) -> None:
        begun = time.monotonic()
        name = self._program.name
        doing = f"loading {name} and the model" if name == "SGLang" else "loading the model"
        while (seconds := time.monotonic() - begun) < PATIENCE_SECONDS:
            report(doing, seconds)
            if not self.alive():
                raise self._died()
            if _answers(self.url + self._program.loaded_at):
                doing = "warming up"
                if _answers(self.url + "/health"):
                    return
            time.sleep(POLL_SECONDS)
        raise EngineError(f"{name} did not become ready in an hour: see its log, {self.log}.")

    def _died(self) -> EngineError:
        text = self.log.read_text("utf-8", "replace")
        killed = self._process.returncode == -9
        name, causes = self._program.name, self._program.causes
        return EngineError(verdict(text, self.log, killed=killed, program=name, causes=causes))


def _spawn(command: Command, log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **command.environment}
    if "PYTHONPATH" in command.environment and os.environ.get("PYTHONPATH"):
        paths = (command.environment["PYTHONPATH"], os.environ["PYTHONPATH"])
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    try:
        output = log.open("wb")
    except OSError as error:
        raise EngineError(
            f"The log {log} cannot be written ({error.strerror}): give another one with --log-file."
        ) from error
    with output:
        return subprocess.Popen(
            command.argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Only a system call: nothing that another thread's lock could stop.
            preexec_fn=_end_with_parent if _LIBC else None,  # noqa: PLW1509
        )


def _end_with_parent() -> None:
    """Have the kernel end the engine when we are killed in a way that nobody can catch.

    SGLang's own children do the same with it.
    """
    assert _LIBC is not None
    _LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _kill_group(group: int) -> None:
    if sys.platform == "win32":
        return  # it has no groups; what we start there has no children
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket bound there, to see whether the engine could be.

    Raises:
        EngineError: it could not.
    """
    if port not in range(65_536):
        raise EngineError(f"There is no port {port}: give one from 1 to 65535, or 0 for any.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:  # a part of a name may be too long for IDNA
        why = getattr(error, "strerror", None) or error
        raise EngineError(
            f"There is no address {host} ({why}): give --host one of this machine, such as"
            " 127.0.0.1."
        ) from error
    probe = socket.socket(family, kind)
    try:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
    except OSError as error:
        probe.close()
        if error.errno == errno.EADDRINUSE:
            raise EngineError(
                f"Port {port} on {host} is taken ({error.strerror}): stop what listens there or"
                " choose another with --port."
            ) from error
        raise EngineError(
            f"Nothing can listen at port {port} of {host} ({error.strerror}): give --host an"
            " address of this machine, and --port one from 1024 on."
        ) from error
    return probe


def _url(host: str, port: int) -> str:
    """Return the address at which this machine reaches what listens there."""
    reached = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
