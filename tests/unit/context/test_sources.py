"""What is found for a cursor in other files, by each source, and when nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.context.conftest import Find, indexed


@pytest.fixture(autouse=True)
def _indexed(root: Path) -> None:
    indexed(root)


def test_behind_the_name_of_a_function_stands_its_declaration(find: Find) -> None:
    [best, *_] = find("from shop.prices import load_prices\n\nprices = load_prices(¦\n")

    assert (best.path, best.reason) == ("shop/prices.py", "definitions")
    assert best.text.startswith("def load_prices(path: str, *, currency: str = 'EUR')")


def test_behind_the_dot_of_an_annotated_name_stand_the_members_of_its_type(find: Find) -> None:
    [best, *_] = find("def f(every: PriceList) -> int:\n    return every.¦\n")

    assert (best.path, best.reason) == ("shop/prices.py", "members")
    assert "def price_of(self, article: str, *, with_tax: bool = True) -> int:" in best.text
    assert "currency: str" in best.text


def test_behind_the_dot_of_itself_stand_the_members_of_a_base(find: Find) -> None:
    text = "class Discounts(PriceList):\n    def half(self) -> int:\n        return self.¦\n"
    [best, *_] = find(text)

    assert best.reason == "members"
    assert "def cheapest(self) -> str:" in best.text


def test_behind_a_name_that_others_use_so_stand_their_lines(find: Find) -> None:
    text = "def totals(path: str) -> None:\n    prices = whatever(path)\n    print(prices.¦\n"
    [best, *_] = find(text)

    assert (best.path, best.reason) == ("shop/report.py", "windows")
    assert "prices.price_of('apple', with_tax=False)" in best.text


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    ¦\n",
        "def f(x):\n    total = ¦\n",
        "def f(x):\n    print(¦\n",
        "def f(x):\n    return self.¦\n",
        "def f(x):\n    unheard_of.¦\n",
        "def load_prices(path):\n    pass\n\nload_prices(¦\n",
        "¦",
    ],
)
def test_where_nothing_is_likely_to_help_there_is_nothing(find: Find, text: str) -> None:
    assert find(text) == ()


def test_an_open_document_counts_as_it_is_now_not_as_it_was_saved(find: Find) -> None:
    unsaved = "def load_prices(path: str, *, cached: bool) -> PriceList:\n    pass\n"
    [best, *_] = find("load_prices(¦\n", opened=[("shop/prices.py", unsaved)])

    assert "cached: bool" in best.text


def test_a_recent_edit_is_a_short_diff(find: Find) -> None:
    old = "def load_prices(path: str) -> PriceList:\n    pass\n" + "x = 1\n" * 400
    new = old.replace("path: str", "path: str, cached_prices: bool")
    found = find(
        "cached_prices = True\nprices = load_prices(¦\n",
        opened=[("shop/prices.py", new)],
        changed=[("shop/prices.py", old, new)],
    )

    [edit] = [each for each in found if each.reason == "edits"]
    assert edit.text.split("\n") == [
        "-def load_prices(path: str) -> PriceList:",
        "+def load_prices(path: str, cached_prices: bool) -> PriceList:",
    ]


def test_sources_are_asked_as_the_setting_names_them(find: Find) -> None:
    text = "def f(every: PriceList) -> int:\n    return every.¦\n"
    assert {each.reason for each in find(text, sources=["members"])} == {"members"}
    assert find(text, sources=[]) == ()
