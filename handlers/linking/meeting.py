"""A code sent from a chat that is another resident's: they share the phone, or are one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.helping.actions import must_hold, must_not_help, thank
from handlers.household import actions as household
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.linking.actions import about, forget, look_again, looked_at, must_be_themself
from handlers.linking.chats import tell_mayors
from handlers.linking.taps import ForThemTap
from handlers.merging import actions as merging
from handlers.roles.actions import must_be_resident, must_coordinate
from storage import outbox
from storage.queries import helping, links, places, speakers
from storage.queries.links import Asked
from storage.unit import Unit
from town.facts import CodeUsed, HelpsThem, NotTheirVoice, OtherBusy

ANSWER_WITHIN = timedelta(hours=24)
"""How long the other chat may take to say that two residents are one person."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who is to say in the first chat whether two are one person.

    `steward` speaks for them, who have no phone; `nobody`: there is neither a chat of theirs nor a steward.
    """

    asked: Asked
    steward: str | None = None
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """What a steward said for somebody was done. `still_helped`: they go on speaking for them."""

    name: str
    still_helped: bool


async def share(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Asked:
    """Have the resident whose code was sent speak through this phone too.

    Raises CodeUsed, LinkOwn, LinkTogether, NotAllowed, OtherBusy, HelpsThem (a steward does not become whom they help
    on a phone of their own), and whatever `household.join` raises.
    """
    must_be_resident(who)
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked
    if not await places.try_lock(unit, asked.resident_id):
        raise OtherBusy()
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked  # they may have been made one with another
    await must_not_help(unit, who, asked.resident_id, asked.name)
    if not await links.use_code(unit, digest=asked.digest, account_id=who.account_id, now=now):
        raise CodeUsed()
    await household.join(unit, account_id=who.account_id, resident_id=asked.resident_id, now=now)
    forget(seat)
    return asked


async def preview(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> tuple[Question, merging.Preview]:
    """What would become of the two residents, and who is to be asked.

    Raises CodeUsed, LinkOwn, LinkTogether, NotAllowed, MergeWaits, and HelpsThem for the other one's steward.
    """
    me = must_be_resident(who)
    asked = (await look_again(unit, who=who, seat=seat, now=now)).asked
    await must_not_help(unit, who, asked.resident_id, asked.name)
    seen = await merging.preview(unit, first_id=asked.resident_id, second_id=me, now=now)
    return await _question(unit, asked), seen


async def _question(unit: Unit, asked: Asked) -> Question:
    to = asked.resident_id
    if await helping.has_own_account(unit, to) or await helping.shares_a_phone(unit, to):
        return Question(asked)
    one = await helping.one(unit, to)
    if one is None or one.steward_id is None or not await helping.hold(unit, resident_id=to, steward_id=one.steward_id):
        return Question(asked, nobody=True)
    return Question(asked, one.steward)


async def ask_to_merge(unit: Unit, *, who: Who, seat: Seat, now: datetime) -> Question:
    """Ask in the other chats, where the code came from, whether the two residents are one person.

    Who has no chat is asked through their steward; where there is nobody to ask, nothing is done. A second tap is told
    once more who was asked. Raises as `preview`, and NotForStewards.
    """
    me = must_be_themself(who)
    before = await links.code(unit, looked_at(seat))
    if before is not None and await links.awaits_answer(
        unit, resident_id=before.resident_id, account_id=who.account_id, other_id=me, now=now
    ):
        return await _question(unit, before)
    question, _preview = await preview(unit, who=who, seat=seat, now=now)
    asked = question.asked
    if question.nobody:
        return question
    until = now + ANSWER_WITHIN
    if not await links.use_code(unit, digest=asked.digest, account_id=who.account_id, now=now, until=until):
        raise CodeUsed()
    row = outbox.new_row(
        notice=links.SAME,
        resident_id=asked.resident_id,
        dedupe_key=links.question(asked.digest, me),
        subject=about(who.account_id),
        now=now,
        expires_at=until,
        name=who.name,
        channel=who.channel,
        account=who.account_id,
        other=me,
    )
    await outbox.put(unit, [row])
    return question


async def other_half(
    unit: Unit, *, who: Who, account_id: int, other_id: int, now: datetime
) -> tuple[str, merging.Preview]:
    """Who is asked about in the first chat, and what would become of the two.

    Raises CodeUsed when nobody is asked that any more, NotAllowed, MergeWaits, and HelpsThem for a steward who is, or
    helps, that other one.
    """
    me = must_be_resident(who)
    if who.steward_id is not None:
        await must_be_apart(unit, who.steward_id, other_id, who.name)
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

    Raises as `other_half`. A steward says no here too, but yes in their own voice alone (`answer_for`): else
    NotForStewards.
    """
    me = must_be_themself(who) if same else must_be_resident(who)
    for one in (me, other_id) if same else ():  # before their codes, as whoever ends that part
        await helping.of(unit, one, lock=True)
    await _asked_about(unit, me, account_id, other_id)
    if not await links.answer(unit, resident_id=me, account_id=account_id, other_id=other_id, now=now):
        raise CodeUsed()
    if not same:
        await _tell_no(unit, who, other_id, now)
        return
    await _make_one(unit, who, me, other_id, now)


