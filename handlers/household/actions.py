"""A phone that a home shares: who speaks through it, who joins, who leaves.

Whoever speaks through a phone may see who does, and add somebody of the home. Each takes themself off; its own resident
takes off anybody, as long as the town can still reach them in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from handlers.signup import actions as signup
from storage import outbox
from storage.queries import household, links, places, roles, speakers
from storage.queries.speakers import Voice
from storage.tables import ResidentState
from storage.unit import Unit
from town.facts import LastAccount, NotAllowed, NotFound, OnlyPhone, OtherBusy, PhoneFull

MOST = 9
"""How many share one phone at most, its own resident among them: the question who speaks has ten choices."""


@dataclass(frozen=True, slots=True)
class Phone:
    """Who speaks through an account, by name: `owner_id` is its own resident, `me` whoever asks."""

    people: Sequence[Voice]
    owner_id: int
    me: int

    @property
    def is_full(self) -> bool:
        return len(self.people) >= MOST

    def of(self, resident_id: int) -> Voice:
        """Raises NotFound."""
        for one in self.people:
            if one.resident_id == resident_id:
                return one
        raise NotFound(what="resident")

    def may_take_off(self, resident_id: int) -> bool:
        """Whether whoever asks may take them off, as far as it is for them to say."""
        return self.me in (resident_id, self.owner_id) and len(self.people) > 1


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who has just signed up on a phone of the home; `first`: it was nobody else's than its own resident's."""

    resident_id: int
    name: str
    state: ResidentState
    first: bool


async def phone(unit: Unit, *, who: Who) -> Phone:
    """Who speaks through the account that somebody speaks through. Raises NotAllowed."""
    me = must_be_resident(who)
    if who.owner_id is None:
        raise NotAllowed(needed="resident")
    return Phone(await speakers.of_home(unit, account_id=who.account_id, owner_id=who.owner_id), who.owner_id, me)


async def check_room(unit: Unit, account_id: int) -> None:
    """Raises PhoneFull."""
    if 1 + await household.how_many(unit, account_id) >= MOST:
        raise PhoneFull(most=MOST)


async def add_new(
    unit: Unit,
    *,
    who: Who,
    name: str,
    street: str,
    consent: bool,
    join_code: str | None,
    setup_code: str | None,
    born: date | None,
    now: datetime,
) -> Newcomer:
    """Have somebody of the home sign up on this phone. Raises NotAllowed, PhoneFull and what a sign-up raises."""
    before = await phone(unit, who=who)
    await household.owner(unit, who.account_id)
    await check_room(unit, who.account_id)
    resident_id, state = await signup.sign_up_at_home(
        unit,
        who=who,
        name=name,
        street=street,
        consent=consent,
        join_code=join_code,
        setup_code=setup_code,
        born=born,
        now=now,
    )
    first = not who.shared
    if before.me != before.owner_id:
        await _tell_owner(unit, before.owner_id, resident_id, signup.clean_name(name), now, first=first)
    return Newcomer(resident_id, signup.clean_name(name), state, first=first)


async def join(unit: Unit, *, account_id: int, resident_id: int, now: datetime) -> bool:
    """Let a resident who has a chat of their own speak through this account too; both are told.

    Whoever calls this has asked both. False when they do already, or it is their own. Raises NotFound, PhoneFull.
    """
    owner_id = await household.owner(unit, account_id)
    name = await household.name_of(unit, resident_id)
    owner = await household.name_of(unit, owner_id) if owner_id is not None else None
    if name is None or owner is None or owner_id is None:
        raise NotFound(what="resident")
    if owner_id == resident_id or await _speaks(unit, account_id, owner_id, resident_id):
        return False
    await check_room(unit, account_id)
    first = await household.how_many(unit, account_id) == 0
    await household.share(unit, account_id=account_id, resident_id=resident_id, now=now)
    joined = outbox.new_row(
        notice="household.joined",
        resident_id=resident_id,
        dedupe_key=f"household.joined:{account_id}:{resident_id}:{now.isoformat()}",
        now=now,
        owner=owner,
        account=account_id,
    )
    await outbox.put(unit, [joined])
    await _tell_owner(unit, owner_id, resident_id, name, now, first=first)
    return True


async def to_take_off(unit: Unit, *, who: Who, resident_id: int) -> Voice:
    """Somebody whom one may take off this phone.

    Raises NotFound, NotAllowed, LastAccount of oneself or OnlyPhone of another whom nothing else reaches.
    """
    here = await phone(unit, who=who)
    one = here.of(resident_id)
    if not here.may_take_off(resident_id):
        raise NotAllowed(needed="phone owner")
    if await household.is_reached_elsewhere(unit, resident_id=resident_id, account_id=who.account_id):
        return one
    raise LastAccount() if resident_id == here.me else OnlyPhone(name=one.name)


async def take_off(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> Voice:
    """Take somebody off this phone. The phone of whoever leaves it as its own resident is then of who came next.

    Raises what `to_take_off` raises, and OtherBusy: they may be leaving, at this moment, the other phone on which the
    town could still reach them.
    """
    await household.owner(unit, who.account_id)
    if not await places.try_lock(unit, resident_id):
        raise OtherBusy()
    one = await to_take_off(unit, who=who, resident_id=resident_id)
    if resident_id == who.owner_id:
        await links.let_go(unit, account_id=who.account_id, resident_id=resident_id, now=now)
    else:
        await household.take_off(unit, account_id=who.account_id, resident_id=resident_id)
    if resident_id != who.me:
        row = outbox.new_row(
            notice="household.off",
            resident_id=resident_id,
            dedupe_key=f"household.off:{who.account_id}:{resident_id}:{now.isoformat()}",
            now=now,
            name=who.name,
        )
        await outbox.put(unit, [row])
    return one


async def ask_for_another_way(unit: Unit, *, who: Who, resident_id: int, now: datetime) -> Voice:
    """Ask those who let people in to find another way to somebody who is to leave this phone.

    Raises NotFound or NotAllowed.
    """
    here = await phone(unit, who=who)
    one = here.of(resident_id)
    if not here.may_take_off(resident_id):
        raise NotAllowed(needed="phone owner")
    day = now.date().isoformat()
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="household.asked",
                resident_id=asked,
                dedupe_key=f"household.asked:{resident_id}:{day}:{asked}",
                subject=f"aid:{resident_id}",
                now=now,
                name=who.name,
                other=one.name,
                resident=resident_id,
            )
            for asked in await roles.who_let_in(unit)
        ],
    )
    return one


async def left_on(unit: Unit, account_id: int, owner_id: int | None) -> Sequence[Voice]:
    """Who still speaks through a phone after somebody was taken off."""
    return await speakers.of_home(unit, account_id=account_id, owner_id=owner_id)


async def _speaks(unit: Unit, account_id: int, owner_id: int, resident_id: int) -> bool:
    people = await speakers.of_home(unit, account_id=account_id, owner_id=owner_id)
    return any(one.resident_id == resident_id for one in people)


async def _tell_owner(unit: Unit, owner_id: int, resident_id: int, name: str, now: datetime, *, first: bool) -> None:
    """Tell a phone's own resident that somebody else speaks through it."""
    row = outbox.new_row(
        notice="household.shared",
        resident_id=owner_id,
        dedupe_key=f"household.shared:{resident_id}:{now.isoformat()}",
        now=now,
        name=name,
        first=first,
    )
    await outbox.put(unit, [row])
