"""Prices of a shop."""

import math
from decimal import Decimal as D

RATES = {"food": D("0.07"), "book": D("0.05")}


class Basket:
    limit = 20

    def __init__(self, owner):
        self.owner = owner
        self.items = []

    «@staticmethod
    def total(items, *, rounded=True, currency="EUR"):
        # Prices are net: the tax of each kind comes on top.
        result = D(0)
        for kind, price in items:
            if kind in RATES:
                result = result + price * (1 + RATES[kind])
            else:
                result = result + price  # no tax
        if rounded:
            result = D(math.ceil(result * 100)) / 100
        return f"{result} {currency}"»

    def add(self, kind, price):
        """Put something into the basket."""
        if len(self.items) < self.limit:
            self.items.append((kind, price))


def greeting(name):
    return "Hello, " + name
