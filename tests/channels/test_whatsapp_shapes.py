"""What is heard in webhooks of any shape: whatever it is can be handled, and be kept by any database."""

from __future__ import annotations

import json
from typing import Any

from aiogram import Bot
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from bot.channels.whatsapp_updates import Said, heard_in
from bot.delivery.whatsapp_trackers import Trackers
from tests.channels.whatsapp_bodies import (
    KINDS,
    ODD,
    PREFERENCE,
    STATUS,
    body_of,
    deep,
    everything,
    paths,
    saying,
    spoilt,
)
from tests.emulators.whatsapp import WhatsAppEmulator
from tests.people import OPENING

BOT = Bot("42:whatsapp")
BIGGEST = 2**31 - 1

anything = st.recursive(
    st.sampled_from(ODD) | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def is_sound(body: Any, phone_id: str) -> None:
    heard = heard_in(body, phone_id, Trackers("a secret"))
    for event in heard.events:
        assert event.key.isalnum()
        if isinstance(event, Said):
            assert event.user_id or event.phone
            event.update(BOT, "ZA.1", OPENING)
    for report in heard.reports:
        assert 0 <= report.row_id <= BIGGEST
        assert report.code is None or 0 <= report.code <= BIGGEST
        assert report.reference.isascii()
        assert report.reference.isprintable()


def test_any_part_may_be_anything() -> None:
    """Each part of a good body of each kind in turn is replaced by each odd thing."""
    wa = WhatsAppEmulator()
    thandi = wa.person("Thandi")
    values = [saying(wa, thandi, message) for message in KINDS.values()]
    values += [{"statuses": [STATUS]}, {"user_preferences": [PREFERENCE | wa.state.identity(thandi.contact)]}]
    for value in values:
        body = body_of(wa, value)
        for path in paths(body):
            for odd in (*ODD, deep()):
                is_sound(json.loads(json.dumps(spoilt(body, path, odd))), wa.phone_number_id)


@given(st.data())
@effort(deadline=None, max_examples=100)
def test_any_parts_may_be_anything(data: st.DataObject) -> None:
    wa = WhatsAppEmulator()
    body: Any = everything(wa, wa.person("Thandi"))
    for _ in range(data.draw(st.integers(1, 4))):
        body = spoilt(body, data.draw(st.sampled_from(list(paths(body)))), data.draw(anything))
    is_sound(body, wa.phone_number_id)
