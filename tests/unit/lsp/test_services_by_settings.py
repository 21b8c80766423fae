"""Services for folders whose settings differ."""

from __future__ import annotations

import asyncio

from fimls.completion import Query
from fimls.lsp.services_by_settings import MOST_BUILT, ServicesBySettings
from fimls.settings import CompletionSettings, LogSettings, Settings
from fimls.text import Document, Point, Text
from support.scripted import ScriptedService


def lines(number: int) -> Settings:
    return Settings(completion=CompletionSettings(max_lines=number))


def query(uri: str) -> Query:
    document = Document(uri=uri, language_id="python", version=1, text=Text.parse("x"))
    return Query(document=document, cursor=Point(0, 1))


class Made:
    """Folders by name, what they have set, and the services that were made."""

    def __init__(self) -> None:
        self.services: list[ScriptedService] = []
        self.folders: dict[str, Settings] = {}
        self.slots = ServicesBySettings(self, lambda document: self.folders[document.uri])

    def __call__(self, settings: Settings) -> ScriptedService:
        self.services.append(ScriptedService(settings, lambda query: "x"))
        return self.services[-1]

    def set(self, **folders: Settings) -> bool:
        self.folders = folders
        return self.slots.use(folders.values())

    async def ask(self, *folders: str) -> list[int]:
        """Ask for each, and return by how many lines the services of all are limited."""
        for folder in folders:
            await self.slots.complete(query(folder))
        await asyncio.sleep(0)
        return [each.settings.completion.max_lines for each in self.services]


async def test_folders_with_the_same_settings_share_a_service():
    made = Made()
    assert made.set(a=lines(1), b=lines(1), c=lines(2))
    assert await made.ask("a", "b", "c", "a") == [1, 2]
    assert not made.set(c=lines(2), a=lines(1), b=lines(1))
    assert await made.ask("a", "b", "c") == [1, 2]
    await made.slots.aclose()
    assert all(each.closed for each in made.services)


async def test_only_what_changed_is_built_anew():
    made = Made()
    made.set(a=lines(1), b=lines(2))
    await made.ask("a", "b")
    assert made.set(a=lines(1), b=lines(3))
    assert await made.ask("a", "b") == [1, 2, 3]
    assert [each.closed for each in made.services] == [False, True, False]
    log = Settings(completion=lines(3).completion, log=LogSettings(level="debug"))
    assert not made.set(a=lines(1), b=log)
    await made.slots.aclose()


async def test_of_many_different_folders_a_few_services_are_kept():
    made = Made()
    made.set(**{str(n): lines(n + 1) for n in range(MOST_BUILT + 3)})
    for _ in range(2):
        await made.ask(*made.folders)
        await asyncio.sleep(0.01)
        assert sum(not each.closed for each in made.services) == MOST_BUILT
    await made.slots.aclose()
    assert all(each.closed for each in made.services)
