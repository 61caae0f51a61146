"""Reading in full what came as a short word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from handlers import catalogue
from handlers.kit.capability import Fields, Notice
from handlers.kit.who import Who
from storage import outbox
from storage.queries import mail
from storage.queries.mail import Letter
from storage.tables import OutboxState
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Opened:
    """A notice as it is now, with the fields that it is made of."""

    notice: Notice
    fields: Fields


async def open_letter(unit: Unit, *, who: Who, row_id: int, now: datetime) -> Opened | None:
    """A notice of one's own, which counts as read from here on; None where it says nothing any more that is so.

    Somebody else's is like one that is not there.
    """
    return await _opened(unit, await mail.letter(unit, row_id), who, now)


async def open_last(unit: Unit, *, who: Who, now: datetime) -> Opened | None:
    """The last notice of theirs that came to this account as a short word; None as for `open_letter`."""
    if who.resident_id is None:
        return None
    found = await mail.last_short(unit, account_id=who.account_id, resident_id=who.resident_id)
    return await _opened(unit, found, who, now)


async def _opened(unit: Unit, letter: Letter | None, who: Who, now: datetime) -> Opened | None:
    if letter is None or who.resident_id is None or letter.resident_id != who.resident_id:
        return None
    await mail.note_read(unit, letter.id, account_id=who.account_id, now=now)
    notice = catalogue.notices().get(letter.notice)
    if notice is None or _is_over(letter, now):
        return None
    named: Fields = json.loads(letter.fields)
    fields = named if notice.gather is None else await notice.gather(unit, named)
    return None if fields is None else Opened(notice, fields)


def _is_over(letter: Letter, now: datetime) -> bool:
    withdrawn = letter.state == OutboxState.DROPPED and letter.detail == outbox.WITHDRAWN
    return withdrawn or (letter.expires_at is not None and now >= letter.expires_at)
