"""A code sent from a chat that is another resident's: they share the phone, or are one person."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.household import actions as household
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.linking.actions import about, forget, look_again
from handlers.merging import actions as merging
from handlers.roles.actions import must_be_resident
from storage import outbox
from storage.queries import links, places, speakers
from storage.queries.links import Asked
from storage.unit import Unit
from town.facts import CodeUsed, OtherBusy

ANSWER_WITHIN = timedelta(hours=24)
"""How long the other chat may take to say that two residents are one person."""


async def share(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Asked:
    """Have the resident whose code was sent speak through this phone too.

    Raises CodeUsed, LinkOwn, LinkTogether, NotAllowed, OtherBusy, and whatever `household.join` raises.
    """
    must_be_resident(who)
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked
    if not await places.try_lock(unit, asked.resident_id):
        raise OtherBusy()
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked  # they may have been made one with another
    if not await links.use_code(unit, digest=asked.digest, account_id=who.account_id, now=now):
        raise CodeUsed()
    await household.join(unit, account_id=who.account_id, resident_id=asked.resident_id, now=now)
    forget(seat)
    return asked


async def preview(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> tuple[Asked, merging.Preview]:
    """What would become of the two residents. Raises CodeUsed, LinkOwn, LinkTogether, NotAllowed, MergeWaits."""
    me = must_be_resident(who)
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked
    return asked, await merging.preview(unit, first_id=asked.resident_id, second_id=me, now=now)


async def ask_to_merge(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Asked:
    """Ask in the other chats, where the code came from, whether the two residents are one person.

    Raises as `preview`.
    """
    asked, _preview = await preview(unit, who=who, seat=seat, now=now)
    until = now + ANSWER_WITHIN
    if not await links.use_code(unit, digest=asked.digest, account_id=who.account_id, now=now, until=until):
        raise CodeUsed()
    row = outbox.new_row(
        notice=links.SAME,
        resident_id=asked.resident_id,
        dedupe_key=links.question(asked.digest, who.me),
        subject=about(who.account_id),
        now=now,
        expires_at=until,
        name=who.name,
        channel=who.channel,
        account=who.account_id,
        other=who.me,
    )
    await outbox.put(unit, [row])
    forget(seat)
    return asked


async def other_half(
    unit: Unit, *, who: Who, account_id: int, other_id: int, now: datetime
) -> tuple[str, merging.Preview]:
    """Who is asked about in the first chat, and what would become of the two.

    Raises CodeUsed when nobody is asked that any more, NotAllowed, MergeWaits.
    """
    me = must_be_resident(who)
    name = await _asked_about(unit, me, account_id, other_id)
    if not await links.awaits_answer(unit, resident_id=me, account_id=account_id, other_id=other_id, now=now):
        raise CodeUsed()
    return name, await merging.preview(unit, first_id=me, second_id=other_id, now=now)


async def _asked_about(unit: Unit, me: int, account_id: int, other_id: int) -> str:
    """The name of a resident who speaks through an account. Raises CodeUsed for anybody else."""
    holder_id, _state = await links.holder(unit, account_id)
    at_home = await speakers.of_home(unit, account_id=account_id, owner_id=holder_id)
    name = next((voice.name for voice in at_home if voice.resident_id == other_id != me), None)
    if name is None:
        raise CodeUsed()
    return name


async def answer(unit: Unit, *, who: Who, account_id: int, other_id: int, same: bool, now: datetime) -> None:
    """Say in the first chat whether the resident in the other is oneself; if so, the two are made one.

    Raises as `other_half`.
    """
    me = must_be_resident(who)
    await _asked_about(unit, me, account_id, other_id)
    if not await links.answer(unit, resident_id=me, account_id=account_id, other_id=other_id, now=now):
        raise CodeUsed()
    if not same:
        await _tell_no(unit, who, other_id, now)
        return
    seen = await merging.preview(unit, first_id=me, second_id=other_id, now=now)
    await merging.merge(unit, kept_id=seen.kept_id, gone_id=seen.gone_id, account_id=who.account_id, now=now)


async def _tell_no(unit: Unit, who: Who, other_id: int, now: datetime) -> None:
    row = outbox.new_row(
        notice="linking.not_same",
        resident_id=other_id,
        dedupe_key=f"linking.not_same:{who.me}:{other_id}:{now.isoformat()}",
        now=now,
        name=who.name,
    )
    await outbox.put(unit, [row])
