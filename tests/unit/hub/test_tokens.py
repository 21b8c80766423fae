from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fimls.errors import ConfigurationError
from fimls.hub.tokens import DAY_S, Tokens


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "tokens.json"


@pytest.fixture
def tokens(file: Path, clock: Clock) -> Tokens:
    return Tokens(file, clock=clock)


def test_a_token_finds_its_user(tokens: Tokens, file: Path):
    made, shown = tokens.create("alice", team="kernel", weight=2.0)
    found = tokens.find(shown)
    assert found == made
    assert (made.user, made.team, made.weight) == ("alice", "kernel", 2.0)


def test_the_file_holds_no_token_and_is_nobody_elses(tokens: Tokens, file: Path):
    _, shown = tokens.create("alice")
    assert shown.split("_", 2)[2] not in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert shown.split("_", 2)[2] not in repr(tokens.all())


def test_what_is_not_the_token_finds_nobody(tokens: Tokens):
    made, shown = tokens.create("alice")
    _, other = tokens.create("bob")
    crossed = f"fimls_{made.id}_{other.split('_', 2)[2]}"
    for text in ("", "x", shown[:-1], shown + "x", shown.upper(), crossed, f"fimls_{made.id}_"):
        assert tokens.find(text) is None


def test_revoking_by_id_and_by_user(tokens: Tokens):
    one, shown = tokens.create("alice")
    _, second = tokens.create("alice")
    _, third = tokens.create("bob")
    assert tokens.revoke(one.id) == [one]
    assert tokens.find(shown) is None
    assert tokens.find(second) is not None
    tokens.revoke("alice")
    assert [token.user for token in tokens.all()] == ["bob"]
    assert tokens.find(third) is not None
    assert tokens.revoke("nobody") == []


def test_a_token_expires(tokens: Tokens, clock: Clock):
    made, shown = tokens.create("alice", days=2)
    clock.now += 2 * DAY_S - 1
    assert tokens.find(shown) == made
    assert tokens.has(made)
    clock.now += 2
    assert tokens.find(shown) is None
    assert not tokens.has(made)


def test_another_process_sees_changes(tokens: Tokens, file: Path, clock: Clock):
    hub = Tokens(file, clock=clock)
    assert hub.all() == ()
    made, shown = tokens.create("alice")
    assert hub.refresh()
    assert not hub.refresh()
    assert hub.find(shown) == made
    tokens.revoke("alice")
    assert hub.refresh()
    assert hub.find(shown) is None


@pytest.mark.parametrize("text", ["", "[]", '{"tokens": [1]}', '{"tokens": [{"user": "x"}]}'])
def test_a_broken_file_changes_nothing(tokens: Tokens, file: Path, text: str):
    _, shown = tokens.create("alice")
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        tokens.refresh()
    assert tokens.find(shown) is not None


def test_a_file_that_is_gone_lets_nobody_in(tokens: Tokens, file: Path):
    _, shown = tokens.create("alice")
    file.unlink()
    tokens.refresh()
    assert tokens.find(shown) is None


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"tokens": [' + "[" * 100_000 + "]" * 100_000 + "]}",
        '{"tokens": [{"created": ' + "9" * 5_000 + "}]}",
    ],
)
def test_a_file_nested_too_deeply_is_a_sentence_too(tokens: Tokens, file: Path, text: str):
    _, shown = tokens.create("alice")
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        tokens.refresh()
    assert tokens.find(shown) is not None


@pytest.mark.parametrize("expires", ["tomorrow", True, float("nan"), float("inf"), [], 10**400])
def test_an_entry_whose_end_is_no_time_lets_nobody_in(tokens: Tokens, file: Path, expires: object):
    tokens.create("alice")
    table = json.loads(file.read_text("utf-8"))
    table["tokens"][0]["expires"] = expires
    file.write_text(json.dumps(table), "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        tokens.refresh()


@pytest.mark.parametrize("days", [0, -1, 1e300, float("nan"), float("inf"), 36_501])
def test_days_that_are_no_time_are_told_so(tokens: Tokens, file: Path, days: float):
    with pytest.raises(ConfigurationError, match="more than 0 and at most 36,500 days"):
        tokens.create("alice", days=days)
    assert not file.exists()


@pytest.mark.parametrize("weight", [0, -1, 1_001, float("nan"), float("inf")])
def test_weights_that_are_none_are_told_so(tokens: Tokens, weight: float):
    with pytest.raises(ConfigurationError, match="--weight must be more than 0 and at most 1,000"):
        tokens.create("alice", weight=weight)


def test_mode_and_link_stay_and_the_lock_is_nobody_elses(tokens: Tokens, file: Path):
    tokens.create("alice")
    file.chmod(0o640)
    link = file.with_name("link.json")
    link.symlink_to(file)
    Tokens(link, clock=Clock()).create("bob")
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [token.user for token in tokens.all()] == ["alice", "bob"]
    locks = [*file.parent.glob("*.lock")]
    assert {stat.S_IMODE(lock.stat().st_mode) for lock in locks} == {0o600}
    assert not [*file.parent.glob("*.new")]


def test_what_cannot_be_written_leaves_the_file_as_it_was(
    tokens: Tokens, file: Path, monkeypatch: pytest.MonkeyPatch
):
    _, shown = tokens.create("alice")
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError, match="No space left on device"):
        tokens.revoke("alice")
    assert file.read_bytes() == before
    assert not [*file.parent.glob("*.new")]
    assert tokens.find(shown) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes owners")
def test_root_changes_tokens_that_stay_their_owners(tmp_path: Path):
    """The shipped service runs as a user of its own, and root makes and revokes tokens."""
    folder, nobody = tmp_path / "etc", 65_534
    folder.mkdir()
    os.chown(folder, nobody, nobody)
    for parent in folder.parents:
        parent.chmod(parent.stat().st_mode | 0o011)
    file = folder / "tokens.json"
    by_root = Tokens(file, clock=Clock())
    _, ann = by_root.create("ann")  # a new file belongs to whom the folder belongs to
    by_root.revoke("ann")
    _, ben = by_root.create("ben")
    assert (file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) == (nobody, 0o600)
    assert by_hub(nobody, file, ann, ben) == "False True"
    os.chown(file, 0, 0)
    assert by_hub(nobody, file, ann, ben) == (
        f"The tokens in {file} cannot be read: the file belongs to root, and this process runs as"
        f" nobody. `chown nobody {file}` gives it back; they are kept."
    )


def by_hub(uid: int, file: Path, *shown: str) -> str:
    """Return which tokens are found by a process of another user, or what it says."""
    program = (
        f"import os; os.setgroups([]); os.setgid({uid}); os.setuid({uid})\n"
        "from pathlib import Path\nfrom fimls.hub.tokens import Tokens\n"
        f"tokens = Tokens(Path({str(file)!r}), clock=lambda: 0.0)\n"
        "try:\n    tokens.refresh()\nexcept Exception as error:\n    print(error)\n"
        f"else:\n    print(*(tokens.find(each) is not None for each in {shown!r}))\n"
    )
    # Imported before it gives up its rights: the installation may be root's alone.
    program = "import fimls.hub.tokens, encodings.idna\n" + program
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", ["", "a b", "a\n", "x" * 65, "../x"])
def test_names(tokens: Tokens, name: str):
    with pytest.raises(ConfigurationError, match="Names of users"):
        tokens.create(name)
