"""Who somebody is, at the very moment in which somebody else changes it: codes, chats, stewards, merges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from handlers.helping import actions as helping_actions
from handlers.household import actions as household_actions
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.linking import actions, chats, meeting
from handlers.linking.codes import code_in
from handlers.merging import actions as merging
from handlers.roles import actions as roles_actions
from handlers.shifts import placing
from storage.queries import helping, household, links, places, residents, roles
from storage.sql import select
from storage.tables import (
    Account,
    Deed,
    LinkCode,
    Merge,
    Outbox,
    Resident,
    ResidentState,
    Role,
    RoleGrant,
    Signup,
    Speaker,
    Steward,
    table_of,
)
from storage.unit import Unit
from tests.storage.moments import at_once, meanwhile, while_it_waits
from tests.storage.test_contention import CHANNEL, NOW, Ground, ground, only_postgres  # noqa: F401 - a fixture
from town.facts import CodeUsed, Fact, HasAccounts, NotFound, NotTheirVoice, OnlyPhone, OtherBusy

accounts, codes, merges, stewards = (table_of(model) for model in (Account, LinkCode, Merge, Steward))
people, notices, speakers, grants = (table_of(model) for model in (Resident, Outbox, Speaker, RoleGrant))
signups, deeds = table_of(Signup), table_of(Deed)

Act = Callable[[Unit], Awaitable[object]]


class Folk:
    """The people of a test, each as they would speak from their own chat."""

    def __init__(self, ground: Ground) -> None:  # noqa: F811
        self.ground = ground
        self.mayor = ground.mayor

    async def resident(self, name: str) -> Who:
        """A resident with a chat."""
        who = await self.without_a_phone(name)
        account_id = await self.chat(name, who.me)
        return replace(who, account_id=account_id, address=name, owner_id=who.me)

    async def coordinator(self, name: str) -> Who:
        who = await self.resident(name)
        async with self.ground.database.unit() as unit:
            await roles.give(unit, resident_id=who.me, role=Role.COORDINATOR, project_id=None, by=None, now=NOW)
        return who

    async def without_a_phone(self, name: str) -> Who:
        async with self.ground.database.unit() as unit:
            made = await residents.make(
                unit, name=name, street="Mill Lane", joined_at=NOW, consent_at=NOW, consent_version=4,
                state=ResidentState.RESIDENT, free_times=0, reminder_early=1440, reminder_late=120,
            )  # fmt: skip
        return replace(self.mayor, account_id=0, resident_id=made, name=name)

    async def chat(self, address: str, resident_id: int | None = None) -> int:
        async with self.ground.database.unit() as unit:
            account = await residents.make_account(unit, channel=CHANNEL, address=address, language="en", now=NOW)
            assert resident_id is None or await residents.link(unit, account, resident_id)
        return account

    async def helped(self, steward: Who, name: str = "Gogo") -> Who:
        """Somebody without a phone, for whom a coordinator speaks."""
        who = await self.without_a_phone(name)
        async with self.ground.database.unit() as unit:
            await helping_actions.take(
                unit, who=steward, resident_id=who.me, consent=helping_actions.SPOKEN, consent_on=NOW.date(), now=NOW
            )
        return who

    async def does(self, what: Act, who: Who | None = None, process: int = 1) -> Fact | None:
        """Do something in a process of its own; what was in its way."""
        try:
            async with self.ground.any_process(process).database.unit() as unit:
                await opens(unit, who)
                await what(unit)
        except Fact as fact:
            return fact
        return None

    async def rows(self, statement: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.ground.rows(statement)]

    async def good_codes(self, who: Who) -> int:
        wanted = select(codes.c.digest).where(codes.c.resident_id == who.me, codes.c.expires_at > NOW)
        return len(await self.rows(wanted))

    async def state(self, who: Who) -> str:
        [(state,)] = await self.rows(select(people.c.state).where(people.c.id == who.me))
        return str(state)


async def opens(unit: Unit, who: Who | None) -> None:
    """As an update of theirs begins."""
    if who is not None:
        await places.lock(unit, who.me)
        unit.locked_resident = who.me


@pytest.fixture
async def folk(ground: Ground) -> Folk:  # noqa: F811
    return Folk(ground)


def seat_of(who: Who) -> Seat:
    return Seat(account_id=who.account_id, state=None, data="{}", language="en")


async def sent(folk: Folk, code: str, who: Who) -> Seat:
    """A code, looked at where it was sent; the seat knows it."""
    seat = seat_of(who)
    async with folk.ground.database.unit() as unit:
        await actions.look(unit, who=who, seat=seat, code=code_in(code), now=NOW)
    return seat


# -- codes -------------------------------------------------------------------------------------------------------------


@only_postgres
async def test_a_new_code_ends_one_that_is_made_at_that_moment(folk: Folk) -> None:
    """A coordinator makes one for Anna while she asks for one herself: one of the two is good, or one comes later."""
    naledi, anna = await folk.coordinator("Naledi"), await folk.resident("Anna")

    async def vouches(unit: Unit) -> None:
        await opens(unit, naledi)
        await chats.vouch(unit, who=naledi, resident_id=anna.me, now=NOW)

    async def asks(unit: Unit) -> None:
        await actions.ask_code(unit, who=anna, now=NOW)

    database = folk.ground.database
    assert await at_once(database, vouches, folk.does(asks, anna)) is None
    assert await folk.good_codes(anna) == 1

    async def asks_first(unit: Unit) -> None:
        await opens(unit, anna)
        await asks(unit)

    async def vouches_too(unit: Unit) -> None:
        await chats.vouch(unit, who=naledi, resident_id=anna.me, now=NOW)

    said = await at_once(database, asks_first, folk.does(vouches_too, naledi))
    assert isinstance(said, OtherBusy)
    assert await folk.good_codes(anna) == 1


@only_postgres
async def test_of_two_who_send_one_code_at_once_one_is_asked_about(folk: Folk) -> None:
    """Anna's code is sent from two residents' chats: one of them may be her, not both."""
    anna, ben, cor = [await folk.resident(name) for name in ("Anna", "Ben", "Cor")]
    async with folk.ground.database.unit() as unit:
        code = await actions.code_for(unit, resident_id=anna.me, account_id=anna.account_id, now=NOW)
    seats = {who.me: await sent(folk, code, who) for who in (ben, cor)}

    async def shares(unit: Unit) -> None:
        await opens(unit, ben)
        await meeting.share(unit, who=ben, seat=seats[ben.me], now=NOW)

    async def asks(unit: Unit) -> None:
        await meeting.ask_to_merge(unit, who=cor, seat=seats[cor.me], now=NOW)

    assert isinstance(await meanwhile(folk.ground.database, shares, folk.does(asks, cor)), CodeUsed)
    assert await folk.rows(select(speakers.c.account_id, speakers.c.resident_id)) == [(ben.account_id, anna.me)]
    assert await folk.rows(select(notices.c.id).where(notices.c.notice == links.SAME)) == []


# -- stewards ----------------------------------------------------------------------------------------------------------


@only_postgres
async def test_no_code_is_made_by_whose_part_ends_at_that_moment(folk: Folk) -> None:
    """Else they could become whom they do not speak for any more."""
    pieter = await folk.coordinator("Pieter")
    gogo = await folk.helped(pieter)

    async def ends(unit: Unit) -> None:
        await opens(unit, folk.mayor)
        await helping_actions.end(unit, who=folk.mayor, resident_id=gogo.me, now=NOW)

    async def asks(unit: Unit) -> None:
        await helping_actions.code(unit, who=pieter, resident_id=gogo.me, now=NOW)

    assert isinstance(await meanwhile(folk.ground.database, ends, folk.does(asks, pieter)), NotTheirVoice)
    assert await folk.good_codes(gogo) == 0


@only_postgres
async def test_a_code_that_is_made_at_that_moment_ends_too(folk: Folk) -> None:
    pieter = await folk.coordinator("Pieter")
    gogo = await folk.helped(pieter)

    async def asks(unit: Unit) -> None:
        await opens(unit, pieter)
        await helping_actions.code(unit, who=pieter, resident_id=gogo.me, now=NOW)

    async def ends(unit: Unit) -> None:
        await helping_actions.end(unit, who=folk.mayor, resident_id=gogo.me, now=NOW)

    assert await meanwhile(folk.ground.database, asks, folk.does(ends, folk.mayor)) is None
    assert await folk.good_codes(gogo) == 0


@only_postgres
async def test_a_code_is_not_used_that_ends_at_that_moment(folk: Folk) -> None:
    """Gogo does not agree any more while somebody says yes in a new chat with her steward's code."""
    pieter = await folk.coordinator("Pieter")
    gogo, new = await folk.helped(pieter), await folk.chat("new")
    stranger = replace(folk.mayor, account_id=new, resident_id=None, resident_state=None)
    async with folk.ground.database.unit() as unit:
        _one, code = await helping_actions.code(unit, who=pieter, resident_id=gogo.me, now=NOW)
    seat = await sent(folk, code, stranger)

    async def ends(unit: Unit) -> None:
        await opens(unit, folk.mayor)
        await helping_actions.end(unit, who=folk.mayor, resident_id=gogo.me, now=NOW)

    async def links_it(unit: Unit) -> None:
        await actions.link(unit, who=stranger, seat=seat, now=NOW)

    assert isinstance(await meanwhile(folk.ground.database, ends, folk.does(links_it)), CodeUsed)
    assert await folk.rows(select(accounts.c.resident_id).where(accounts.c.id == new)) == [(None,)]


