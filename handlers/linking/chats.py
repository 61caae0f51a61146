"""A resident's chats: which of them comes first, and letting one go; a coordinator's help with either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.kit.who import Who
from handlers.linking.actions import NewCode, about, code_for, must_answer_for, must_be_themself, tell
from handlers.linking.codes import LASTS
from handlers.roles.actions import must_coordinate_town
from storage import outbox
from storage.queries import household, links, places, roles
from storage.queries.links import Chat, Elsewhere
from storage.queries.roles import Person
from storage.queries.web import CHANNEL as WEB
from storage.unit import Unit
from town.facts import ChatGone, LastAccount, NotFound, OtherBusy


@dataclass(frozen=True, slots=True)
class Theirs:
    """A resident's chats, as a coordinator sees them."""

    person: Person
    chats: list[Chat]

    @property
    def is_out_of_reach(self) -> bool:
        return not any(chat.reachable for chat in self.chats)


async def mine(unit: Unit, *, who: Who) -> list[Chat]:
    """One's own chats, the oldest first. Raises NotAllowed, NotForStewards."""
    return await links.chats(unit, must_be_themself(who))


async def one(unit: Unit, *, who: Who, account_id: int) -> Chat:
    """One of one's own chats. Raises NotAllowed, ChatGone."""
    return _of(await mine(unit, who=who), account_id)


def _of(chats: list[Chat], account_id: int) -> Chat:
    found = next((chat for chat in chats if chat.id == account_id), None)
    if found is None:
        raise ChatGone()
    return found


async def prefer(unit: Unit, *, who: Who, account_id: int | None) -> list[Chat]:
    """Have notices come to one chat first; None: to the one used last. Raises NotAllowed, NotForStewards, ChatGone."""
    me = must_be_themself(who)
    if account_id is not None:
        await one(unit, who=who, account_id=account_id)
    await links.prefer(unit, resident_id=me, account_id=account_id)
    return await mine(unit, who=who)


async def check_may_go(unit: Unit, *, who: Who, account_id: int) -> Chat:
    """The chat that is to be let go. Raises NotAllowed, ChatGone, LastAccount."""
    chats = await mine(unit, who=who)
    gone = _of(chats, account_id)
    if not any(chat.reachable for chat in chats if chat.id != account_id):
        raise LastAccount()
    return gone


async def let_go(unit: Unit, *, who: Who, account_id: int, now: datetime) -> Chat:
    """Make one of one's own chats nobody's; it and the other chats are told. Raises NotAllowed, ChatGone, LastAccount.

    A letting go from elsewhere closes a web chat wherever it is open: whoever holds that screen may not be its
    resident.
    """
    gone = await check_may_go(unit, who=who, account_id=account_id)
    await _let_go(unit, who, who.me, gone, now)
    return gone


async def _let_go(unit: Unit, who: Who, resident_id: int, gone: Chat, now: datetime) -> None:
    if not await links.let_go(unit, account_id=gone.id, resident_id=resident_id, now=now):
        raise ChatGone()
    await outbox.withdraw(unit, about(gone.id))
    left = [chat for chat in await links.chats(unit, resident_id) if chat.id != who.account_id]
    by = "" if resident_id == who.me else who.name
    await tell(unit, "linking.let_go", left, now=now, channel=gone.channel, by=by)
    if gone.id == who.account_id:
        return
    await tell(unit, "linking.gone", [gone], now=now, town=who.town.name)
    if gone.channel == WEB:
        await links.end_sessions(unit, gone.id)


async def elsewhere(unit: Unit, *, who: Who) -> list[Elsewhere]:
    """The phones of others through which one may speak, but for this one. Raises NotAllowed, NotForStewards."""
    return [one for one in await links.elsewhere(unit, must_be_themself(who)) if one.id != who.account_id]