async def answer_for(
    unit: Unit, *, who: Who, helped_id: int, account_id: int, other_id: int, consent: str, now: datetime
) -> Answered:
    """Say for somebody without a phone, as they agreed, that the resident in the other chat is they too: made one.

    It is written down who said it for whom, and how they agreed (`consent`: spoken or written); the mayor is told.
    Raises NotAllowed, NotTheirVoice for who does not speak for them (any more), HelpsThem for a steward who is, or
    helps, that other one, and CodeUsed, MergeWaits, OtherBusy as `answer`.
    """
    await must_coordinate(unit, who)
    name = await helping.name_of(unit, helped_id)
    if name is None:
        raise NotTheirVoice()
    await must_hold(unit, resident_id=helped_id, steward_id=who.me)
    await must_be_apart(unit, who.me, other_id, name)
    other = await _asked_about(unit, helped_id, account_id, other_id)
    if not await links.answer(unit, resident_id=helped_id, account_id=account_id, other_id=other_id, now=now):
        raise CodeUsed()
    said = ForThemTap(do=consent, helped=helped_id, id=account_id, other=other_id).pack()
    await speakers.note_deed(unit, resident_id=helped_id, steward_id=who.me, what=said, now=now)
    kept = await _make_one(unit, who, helped_id, other_id, now)
    await tell_mayors(unit, who, helped_id, name, now, other=other)
    return Answered(kept.kept, still_helped=await helping.of(unit, kept.kept_id) == who.me)


async def must_be_apart(unit: Unit, steward_id: int, other_id: int, name: str) -> None:
    """Raises HelpsThem for a steward who would make whom they help one with themself or another whom they help."""
    if other_id == steward_id or other_id in await helping.spoken_for(unit, steward_id):
        raise HelpsThem(name=name)


async def _make_one(unit: Unit, who: Who, first_id: int, second_id: int, now: datetime) -> merging.Preview:
    """Make one of two; whoever spoke for one of them and does not any more is told, and opens nothing with a code."""
    stewards = [await helping.of(unit, one) for one in (first_id, second_id)]
    seen = await merging.preview(unit, first_id=first_id, second_id=second_id, now=now)
    await merging.merge(unit, kept_id=seen.kept_id, gone_id=seen.gone_id, account_id=who.account_id, now=now)
    goes_on = await helping.of(unit, seen.kept_id)
    for steward_id in stewards:
        if steward_id is not None and steward_id != goes_on:
            await helping.end_codes(unit, resident_id=seen.kept_id, steward_id=steward_id, now=now)
            if goes_on is None and steward_id != who.me:
                await thank(unit, steward_id=steward_id, resident_id=seen.kept_id, name=seen.kept, now=now)
    return seen


async def _tell_no(unit: Unit, who: Who, other_id: int, now: datetime) -> None:
    row = outbox.new_row(
        notice="linking.not_same",
        resident_id=other_id,
        dedupe_key=f"linking.not_same:{who.me}:{other_id}:{now.isoformat()}",
        now=now,
        name=who.name,
    )
    await outbox.put(unit, [row])