async def _asked_steward(folk: Folk) -> tuple[Who, Who, Who]:
    """A steward who is asked whether Gogo and G. in another chat are one; the three of them."""
    pieter, phone = await folk.coordinator("Pieter"), await folk.resident("G.")
    gogo = await folk.helped(pieter)
    async with folk.ground.database.unit() as unit:
        _one, code = await helping_actions.code(unit, who=pieter, resident_id=gogo.me, now=NOW)
    seat = await sent(folk, code, phone)
    async with folk.ground.database.unit() as unit:
        await meeting.ask_to_merge(unit, who=phone, seat=seat, now=NOW)
    return pieter, gogo, phone


def says_yes(pieter: Who, gogo: Who, phone: Who) -> Act:
    async def yes(unit: Unit) -> None:
        two = {"helped_id": gogo.me, "account_id": phone.account_id, "other_id": phone.me}
        await meeting.answer_for(unit, who=pieter, **two, consent="spoken", now=NOW)

    return yes


@only_postgres
async def test_no_yes_of_a_steward_counts_whose_part_ends_at_that_moment(folk: Folk) -> None:
    pieter, gogo, phone = await _asked_steward(folk)

    async def ends(unit: Unit) -> None:
        await opens(unit, folk.mayor)
        await helping_actions.end(unit, who=folk.mayor, resident_id=gogo.me, now=NOW)

    said = await meanwhile(folk.ground.database, ends, folk.does(says_yes(pieter, gogo, phone), pieter))
    assert isinstance(said, NotTheirVoice)
    assert await folk.rows(select(merges.c.id)) == []
    assert await folk.state(phone) == ResidentState.RESIDENT