async def leave(unit: Unit, *, who: Who, account_id: int) -> Elsewhere:
    """Take oneself off somebody else's phone, from wherever one is: whoever holds it may not be of the home.

    Raises NotAllowed, ChatGone, OtherBusy, and LastAccount where nothing else reaches one.
    """
    phone = next((one for one in await elsewhere(unit, who=who) if one.id == account_id), None)
    if phone is None:
        raise ChatGone()
    if not await household.is_reached_elsewhere(unit, resident_id=who.me, account_id=account_id):
        raise LastAccount()
    if not await links.try_hold(unit, account_id):
        raise OtherBusy()
    await household.take_off(unit, account_id=account_id, resident_id=who.me)
    return phone


# -- for somebody who lost a phone, or linked a wrong one --------------------------------------------------------------


async def theirs(unit: Unit, *, who: Who, resident_id: int) -> Theirs:
    """Somebody's chats. Raises NotAllowed, NotFound."""
    await must_coordinate_town(unit, who)
    person = await roles.resident(unit, resident_id)
    if person is None:
        raise NotFound(what="resident")
    return Theirs(person, await links.chats(unit, resident_id))


async def _must_answer_for(unit: Unit, who: Who, resident_id: int) -> None:
    duties = await must_coordinate_town(unit, who)
    if resident_id != who.me:
        await must_answer_for(unit, duties, resident_id)


async def tell_mayors(unit: Unit, who: Who, person_id: int, name: str, now: datetime, *, other: str = "") -> None:
    """Somebody else knows of each code that was made for another, whose own chats may all be lost.

    With `other`: of what was said for somebody who has none, that the other one is they too.
    """
    rows = [
        outbox.new_row(
            notice="linking.vouched_for",
            resident_id=mayor_id,
            dedupe_key=f"linking.vouched_for:{person_id}:{mayor_id}:{now.isoformat()}",
            now=now,
            by=who.name,
            name=name,
            other=other,
        )
        for mayor_id in await roles.mayors(unit)
        if mayor_id not in (who.me, person_id)
    ]
    await outbox.put(unit, rows)


async def one_of_theirs(unit: Unit, *, who: Who, resident_id: int, account_id: int) -> tuple[Theirs, Chat]:
    """One of somebody's chats. Raises NotAllowed, NotFound, ChatGone."""
    seen = await theirs(unit, who=who, resident_id=resident_id)
    return seen, _of(seen.chats, account_id)


async def let_go_for(unit: Unit, *, who: Who, resident_id: int, account_id: int, now: datetime) -> Theirs:
    """Make a chat of somebody's nobody's, be it their last: they lost it, or it was never theirs.

    Nobody's history is touched: a chat has none of its own. Raises NotAllowed, NotFound, ChatGone, OtherBusy, and
    LastAccount for the last of one's own.
    """
    await _must_answer_for(unit, who, resident_id)
    if not await places.try_lock(unit, resident_id):
        raise OtherBusy()
    if resident_id == who.me:
        await let_go(unit, who=who, account_id=account_id, now=now)
    else:
        _seen, gone = await one_of_theirs(unit, who=who, resident_id=resident_id, account_id=account_id)
        await _let_go(unit, who, resident_id, gone, now)
    return await theirs(unit, who=who, resident_id=resident_id)


async def vouch(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> tuple[Theirs, NewCode]:
    """A code for somebody who stands before a coordinator with a new phone; their chats are told, and the mayor.

    Raises NotAllowed, NotFound, OtherBusy.
    """
    seen = await theirs(unit, who=who, resident_id=resident_id)
    await _must_answer_for(unit, who, resident_id)
    code = await code_for(unit, resident_id=resident_id, account_id=who.account_id, now=now)
    if resident_id != who.me:
        await tell(unit, "linking.vouched", seen.chats, now=now, by=who.name)
        await tell_mayors(unit, who, seen.person.id, seen.person.name, now)
    return seen, NewCode(code, now + LASTS)
