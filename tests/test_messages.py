"""Every message by which fimls says that something is wrong: each says what to do about it."""

from __future__ import annotations

import pytest

from support.messages import NEEDS_NO_REMEDY, TABLE, Message, messages, table

MESSAGES = [each for each in messages() if not each.passes_on]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: f"{each.file}:{each.line}")
def test_a_message_says_what_to_do(message: Message):
    assert message.cause
    assert message.remedy or message.text in NEEDS_NO_REMEDY, message.text


def test_no_exception_is_left_that_no_message_needs():
    without = {each.text for each in MESSAGES if not each.remedy}
    assert set(NEEDS_NO_REMEDY) <= without


def test_the_table_of_messages_is_up_to_date():
    assert TABLE.read_text("utf-8") == table(), "run: PYTHONPATH=tests python -m support.messages"