@only_postgres
async def test_who_ends_the_part_of_a_steward_as_they_say_yes_is_told_that_it_is_over(folk: Folk) -> None:
    pieter, gogo, phone = await _asked_steward(folk)

    async def yes(unit: Unit) -> None:
        await opens(unit, pieter)
        await says_yes(pieter, gogo, phone)(unit)

    async def ends(unit: Unit) -> None:
        await helping_actions.end(unit, who=folk.mayor, resident_id=gogo.me, now=NOW)

    assert isinstance(await meanwhile(folk.ground.database, yes, folk.does(ends, folk.mayor)), NotFound)
    [(ended_by,)] = await folk.rows(select(stewards.c.ended_by))
    assert ended_by is None, "it follows from the merge"
    assert await folk.state(gogo) == ResidentState.MERGED, "of two who joined at once the lower id stays"


@only_postgres
async def test_a_yes_at_home_and_the_end_of_the_stewards_part_do_not_wait_in_a_circle(folk: Folk) -> None:
    """Whoever ends it locks the part and then its codes; so does whoever says yes on a phone of their home."""
    anna = await folk.resident("Anna")
    pieter, gogo, phone = await _asked_steward(folk)
    async with folk.ground.database.unit() as unit:
        await household.share(unit, account_id=anna.account_id, resident_id=gogo.me, now=NOW)
    ending: list[Unit] = []

    async def begins_to_end(unit: Unit) -> None:
        assert await helping.hold(unit, resident_id=gogo.me, steward_id=pieter.me)
        ending.append(unit)

    async def goes_on() -> None:
        assert await helping.end(ending[0], resident_id=gogo.me, steward_id=pieter.me, by=folk.mayor.me, now=NOW)

    async def yes(unit: Unit) -> None:
        two = {"account_id": phone.account_id, "other_id": phone.me}
        await meeting.answer(unit, who=replace(gogo, account_id=anna.account_id), **two, same=True, now=NOW)

    said = await while_it_waits(folk.ground.database, begins_to_end, folk.does(yes, gogo), goes_on())
    assert isinstance(said, CodeUsed)
    assert await folk.rows(select(merges.c.id)) == []


