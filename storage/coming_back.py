"""What did not reach somebody is sent anew when they write again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update

from storage.dispatch_locks import hold_broadcasts
from storage.outbox import ANEW, ENDED, FATE, OF_USE, OUT_OF_REACH, PUT_OFF, TOPIC, in_order, outbox
from storage.reaching import WHO_IS_HERE
from storage.sql import bindparam
from storage.tables import OutboxState
from storage.unit import Unit

KEPT_FOR_RETURN = timedelta(days=7)
"""How long what did not reach somebody waits for them to come back."""


async def send_again(unit: Unit, *, channel: str, address: str, now: datetime) -> int:
    """Deliver what did not reach whoever is behind an account that can be written to again, as far as it is of use yet.

    That is its own resident, who shares it, and whom its resident helps. Of a broadcast that is being held or stopped
    at this moment nothing goes out. Returns how many rows there were.
    """
    given = {"b_channel": channel, "b_address": address, "b_now": now, "b_since": now - KEPT_FOR_RETURN}
    await hold_broadcasts(unit, *_missed, **given)
    again = await unit.run(_send_again, **given)
    if again:
        unit.announce(TOPIC)
    return again


_missed = (
    outbox.c.resident_id.in_(WHO_IS_HERE),
    or_(
        and_(outbox.c.state == OutboxState.FAILED, outbox.c.detail.in_(OUT_OF_REACH)),
        and_(outbox.c.state == OutboxState.WAITING, outbox.c.detail.startswith(PUT_OFF, autoescape=True)),
    ),
    outbox.c.made_at > bindparam("b_since"),
    OF_USE,
)
_send_again = update(outbox).where(in_order(*_missed, or_(FATE.is_(None), FATE.not_in(ENDED)))).values(**ANEW)
