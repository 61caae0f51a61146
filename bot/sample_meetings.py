"""How Riverbend meets: last week's meeting with its minutes, this week's with its agenda, one that seeks a date."""

from __future__ import annotations

from datetime import timedelta

from bot.sample_depth import Riverbend
from handlers.meetings import actions as meetings
from handlers.meetings import steering
from handlers.meetings.calling import NewMeeting, call
from handlers.minutes import actions as minutes
from handlers.minutes import assigning
from handlers.motions import actions as motions
from handlers.motions import voting
from handlers.polls.casting import cast
from storage.queries import guests
from storage.queries import meetings as kept
from town.polls import NO, YES

AWAY = ("Sofía Herrera", "Tom Fisher", "Zanele Moyo")
AGAINST = ("James Carter", "Ayesha Patel")


async def play(town: Riverbend) -> None:
    """In the order in which it happened."""
    await _last_week(town)
    await _this_week(town)
    await _looks_for_a_date(town)


async def _last_week(town: Riverbend) -> None:
    """Eleven came, put a windbreak to the vote, and Grace has written it down."""
    mayor, grace, evening = town.people["Naledi Mokoena"], town.people["Grace Adams"], town.at(-4, 18)
    new = NewMeeting("November meeting", "town", 90, evening, place="Town hall", quorum=50, secretary_id=grace.me)
    meeting = await call(town.unit, by=mayor.me, new=new, town=town.settings, now=town.at(-11, 10))
    topic, motion = [
        (
            await motions.propose(
                town.unit, who=mayor, meeting_id=meeting, kind=kind, title=title, about=about, now=town.at(-8, 10)
            )
        ).id
        for kind, title, about in (
            ("topic", "How the bakery's year went", "Pieter tells, then we talk."),
            ("motion", "Plant a windbreak along River Field", "Two hundred poplars; the farm has the seedlings."),
        )
    ]
    for name, who in town.people.items():
        if name not in AWAY:
            await guests.arrive(town.unit, meeting, who.me, by=None, now=evening - timedelta(minutes=5))
    await steering.begin(town.unit, who=mayor, meeting_id=meeting, now=evening)
    await _vote_on(town, motion, meeting)
    ended = evening + timedelta(minutes=80)
    await steering.end(town.unit, who=mayor, meeting_id=meeting, now=ended)
    written = town.at(-3, 17)
    for item, text in (
        (topic, "Pieter: 14,000 loaves, all of the flour from our own mill. Thanks to the early risers."),
        (motion, "The farm marks out the line; everybody with a spade is welcome on the first dry Saturday."),
    ):
        await minutes.write(town.unit, who=grace, meeting_id=meeting, item_id=item, text=text, over=False, now=written)
    await assigning.make(
        town.unit,
        who=grace,
        meeting_id=meeting,
        item_id=motion,
        decision_id=None,
        text="Mark out the line for the windbreak",
        owner_id=town.people["Sipho Dlamini"].me,
        due=town.at(4, 12).date(),
        now=written,
    )
    await minutes.publish(town.unit, who=grace, meeting_id=meeting, now=written)


async def _vote_on(town: Riverbend, item: int, meeting: int) -> None:
    mayor, now = town.people["Naledi Mokoena"], town.at(-4, 19)
    found = await kept.get(town.unit, meeting)
    if found is None:
        raise LookupError(meeting)
    poll = await voting.put(town.unit, who=mayor, item_id=item, asked=voting.usual(found), now=now)
    for name, who in town.people.items():
        if name not in AWAY:
            choice = str(NO if name in AGAINST else YES)
            await cast(town.unit, voter=who.me, poll_id=poll.id, choice=choice, key=None, now=now)
    await voting.close(town.unit, who=mayor, item_id=item, now=now + timedelta(minutes=5))


async def _this_week(town: Riverbend) -> None:
    """Thursday evening: a motion on the agenda, and a proposal that lacks one seconder."""
    mayor, james = town.people["Naledi Mokoena"], town.people["James Carter"]
    new = NewMeeting(
        "Plans for December", "town", 90, town.at(3, 18), place="Town hall", quorum=40,
        about="Whoever brings soup brings a friend.", secretary_id=town.people["Grace Adams"].me,
    )  # fmt: skip
    called = town.at(0, 11)
    meeting = await call(town.unit, by=mayor.me, new=new, town=town.settings, now=called)
    await motions.propose(
        town.unit, who=mayor, meeting_id=meeting, kind="motion", title="Close the mill for repairs in January",
        about="Three weeks; the bakery bakes with bought flour meanwhile.", now=called,
    )  # fmt: skip
    lamps = await motions.propose(
        town.unit, who=james, meeting_id=meeting, kind="motion", title="Lamps along Hill Street",
        about="Twelve solar lamps, put up by ourselves.", now=town.at(0, 15),
    )  # fmt: skip
    for name in ("Ayesha Patel", "Tom Fisher"):
        await motions.second(town.unit, who=town.people[name], item_id=lamps.id, now=town.at(0, 19))
    for name, coming, people in (
        ("Grace Adams", "yes", 1),
        ("James Carter", "yes", 2),
        ("Lindiwe Zulu", "yes", 1),
        ("Willem Smit", "maybe", 1),
        ("Zanele Moyo", "no", 1),
    ):
        await meetings.answer(
            town.unit, who=town.people[name], meeting_id=meeting, coming=coming, people=people, now=town.at(0, 20)
        )


async def _looks_for_a_date(town: Riverbend) -> None:
    """The workshop's people are asked which evening suits them."""
    anna = town.people["Anna Botha"]
    new = NewMeeting(
        "Workshop: what to build next year", f"project:{town.projects['Workshop']}", 60, place="Old Station",
        dates=(town.at(9, 18), town.at(10, 18), town.at(12, 10)), project_id=town.projects["Workshop"],
    )  # fmt: skip
    await call(town.unit, by=anna.me, new=new, town=town.settings, now=town.at(0, 12))