@only_postgres
async def test_a_second_yes_at_that_moment_makes_nobody_one_twice(folk: Folk) -> None:
    pieter, gogo, phone = await _asked_steward(folk)

    async def yes(unit: Unit) -> None:
        await opens(unit, pieter)
        await says_yes(pieter, gogo, phone)(unit)

    said = await meanwhile(folk.ground.database, yes, folk.does(says_yes(pieter, gogo, phone), pieter))
    assert isinstance(said, NotTheirVoice)
    [(kept, gone)] = await folk.rows(select(merges.c.kept_id, merges.c.gone_id))
    assert (kept, gone) == (phone.me, gogo.me), "whose id is the lower one, of two who joined at once"


@only_postgres
async def test_nothing_is_done_for_somebody_by_whose_part_ends_at_that_moment(folk: Folk) -> None:
    """Gogo agrees no longer, and says so as Naledi joins a shift for her."""
    naledi, here = await folk.coordinator("4711"), folk.ground
    gogo = await folk.helped(naledi)
    shift = await here.shift(await here.project(), places=5)

    async def ends(unit: Unit) -> None:
        await opens(unit, folk.mayor)
        await helping_actions.end(unit, who=folk.mayor, resident_id=gogo.me, now=NOW)

    tap = here.any_process(1).tap(4711, f"as:{gogo.me}:shift:join:{shift}")
    await meanwhile(here.database, ends, tap)
    assert await here.held(shift) == 0
    assert await folk.rows(select(deeds.c.what).where(deeds.c.what.contains("shift"))) == []
    assert "I did nothing" in here.heard()[4711][-1]


@only_postgres
async def test_nobody_begins_to_speak_for_who_is_made_one_at_that_moment(folk: Folk) -> None:
    """A steward of somebody who is gone would speak for nobody, and was told that they do."""
    naledi, anna = await folk.coordinator("Naledi"), await folk.resident("Anna")
    gogo = await folk.without_a_phone("Gogo")

    async def make_one(unit: Unit) -> None:
        await opens(unit, anna)
        await merging.merge(unit, kept_id=anna.me, gone_id=gogo.me, account_id=anna.account_id, now=NOW)

    async def takes(unit: Unit) -> None:
        await helping_actions.take(
            unit, who=naledi, resident_id=gogo.me, consent=helping_actions.SPOKEN, consent_on=NOW.date(), now=NOW
        )

    assert isinstance(await at_once(folk.ground.database, make_one, folk.does(takes, naledi)), OtherBusy)
    assert await folk.rows(select(stewards.c.id)) == []
    assert isinstance(await folk.does(takes, naledi), NotFound)


