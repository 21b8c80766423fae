"""The units of a team's box: systemd takes them, they agree with each other and with HUB.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGS = Path(__file__).parents[2] / "configs" / "systemd"
HUB = (Path(__file__).parents[2] / "server" / "HUB.md").read_text(encoding="utf-8")
UNITS = sorted([*CONFIGS.glob("*.service"), *CONFIGS.glob("*.socket")])
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")

PROGRAM = "/opt/fimls/.venv/bin/"
MOST_EXPOSED = {"fimls-hub": 2.0, "fimls-router": 2.0, "fimls-engine@embedded": 5.0}
"""Of ten, by what `systemd-analyze security` counts; an engine needs devices and compiles code."""


def test_all_programs_are_those_of_one_installation():
    for unit in UNITS:
        for line in unit.read_text("utf-8").splitlines():
            if line.startswith("ExecStart="):
                assert line.removeprefix("ExecStart=").startswith(PROGRAM), unit.name
    assert PROGRAM in HUB


def test_every_unit_that_is_named_is_there():
    names = {unit.name for unit in UNITS}
    pattern = re.compile(r"fimls-[a-z]+(?:-tls)?(?:@[\w.%-]*?)?\.(?:service|socket)")
    for text in (HUB, *(unit.read_text("utf-8") for unit in UNITS)):
        for named in pattern.findall(text):
            assert re.sub(r"@.*\.", "@.", named) in names, named


def test_units_do_not_share_a_folder_that_one_of_them_may_not_read():
    folders = [
        line
        for unit in UNITS
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith(("StateDirectory=", "LogsDirectory="))
    ]
    assert len(folders) == len(set(folders))


@needs_systemd
def test_systemd_takes_them(tmp_path: Path):
    here = os.fspath(Path(sys.executable).parent) + "/"
    for unit in UNITS:
        name = unit.name.replace("@.", "@embedded.")
        text = unit.read_text("utf-8").replace(PROGRAM, here)
        (tmp_path / name).write_text(text, encoding="utf-8")
    files = sorted(map(os.fspath, tmp_path.iterdir()))

    done = subprocess.run([ANALYZE or "", "verify", *files], capture_output=True, text=True)

    complaints = [line for line in done.stderr.splitlines() if "fimls" in line]
    assert complaints == []


@needs_systemd
@pytest.mark.parametrize("name", MOST_EXPOSED)
def test_a_service_is_exposed_to_little(tmp_path: Path, name: str):
    unit = tmp_path / f"{name}.service"
    source = CONFIGS / unit.name.replace("@embedded", "@")
    unit.write_text(source.read_text("utf-8"), encoding="utf-8")
    command = [ANALYZE or "", "security", "--offline=true", os.fspath(unit)]

    done = subprocess.run(command, capture_output=True, text=True)

    level = re.search(r"exposure level for \S+\.service: ([\d.]+)", done.stdout)
    assert level, done.stderr
    assert float(level[1]) <= MOST_EXPOSED[name]


def test_every_service_is_looked_at():
    services = {unit.stem.replace("@", "@embedded") for unit in UNITS if unit.suffix == ".service"}
    assert services == set(MOST_EXPOSED)


def test_a_socket_starts_a_unit_that_is_there_and_is_a_kind_that_the_hub_takes():
    """The hub takes a socket by its name; the one in /run has a user, the others an address."""
    for unit in UNITS:
        if unit.suffix != ".socket":
            continue
        text = unit.read_text("utf-8")
        service = re.search(r"^Service=(.*)$", text, re.M)
        started = service[1] if service else f"{unit.stem}.service"
        assert (CONFIGS / started).exists(), unit.name
        if "ListenStream=/" in text:
            assert "SocketMode=0660" in text
        else:
            name = re.search(r"^FileDescriptorName=(.*)$", text, re.M)
            assert name
            assert name[1] in ("tls", "ws", "wss"), unit.name


@pytest.mark.skipif(os.geteuid() != 0, reason="it makes a user")
@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd is not installed")
def test_what_is_installed_is_the_hubs_and_stays_as_it_is(tmp_path: Path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n", encoding="utf-8")
    (tmp_path / "etc" / "group").write_text("root:x:0:\n", encoding="utf-8")
    for _ in range(2):
        environment = {**os.environ, "ROOT": os.fspath(tmp_path)}
        subprocess.run(["sh", CONFIGS / "install.sh"], env=environment, check=True)
        settings = tmp_path / "etc" / "fimls" / "fimls.toml"
        settings.write_text(settings.read_text("utf-8") + "# ours\n", encoding="utf-8")
    assert settings.read_text("utf-8").count("# ours") == 2
    owner = int(re.search(r"^fimls:x:(\d+)", (tmp_path / "etc/passwd").read_text(), re.M)[1])  # pyright: ignore[reportOptionalSubscript]
    state = (tmp_path / "var" / "lib" / "fimls").stat()
    assert (state.st_uid, state.st_mode & 0o777) == (owner, 0o700)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("name", ["localhost", "box7.example.org", "10.0.0.5", "fd00::5"])
def test_a_certificate_of_ones_own_is_one_and_can_be_renewed(tmp_path: Path, name: str):
    import ssl

    make = ["sh", CONFIGS / "certificate.sh", name, tmp_path]
    subprocess.run(make, check=True)
    authority = (tmp_path / "authority.pem").read_bytes()
    first = (tmp_path / "certificate.pem").read_bytes()
    subprocess.run(make, check=True)
    assert (tmp_path / "authority.pem").read_bytes() == authority
    assert (tmp_path / "certificate.pem").read_bytes() != first
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "authority.key").stat().st_mode & 0o777 == 0o600

    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    client = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does by itself
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(back, there, server_hostname=name)
    theirs = server.wrap_bio(there, back, server_side=True)
    for side in (ours, theirs, ours):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    assert ours.getpeercert()
