"""People on WhatsApp: one account each, though their numbers and their ids change.

An account's address is the person's business-scoped user id, or the digits of their phone where no id was ever told.
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, update

from storage import inbox
from storage.queries.accounts import move
from storage.sql import bindparam, select
from storage.tables import Account, Inbox, table_of
from storage.unit import Unit

CHANNEL = "whatsapp"

accounts, handled = table_of(Account), table_of(Inbox)


class Known(NamedTuple):
    """An account that a message may be from."""

    id: int
    address: str
    phone: str | None


class Change(NamedTuple):
    """What WhatsApp tells of somebody who is known by something else now; None for what it does not tell."""

    key: str
    old_id: str | None
    new_id: str | None
    old_phone: str | None
    new_phone: str | None


class Preference(NamedTuple):
    """What somebody told WhatsApp about advertising."""

    key: str
    user_id: str | None
    phone: str | None
    marketing_off: bool


_ours = accounts.c.channel == CHANNEL
_known = (
    select(accounts.c.id, accounts.c.address, accounts.c.phone)
    .where(
        _ours,
        or_(
            accounts.c.address == bindparam("user_id"),
            accounts.c.address == bindparam("phone"),
            accounts.c.phone == bindparam("phone"),
        ),
    )
    .order_by(accounts.c.id)
)
_known_locked = _known.with_for_update()
_readdress = update(accounts).where(accounts.c.id == bindparam("b_id")).values(address=bindparam("b_address"))
_leave = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_id"))
    .values(address=bindparam("b_address"), phone=None, reachable=False)
)
_lose_phone = update(accounts).where(accounts.c.id == bindparam("b_id")).values(phone=None)
_set_phone = update(accounts).where(accounts.c.id == bindparam("b_id")).values(phone=bindparam("b_phone"))
_set_marketing = update(accounts).where(accounts.c.id == bindparam("b_id")).values(marketing_off=bindparam("b_off"))
_is_handled = select(func.count()).where(handled.c.channel == CHANNEL, handled.c.key == bindparam("key"))
_of_key = (
    select(accounts.c.address)
    .select_from(handled.join(accounts, accounts.c.id == handled.c.account_id))
    .where(handled.c.channel == CHANNEL, handled.c.key == bindparam("key"))
)
_language = select(accounts.c.language).where(_ours, accounts.c.address == bindparam("address"))


async def known(unit: Unit, *, user_id: str | None, phone: str | None) -> Sequence[Known]:
    """The accounts that this id, or this phone, is or was of; the oldest first."""
    return [Known(*row) for row in await unit.rows(_known, user_id=user_id, phone=phone)]


def at_home(found: Sequence[Known], *, user_id: str) -> bool:
    """Whether nothing is to be changed among `known` when somebody with this id writes."""
    return all(one.address == user_id for one in found)


async def whose(unit: Unit, key: str) -> str | None:
    """The address today of whoever's message was handled before under this key; None for one that was not."""
    found = await unit.value(_of_key, key=key)
    return None if found is None else str(found)


async def meet(unit: Unit, *, user_id: str, phone: str) -> None:
    """Somebody with this id and this phone writes: nobody else has either.

    An account that was known by the phone alone is theirs, unless they have one. Else whoever had the phone before is
    somebody else, whose number it is no more: numbers are given to others, ids are not.
    """
    rows = await unit.rows(_known if unit.is_sqlite else _known_locked, user_id=user_id, phone=phone)
    found = [Known(*row) for row in rows]
    has_one = any(one.address == user_id for one in found)
    for one in found:
        if one.address == phone:
            if has_one:
                await unit.run(_leave, b_id=one.id, b_address=f"{phone}, left {one.id}")
            else:
                await unit.run(_readdress, b_id=one.id, b_address=user_id)
                has_one = True
        elif one.address != user_id:
            await unit.run(_lose_phone, b_id=one.id)


async def change(unit: Unit, told: Change, now: datetime) -> bool:
    """Keep the account of somebody who has another id or another phone. False when it was told before, or is nobody's.

    An account that they have begun under the new one meanwhile steps aside (`accounts.move`).
    """
    if await _is_known_of(unit, told.key):
        return False
    account = await _changed(unit, told)
    if account is None:
        return False
    address = told.new_id or account.address
    if told.new_id is None and account.address == told.old_phone and told.new_phone is not None:
        address = told.new_phone
    if address != account.address:
        await move(unit, channel=CHANNEL, address=account.address, to=address)
    if told.new_phone is not None:
        for other in await known(unit, user_id=None, phone=told.new_phone):
            if other.phone == told.new_phone and other.id != account.id:
                await unit.run(_lose_phone, b_id=other.id)
        phone = None if address == told.new_phone else told.new_phone
        await unit.run(_set_phone, b_id=account.id, b_phone=phone)
    await inbox.close_update(unit, channel=CHANNEL, key=told.key, account_id=account.id, replies="[]", now=now)
    return True


async def prefer(unit: Unit, told: Preference, now: datetime) -> bool:
    """Keep what somebody told WhatsApp about advertising. False when it was told before, or is nobody's."""
    if await _is_known_of(unit, told.key):
        return False
    found = await known(unit, user_id=told.user_id, phone=told.phone)
    account = next((one for one in found if one.address == told.user_id), None)
    if account is None and told.user_id is None:
        account = next(iter(found), None)
    if account is None:
        return False
    await unit.run(_set_marketing, b_id=account.id, b_off=told.marketing_off)
    await inbox.close_update(unit, channel=CHANNEL, key=told.key, account_id=account.id, replies="[]", now=now)
    return True


async def language_of(unit: Unit, address: str) -> str | None:
    """The language of whoever has this address, None for a stranger."""
    found = await unit.value(_language, address=address)
    return None if found is None else str(found)


async def _is_known_of(unit: Unit, key: str) -> bool:
    return bool(await unit.value(_is_handled, key=key))


async def _changed(unit: Unit, told: Change) -> Known | None:
    """The account of whoever is known by something else now: by the old id if it is told, by the old phone if not."""
    found = await known(unit, user_id=told.old_id, phone=told.old_phone)
    by_id = next((one for one in found if one.address == told.old_id), None)
    if by_id is not None or (told.old_id is not None and told.old_phone is None):
        return by_id
    by_number = next((one for one in found if one.address == told.old_phone), None)
    if by_number is not None or told.old_id is not None:
        return by_number
    return next((one for one in found if one.phone == told.old_phone), None)