@only_postgres
async def test_nobody_begins_to_speak_for_who_links_a_chat_at_that_moment(folk: Folk) -> None:
    naledi, pieter = await folk.coordinator("Naledi"), await folk.coordinator("Pieter")
    gogo, new = await folk.helped(pieter), await folk.chat("new")
    stranger = replace(folk.mayor, account_id=new, resident_id=None, resident_state=None)
    async with folk.ground.database.unit() as unit:
        _one, code = await helping_actions.code(unit, who=pieter, resident_id=gogo.me, now=NOW)
    seat = await sent(folk, code, stranger)

    async def links_it(unit: Unit) -> None:
        await actions.link(unit, who=stranger, seat=seat, now=NOW)

    async def takes(unit: Unit) -> None:
        await helping_actions.take(
            unit, who=naledi, resident_id=gogo.me, consent=helping_actions.SPOKEN, consent_on=NOW.date(), now=NOW
        )

    assert isinstance(await at_once(folk.ground.database, links_it, folk.does(takes, naledi)), OtherBusy)
    assert isinstance(await folk.does(takes, naledi), HasAccounts)
    async with folk.ground.database.reading() as unit:
        assert await helping.of(unit, gogo.me) == pieter.me, "until the job ends it"


# -- phones of a home --------------------------------------------------------------------------------------------------


@only_postgres
async def test_nobody_is_taken_off_both_phones_of_their_home_at_once(folk: Folk) -> None:
    """Each of the two who own them sees the other phone on which Gogo can be reached."""
    anna, ben = await folk.resident("Anna"), await folk.resident("Ben")
    gogo = await folk.without_a_phone("Gogo")
    async with folk.ground.database.unit() as unit:
        for who in (anna, ben):
            await household.share(unit, account_id=who.account_id, resident_id=gogo.me, now=NOW)

    def takes_off(who: Who) -> Act:
        async def off(unit: Unit) -> None:
            await household_actions.take_off(unit, who=who, resident_id=gogo.me, now=NOW)

        return off

    async def first(unit: Unit) -> None:
        await opens(unit, anna)
        await takes_off(anna)(unit)

    assert isinstance(await at_once(folk.ground.database, first, folk.does(takes_off(ben), ben)), OtherBusy)
    assert isinstance(await folk.does(takes_off(ben), ben), OnlyPhone)
    assert await folk.rows(select(speakers.c.account_id)) == [(ben.account_id,)]


@only_postgres
async def test_nobody_leaves_one_phone_as_they_are_taken_off_the_other(folk: Folk) -> None:
    anna, ben = await folk.resident("Anna"), await folk.resident("Ben")
    gogo = await folk.without_a_phone("Gogo")
    async with folk.ground.database.unit() as unit:
        for who in (anna, ben):
            await household.share(unit, account_id=who.account_id, resident_id=gogo.me, now=NOW)
    on_bens = replace(gogo, account_id=ben.account_id, owner_id=ben.me, shared=True)

    async def leaves(unit: Unit) -> None:
        await opens(unit, on_bens)
        await household_actions.take_off(unit, who=on_bens, resident_id=gogo.me, now=NOW)

    async def takes_off(unit: Unit) -> None:
        await household_actions.take_off(unit, who=anna, resident_id=gogo.me, now=NOW)

    assert isinstance(await at_once(folk.ground.database, leaves, folk.does(takes_off, anna)), OtherBusy)
    assert await folk.rows(select(speakers.c.account_id)) == [(anna.account_id,)]


# -- merges ------------------------------------------------------------------------------------------------------------


def made_one(first: Who, second: Who) -> Act:
    async def make(unit: Unit) -> None:
        two = {"kept_id": first.me, "gone_id": second.me}
        await merging.merge(unit, **two, account_id=first.account_id, now=NOW)

    return make


@only_postgres
async def test_two_merges_of_one_person_come_one_after_the_other(folk: Folk) -> None:
    anna, annie, ann = [await folk.resident(name) for name in ("Anna", "Annie", "Ann")]

    async def first(unit: Unit) -> None:
        await opens(unit, anna)
        await made_one(anna, annie)(unit)

    assert isinstance(await at_once(folk.ground.database, first, folk.does(made_one(ann, annie), ann)), OtherBusy)
    assert isinstance(await folk.does(made_one(ann, annie), ann), NotFound), "Annie is nobody of her own any more"
    assert await folk.does(made_one(ann, anna), ann) is None
    assert await folk.rows(select(merges.c.kept_id, merges.c.gone_id).order_by(merges.c.id)) == [
        (anna.me, annie.me),
        (anna.me, ann.me),
    ]


