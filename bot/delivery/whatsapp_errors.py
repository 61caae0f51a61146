"""What WhatsApp's error codes mean to the delivery, whether a message was refused at once or failed later.

The codes: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Meaning(StrEnum):
    """What an error says, and so what is done about it."""

    WINDOW = "window"  # 24 hours without a word from them: an approved template, or nothing
    PAIR = "pair"  # too much to this person in a short time: later
    FLOOD = "flood"  # too much from this number in a short time: everybody waits a moment
    SPAM = "spam"  # the number is held back for long: what goes to many waits, what is for one goes on slowly
    REST = "rest"  # WhatsApp spares this person advertising: none for a day
    STOPPED = "stopped"  # they told WhatsApp to take no advertising from us
    GONE = "gone"  # they cannot be reached there
    UNLISTED = "unlisted"  # a test number writes only to people who were listed for it
    TOWN = "town"  # the town's own trouble: token, permission, payment, a locked or unregistered number
    TEMPLATE = "template"  # this template cannot be used as it is
    MEDIA = "media"  # the file did not get through: its words alone
    PASSING = "passing"  # trouble that passes: try again
    WRONG = "wrong"  # the message is wrong, and would be again


MEANINGS: Mapping[int, Meaning] = {
    0: Meaning.PASSING,  # no code of WhatsApp's: its answer was lost, or came from something between us
    1: Meaning.PASSING,
    2: Meaning.PASSING,
    3: Meaning.TOWN,
    4: Meaning.SPAM,  # calls of the app
    10: Meaning.TOWN,
    33: Meaning.TOWN,  # the number was deleted
    100: Meaning.WRONG,
    190: Meaning.TOWN,  # the token has expired
    368: Meaning.TOWN,  # blocked for a breach of policy
    80007: Meaning.SPAM,  # calls of the business account
    130429: Meaning.FLOOD,
    130472: Meaning.REST,  # part of an experiment
    130497: Meaning.GONE,  # not from this business in their country
    131000: Meaning.PASSING,
    131005: Meaning.TOWN,
    131008: Meaning.WRONG,
    131009: Meaning.WRONG,
    131016: Meaning.PASSING,
    131021: Meaning.UNLISTED,  # the town's own number
    131026: Meaning.GONE,
    131030: Meaning.UNLISTED,
    131031: Meaning.TOWN,
    131037: Meaning.TOWN,  # the number's name was not approved
    131042: Meaning.TOWN,  # payment
    131045: Meaning.TOWN,  # the number's certificate
    131047: Meaning.WINDOW,
    131048: Meaning.SPAM,
    131049: Meaning.REST,
    131050: Meaning.STOPPED,
    131051: Meaning.WRONG,
    131052: Meaning.MEDIA,
    131053: Meaning.MEDIA,
    131056: Meaning.PAIR,
    131057: Meaning.PASSING,  # maintenance
    133000: Meaning.TOWN,
    133004: Meaning.PASSING,
    133010: Meaning.TOWN,  # the number is not registered
    135000: Meaning.WRONG,
}

TEMPLATES = range(132000, 133000)
PERMISSIONS = range(200, 300)


def meaning_of(code: int) -> Meaning:
    """What a code means; an unknown one is taken for trouble that passes, since it is tried only so often."""
    if code in TEMPLATES:
        return Meaning.TEMPLATE
    if code in PERMISSIONS:
        return Meaning.TOWN
    return MEANINGS.get(code, Meaning.PASSING)
