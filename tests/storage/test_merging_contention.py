"""Two residents are made one while both of them tap: whatever comes first, nothing is lost and nothing counts twice.

On PostgreSQL several processes serve at once; on SQLite one does.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.goods import claiming
from handlers.kit.who import Who
from handlers.merging import actions, jobs
from handlers.polls import casting
from storage import inbox
from storage.queries import household, merging_polls
from storage.sql import select
from storage.tables import (
    Account,
    Ballot,
    Batch,
    Claim,
    HoursEntry,
    Merge,
    Outbox,
    Poll,
    PollElector,
    Resident,
    ResidentState,
    Shift,
    Signup,
    Speaker,
    table_of,
)
from storage.unit import Unit
from tests.storage.test_contention import CHANNEL, NOW, Ground, ground  # noqa: F401 - a fixture
from tests.storage.test_goods_contention import Shop
from tests.storage.test_voting_contention import a_poll
from town.facts import Fact, MergeOver, NotFound, OtherBusy
from town.polls import new_key

accounts, residents, signups, shifts = (table_of(model) for model in (Account, Resident, Signup, Shift))
entries, claims, batches, merges = (table_of(model) for model in (HoursEntry, Claim, Batch, Merge))
notices = table_of(Outbox)
ballots, electors, polls, speakers = table_of(Ballot), table_of(PollElector), table_of(Poll), table_of(Speaker)

PAIRS = 8


class Pairs:
    """People who are in the town twice: the address of each on their first and on their second phone."""

    def __init__(self, ground: Ground) -> None:  # noqa: F811 - pytest's own way
        self.ground = ground
        self.addresses: list[tuple[int, int]] = []
        self.ids: dict[int, int] = {}
        self.town = replace(ground.mayor.town, required_minutes=0)

    async def begin(self, count: int = PAIRS) -> None:
        people = [address for (address,) in await self.ground.people(2 * count)]
        self.addresses = list(zip(people[::2], people[1::2], strict=True))
        rows = await self.ground.rows(select(accounts.c.address, accounts.c.resident_id))
        self.ids = {int(row.address): row.resident_id for row in rows if row.resident_id is not None}

    async def merge(self, number: int, pair: tuple[int, int], *, from_first: bool) -> None:
        """Say yes on one of the two phones until it is the moment for it."""
        first, second = (self.ids[address] for address in pair)
        for again in range(200):
            try:
                async with self.ground.any_process(number + again).database.unit() as unit:
                    opened = await self._opened(unit, pair[0 if from_first else 1])
                    account_id = opened.account_id
                    await actions.merge(unit, kept_id=first, gone_id=second, account_id=account_id, now=NOW)
                return
            except OtherBusy:
                await asyncio.sleep(0.002 * (1 + again % 5))
        raise AssertionError("it was never the moment to make them one")

    async def undo(self, number: int, merge_id: int) -> Fact | None:
        for again in range(200):
            try:
                async with self.ground.any_process(number).database.unit() as unit:
                    await actions.undo(unit, who=self.ground.mayor, merge_id=merge_id, now=NOW)
                return None
            except OtherBusy:
                await asyncio.sleep(0.002 * (1 + again % 5))
            except Fact as fact:
                return fact
        raise AssertionError("it was never the moment to make them two")

    async def _opened(self, unit: Unit, address: int) -> inbox.Opened:
        """As an update begins: the account and whoever speaks are locked."""
        return await inbox.open_update(unit, channel=CHANNEL, address=str(address), key="", language="en", now=NOW)

    async def speaks(self, number: int, address: int, what: Any) -> Fact | None:
        """Do something as an update from this phone does it: `what(unit, who)`."""
        try:
            async with self.ground.any_process(number).database.unit() as unit:
                opened = await self._opened(unit, address)
                me = opened.resident_id
                state, town = opened.resident_state, self.town
                await what(unit, Who(opened.account_id, CHANNEL, str(address), "en", me, "", state, town))
        except Fact as fact:
            return fact
        return None

    async def gone(self) -> set[int]:
        rows = await self.ground.rows(select(residents.c.id).where(residents.c.state == ResidentState.MERGED))
        return {row.id for row in rows}


async def _pairs(ground: Ground, count: int = PAIRS) -> Pairs:  # noqa: F811
    made = Pairs(ground)
    await made.begin(count)
    return made


async def test_merges_race_joins(ground: Ground) -> None:  # noqa: F811
    project = await ground.project()
    shift, narrow = await ground.shift(project, places=40), await ground.shift(project, places=5, hours=60)
    pairs = await _pairs(ground)
    taps = [
        ground.any_process(number).tap(address, f"shift:join:{which}")
        for number, pair in enumerate(pairs.addresses)
        for address in pair
        for which in (shift, narrow)
    ]
    making = [pairs.merge(n, pair, from_first=bool(n % 2)) for n, pair in enumerate(pairs.addresses)]
    await asyncio.gather(*taps, *making)
    gone = await pairs.gone()
    assert len(gone) == PAIRS
    for which in (shift, narrow):
        held = await ground.rows(
            select(signups.c.resident_id).where(signups.c.shift_id == which, signups.c.state.in_(["held", "offered"]))
        )
        [row] = await ground.rows(select(shifts.c.taken, shifts.c.places).where(shifts.c.id == which))
        assert not {one.resident_id for one in held} & gone
        assert row.taken == len(held) <= row.places
    assert (
        len(await ground.rows(select(signups).where(signups.c.shift_id == shift, signups.c.state == "held"))) == PAIRS
    )
    assert not await ground.rows(select(accounts).where(accounts.c.resident_id.in_(gone)))


async def test_merges_race_votes(ground: Ground) -> None:  # noqa: F811
    pairs = await _pairs(ground)
    poll_id = await a_poll(ground, secret=False)

    def votes(number: int, address: int, choice: str) -> Any:
        async def cast(unit: Unit, who: Who) -> None:
            await casting.cast(unit, voter=who.me, poll_id=poll_id, choice=choice, key=new_key(), now=NOW)

        return pairs.speaks(number, address, cast)

    voting = [
        votes(number + at, address, str(at + 1))
        for number, pair in enumerate(pairs.addresses)
        for at, address in enumerate(pair)
    ]
    making = [pairs.merge(n, pair, from_first=bool(n % 2)) for n, pair in enumerate(pairs.addresses)]
    said = await asyncio.gather(*voting, *making)
    assert said[: len(voting)] == [None] * len(voting)
    cast = await ground.rows(select(ballots.c.resident_id).where(ballots.c.poll_id == poll_id))
    asked = await ground.rows(select(electors).where(electors.c.poll_id == poll_id))
    [poll] = await ground.rows(select(polls).where(polls.c.id == poll_id))
    gone = await pairs.gone()
    assert len(cast) == PAIRS
    assert {row.resident_id for row in cast} == {row.resident_id for row in asked if row.how}
    assert not {row.resident_id for row in asked} & gone
    assert poll.electorate == len(asked) == PAIRS + 1, "and the mayor"


async def test_merges_race_claims(ground: Ground) -> None:  # noqa: F811
    goods, pairs = Shop(ground), await _pairs(ground)
    batch = await goods.bread(2 * PAIRS, allowance=1000)  # who asks again when they are one has their part already

    def claims_some(number: int, address: int) -> Any:
        async def ask(unit: Unit, who: Who) -> None:
            await claiming.ask(unit, who=who, batch_id=batch, amount=1000, now=NOW, wait=True)

        return pairs.speaks(number, address, ask)

    asking = [claims_some(number, address) for number, pair in enumerate(pairs.addresses) for address in pair]
    making = [pairs.merge(n, pair, from_first=bool(n % 2)) for n, pair in enumerate(pairs.addresses)]
    await asyncio.gather(*asking, *making)
    gone = await pairs.gone()
    found = await ground.rows(select(claims).where(claims.c.batch_id == batch))
    alive = [row for row in found if row.state in ("held", "waiting")]
    [row] = await ground.rows(select(batches).where(batches.c.id == batch))
    assert len(alive) == len({one.resident_id for one in alive}) == PAIRS
    assert not {one.resident_id for one in alive} & gone
    assert row.shelf - row.free == sum(one.amount for one in alive) == 1000 * PAIRS


async def test_merges_race_the_roster(ground: Ground) -> None:  # noqa: F811
    project = await ground.project()
    shift = await ground.shift(project, places=40)
    pairs = await _pairs(ground)
    for number, pair in enumerate(pairs.addresses):
        for address in pair[number % 2 :]:
            await ground.any_process(0).tap(address, f"shift:join:{shift}")
    coordinator = await ground.coordinator(project)
    ground.clock.instant = NOW + timedelta(hours=40)
    making = [pairs.merge(n, pair, from_first=bool(n % 2)) for n, pair in enumerate(pairs.addresses)]
    await asyncio.gather(ground.any_process(1).tap(coordinator, f"hours:all:{shift}:0:0:0"), *making)
    await ground.any_process(0).tap(coordinator, f"hours:all:{shift}:0:0:0", key="again")
    gone, sums = await pairs.gone(), dict[int, int]()
    for row in await ground.rows(select(entries.c.resident_id, entries.c.minutes)):
        sums[row.resident_id] = sums.get(row.resident_id, 0) + row.minutes
    assert {minutes for one, minutes in sums.items() if one in gone} <= {0}
    assert sorted(minutes for one, minutes in sums.items() if one not in gone) == [120] * PAIRS


async def test_two_undo_at_once(ground: Ground) -> None:  # noqa: F811
    pairs = await _pairs(ground, 2)
    [pair, other] = pairs.addresses
    await asyncio.gather(
        *(pairs.merge(n, pair, from_first=bool(n)) for n in range(1)), pairs.merge(1, other, from_first=True)
    )
    made = [row.id for row in await ground.rows(select(merges.c.id).order_by(merges.c.id))]
    said = await asyncio.gather(*(pairs.undo(n, merge_id) for n in range(4) for merge_id in made))
    assert len(said) == 8
    assert [type(one) for one in said].count(MergeOver) == 6
    assert said.count(None) == 2
    assert not await pairs.gone()


async def test_two_make_one_of_the_same_two_at_once(ground: Ground) -> None:  # noqa: F811
    pairs = await _pairs(ground, 1)
    [pair] = pairs.addresses
    done = await asyncio.gather(
        *(pairs.merge(n, pair, from_first=bool(n % 2)) for n in range(4)), return_exceptions=True
    )
    assert sorted(str(type(one)) for one in done) == sorted(map(str, [type(None), *[NotFound] * 3]))
    assert len(await ground.rows(select(merges))) == 1


async def test_an_update_that_waits_for_a_merge_knows_who_speaks_then(ground: Ground) -> None:  # noqa: F811
    """Nobody who taps in that moment is taken for a stranger."""
    pairs = await _pairs(ground, 1)
    [(first, second)] = pairs.addresses
    kept, gone = pairs.ids[first], pairs.ids[second]

    async def speaks() -> tuple[int | None, str | None, str | None]:
        async with ground.any_process(1).database.unit() as unit:
            opened = await pairs._opened(unit, second)
            return opened.resident_id, opened.name, opened.resident_state

    [before] = await ground.rows(select(residents.c.name).where(residents.c.id == kept))
    async with ground.any_process(0).database.unit() as unit:
        opened = await pairs._opened(unit, first)
        await actions.merge(unit, kept_id=kept, gone_id=gone, account_id=opened.account_id, now=NOW)
        begun = asyncio.create_task(speaks())
        await asyncio.sleep(0.2)
        assert not begun.done()
    assert await begun == (kept, before.name, ResidentState.RESIDENT)


async def test_a_merge_does_not_wait_for_a_phone_that_is_shared(ground: Ground) -> None:  # noqa: F811
    """Whoever speaks there may wait for what the merge has locked."""
    pairs = await _pairs(ground, 1)
    [(first, second)] = pairs.addresses
    [(neighbour,)] = await ground.people(1)
    async with ground.database.unit() as unit:
        opened = await pairs._opened(unit, neighbour)
        phone = opened.account_id
        await household.share(unit, account_id=phone, resident_id=pairs.ids[second], now=NOW)

    async def make_one(unit: Unit, who: Who) -> None:
        two = {"kept_id": who.me, "gone_id": pairs.ids[second]}
        await actions.merge(unit, **two, account_id=who.account_id, now=NOW)

    if ground.database.is_sqlite:
        return await pairs.merge(0, (first, second), from_first=True)
    async with ground.any_process(0).database.unit() as unit:
        await pairs._opened(unit, neighbour)
        said = await asyncio.wait_for(pairs.speaks(1, first, make_one), 5)
        assert isinstance(said, OtherBusy)
    await pairs.merge(0, (first, second), from_first=True)
    [row] = await ground.rows(select(speakers).where(speakers.c.account_id == phone))
    assert row.resident_id == pairs.ids[first]
    return None


async def test_a_poll_that_opens_during_a_merge_asks_one_of_the_two(ground: Ground) -> None:  # noqa: F811
    pairs = await _pairs(ground, 1)
    [(first, second)] = pairs.addresses
    async with ground.any_process(0).database.unit() as unit:
        here = await pairs._opened(unit, first)
        two = {"kept_id": pairs.ids[first], "gone_id": pairs.ids[second]}
        await actions.merge(unit, **two, account_id=here.account_id, now=NOW)
        opening = asyncio.create_task(a_poll(ground, secret=True))
        await asyncio.sleep(0.3)
    poll_id = await opening
    async with ground.any_process(1).database.unit() as unit:
        tidied = await jobs.tidy(unit, NOW, pairs.town)
        assert tidied == (0 if unit.is_sqlite else 2), "one elector, and what they were told"
        assert not await merging_polls.has_strays(unit)
    asked = await ground.rows(select(electors.c.resident_id).where(electors.c.poll_id == poll_id))
    [poll] = await ground.rows(select(polls.c.electorate).where(polls.c.id == poll_id))
    assert {row.resident_id for row in asked} == {pairs.ids[first], ground.mayor.me}
    assert poll.electorate == len(asked) == 2
    told = await ground.rows(select(notices).where(notices.c.notice.like("poll.%"), notices.c.state == "waiting"))
    assert sorted(row.resident_id for row in told) == sorted(row.resident_id for row in asked)
