"""Every code of WhatsApp's error reference means something to the delivery."""

from __future__ import annotations

import pytest

from bot.delivery.whatsapp_errors import MEANINGS, Meaning, meaning_of
from tests.emulators.whatsapp_errors import KNOWN

BY_MEANING: dict[Meaning, tuple[int, ...]] = {
    Meaning.WINDOW: (131047,),
    Meaning.PAIR: (131056,),
    Meaning.FLOOD: (130429,),
    Meaning.SPAM: (131048, 80007, 4),
    Meaning.REST: (131049, 130472),
    Meaning.STOPPED: (131050,),
    Meaning.GONE: (131026, 130497),
    Meaning.UNLISTED: (131030, 131021),
    Meaning.TOWN: (
        190, 3, 10, 33, 200, 299, 368, 131005, 131031, 131037, 131042, 131045, 133000, 133010,
    ),
    Meaning.TEMPLATE: (132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018),
    Meaning.MEDIA: (131052, 131053),
    Meaning.PASSING: (0, 1, 2, 131000, 131016, 131057, 133004, 999_999),
    Meaning.WRONG: (100, 131008, 131009, 131051, 135000),
}  # fmt: skip


@pytest.mark.parametrize(("meaning", "code"), [(one, code) for one, codes in BY_MEANING.items() for code in codes])
def test_what_a_code_means(meaning: Meaning, code: int) -> None:
    assert meaning_of(code) is meaning


def test_every_known_code_is_among_them() -> None:
    """None is tried again and again for want of an entry."""
    sends_to_the_phone_instead, wrong_pin = 131062, 133005  # the client's own business, and that of `register`
    told = {code for codes in BY_MEANING.values() for code in codes}
    assert set(KNOWN) - {sends_to_the_phone_instead, wrong_pin} <= told
    assert set(MEANINGS) <= told
