def area(radius, unit="cm"):
    pi = 3.14159  # noqa: F841
    return pi * radius ** 2, unit


class Note:
    """A note."""

    def __init__(self, text):
        self.text = text

    «def words(self, least=1, /, *, sep=None):
        # Blanks at the ends do not count.
        found = self.text.strip().split(sep)
        return [word for word in found if len(word) >= least]»

    def shout(self):
        return self.text.upper() + "!"