@only_postgres
async def test_a_role_that_is_taken_back_at_the_moment_of_a_merge_is_nobodys(folk: Folk) -> None:
    """The mayor has taken it from one of the two: the merge that waited for that brings it to nobody."""
    anna, annie = await folk.resident("Anna"), await folk.coordinator("Annie")
    role: dict[str, Any] = {"resident_id": annie.me, "role": Role.COORDINATOR, "project_id": None, "now": NOW}

    async def takes_back(unit: Unit) -> None:
        await opens(unit, folk.mayor)
        await roles_actions.take_back(unit, who=folk.mayor, **role)

    assert await meanwhile(folk.ground.database, takes_back, folk.does(made_one(anna, annie), anna)) is None
    held = select(grants.c.resident_id).where(grants.c.role == Role.COORDINATOR, grants.c.ended_at.is_(None))
    assert await folk.rows(held) == []


@only_postgres
async def test_who_takes_a_role_back_of_one_who_is_gone_is_told_so(folk: Folk) -> None:
    anna, annie = await folk.resident("Anna"), await folk.coordinator("Annie")
    role: dict[str, Any] = {"resident_id": annie.me, "role": Role.COORDINATOR, "project_id": None, "now": NOW}

    async def make(unit: Unit) -> None:
        await opens(unit, anna)
        await made_one(anna, annie)(unit)

    async def takes_back(unit: Unit) -> None:
        await roles_actions.take_back(unit, who=folk.mayor, **role)

    assert isinstance(await meanwhile(folk.ground.database, make, folk.does(takes_back, folk.mayor)), NotFound)
    held = select(grants.c.resident_id).where(grants.c.role == Role.COORDINATOR, grants.c.ended_at.is_(None))
    assert await folk.rows(held) == [(anna.me,)]


@only_postgres
async def test_what_somebody_does_as_a_merge_is_undone_is_theirs_who_did_it(folk: Folk) -> None:
    """Anna gives the place back that came from Annie: it does not go back to Annie, and is counted for nobody."""
    anna, annie = await folk.resident("Anna"), await folk.resident("Annie")
    shift = await folk.ground.shift(await folk.ground.project(), places=3)
    async with folk.ground.database.unit() as unit:
        await placing.take(unit, annie.me, shift, town=annie.town, now=NOW, wait=True)
    assert await folk.does(made_one(anna, annie), anna) is None
    [(merge_id,)] = await folk.rows(select(merges.c.id))

    async def gives_back(unit: Unit) -> None:
        await opens(unit, anna)
        await placing.give_back(unit, anna.me, shift, town=anna.town, now=NOW)

    async def undoes(unit: Unit) -> None:
        await merging.undo(unit, who=folk.mayor, merge_id=merge_id, now=NOW)

    assert isinstance(await at_once(folk.ground.database, gives_back, folk.does(undoes, folk.mayor)), OtherBusy)
    assert await folk.does(undoes, folk.mayor) is None
    assert await folk.ground.states(shift) == {"released": 1}
    assert await folk.rows(select(signups.c.resident_id)) == [(anna.me,)]


@only_postgres
async def test_a_chat_that_is_let_go_as_a_merge_is_undone_is_nobodys(folk: Folk) -> None:
    anna, annie = await folk.resident("Anna"), await folk.resident("Annie")
    assert await folk.does(made_one(anna, annie), anna) is None
    [(merge_id,)] = await folk.rows(select(merges.c.id))

    async def lets_go(unit: Unit) -> None:
        await opens(unit, anna)
        await chats.let_go(unit, who=anna, account_id=annie.account_id, now=NOW)

    async def undoes(unit: Unit) -> None:
        await merging.undo(unit, who=folk.mayor, merge_id=merge_id, now=NOW)

    assert isinstance(await at_once(folk.ground.database, lets_go, folk.does(undoes, folk.mayor)), OtherBusy)
    assert await folk.does(undoes, folk.mayor) is None
    whose = select(accounts.c.resident_id).where(accounts.c.id == annie.account_id)
    assert await folk.rows(whose) == [(None,)]
