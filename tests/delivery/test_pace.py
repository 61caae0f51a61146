"""The pace, on a clock that jumps: hours of sending take no time, and every instant is exact."""

from __future__ import annotations

import asyncio
import itertools
import random
import selectors
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.pace import ChatId, Lane, Limits, Pace

EPSILON = 1e-6
TINY = Limits(chat_spacing=1.0, chat_burst=2, overall=4, overall_period=1.0, per_group=3, group_period=10.0)


class _JumpingSelector(selectors.SelectSelector):
    """Where a real selector would wait, moves the clock instead."""

    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        events = super().select(0)
        if not events:
            assert timeout is not None, "everybody waits and nothing will ever happen"
            self.now += timeout
        return events


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only when there is nothing to do, and then at once."""

    def __init__(self) -> None:
        self.clock = _JumpingSelector()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now


def run(story: Coroutine[Any, Any, None]) -> None:
    """Live through `story` on a jumping clock."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(story)


def now() -> float:
    return asyncio.get_running_loop().time()


class Log:
    """Takes turns and remembers who got one when, in seconds since the start."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.began = now()
        self.sent: list[tuple[float, ChatId, Lane]] = []

    async def send(self, chat: ChatId, lane: Lane = Lane.BULK) -> None:
        async with self.pace.turn(chat, lane):
            self.sent.append((now() - self.began, chat, lane))

    def times(self, chat: ChatId | None = None) -> list[float]:
        return [at for at, to, _ in self.sent if chat is None or to == chat]


def most_in_window(times: Iterable[float], period: float) -> int:
    """The largest number of `times` in any window of `period`, its end excluded."""
    ordered = sorted(times)
    ends = [bisect_left(ordered, start + period - EPSILON) for start in ordered]
    return max((end - bisect_left(ordered, start) for start, end in zip(ordered, ends, strict=True)), default=0)


def check_limits(log: Log, limits: Limits) -> None:
    """No window over the cap, no chat too fast, no group over its minute."""
    assert most_in_window(log.times(), limits.overall_period) <= limits.overall
    by_chat: dict[ChatId, list[float]] = defaultdict(list)
    for at, chat, _ in log.sent:
        by_chat[chat].append(at)
    for chat, times in by_chat.items():
        for many in range(1, len(times)):
            span = many * limits.chat_spacing
            assert most_in_window(times, span) <= limits.chat_burst - 1 + many
        if isinstance(chat, str) or chat < 0:
            assert most_in_window(times, limits.group_period) <= limits.per_group


sends = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, 4, 5, -7, "@town"]),
        st.sampled_from(list(Lane)),
        st.floats(0, 5),  # when it is asked for
        st.none() | st.floats(0, 3),  # how long it is waited for
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(sends=sends, halts=st.lists(st.tuples(st.floats(0, 6), st.floats(0, 4)), max_size=3))
def test_limits_hold_whatever_happens(
    sends: list[tuple[ChatId, Lane, float, float | None]], halts: list[tuple[float, float]]
) -> None:
    async def story() -> None:
        log = Log(Pace(TINY))
        halted: list[tuple[float, float]] = []
        gave_up = 0

        async def one(chat: ChatId, lane: Lane, after: float, patience: float | None) -> None:
            nonlocal gave_up
            await asyncio.sleep(after)
            try:
                async with asyncio.timeout(patience):
                    await log.send(chat, lane)
            except TimeoutError:
                gave_up += 1

        async def halt(after: float, seconds: float) -> None:
            await asyncio.sleep(after)
            log.pace.halt(seconds)
            halted.append((now() - log.began, seconds))

        await asyncio.gather(*(one(*send) for send in sends), *(halt(*when) for when in halts))
        assert len(log.sent) + gave_up == len(sends)
        check_limits(log, TINY)
        for began, seconds in halted:
            assert not [at for at in log.times() if began + EPSILON < at < began + seconds - EPSILON]

    run(story())


def test_thirty_a_second_evenly_and_never_more() -> None:
    async def story() -> None:
        log = Log(Pace())
        await asyncio.gather(*(log.send(person) for person in range(1, 301)))
        assert most_in_window(log.times(), 1.0) == 30
        assert log.times() == pytest.approx([number / 30 for number in range(300)], rel=0.003, abs=0.02)
        assert [chat for _, chat, _ in log.sent] == list(range(1, 301))

    run(story())


def test_a_loop_that_is_a_little_late_loses_nothing() -> None:
    """Every turn comes up to six milliseconds late: that is within the margin, and does not add up."""

    async def story() -> None:
        log, chance = Log(Pace(Limits(overall=300))), random.Random(7)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, JumpingLoop)

        async def late() -> None:
            while len(log.sent) < 3_000:
                await asyncio.sleep(0.004)
                loop.clock.now += chance.uniform(0, 0.006)

        await asyncio.gather(late(), *(log.send(person) for person in range(1, 3_001)))
        assert len(log.sent) / log.times()[-1] >= 0.985 * 300
        assert most_in_window(log.times(), 1.0) <= 300

    run(story())


JITTER = (0.0, 0.0, 0.001, 0.004, 0.03, 0.2)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), there=st.floats(0, 0.1), back=st.floats(0, 0.1))
def test_no_second_holds_too_many_however_they_travel(seed: int, there: float, back: float) -> None:
    """What counts is when Telegram got them, which nobody tells us: some take much longer there, or back."""

    async def story() -> None:
        pace, chance, received = Pace(Limits(overall=30)), random.Random(seed), list[float]()

        async def send(person: int) -> None:
            async with pace.turn(person, chance.choice([Lane.BULK, Lane.PERSONAL])):
                await asyncio.sleep(there + chance.choice(JITTER))
                received.append(now())
                await asyncio.sleep(back + chance.choice(JITTER))

        await asyncio.gather(*(send(person) for person in range(1, 401)))
        assert len(received) == 400
        assert most_in_window(received, 1.0) <= 30
        assert (max(received) - min(received)) * 30 < 400 * 1.2

    run(story())


def test_what_never_lands_counts_for_two_periods_at_most() -> None:
    async def story() -> None:
        pace, went = Pace(Limits(overall=3)), list[float]()

        async def lost(person: int) -> None:
            async with pace.turn(person, Lane.PERSONAL):
                went.append(now() - began)
                await asyncio.sleep(60)

        began = now()
        await asyncio.gather(*(lost(person) for person in range(1, 7)))
        assert went == pytest.approx([0, 0, 0, 2, 2, 2], abs=0.01)

    run(story())


def test_replies_may_come_at_once_up_to_the_cap() -> None:
    async def story() -> None:
        log = Log(Pace())
        await asyncio.gather(*(log.send(person, Lane.PERSONAL) for person in range(1, 61)))
        assert log.times() == pytest.approx([0] * 30 + [1] * 30, abs=0.01)

    run(story())


def test_one_chat_gets_a_small_burst_and_then_one_a_second() -> None:
    async def story() -> None:
        log = Log(Pace(Limits(chat_burst=3)))
        await asyncio.gather(*(log.send(1, Lane.PERSONAL) for _ in range(6)))
        assert log.times() == pytest.approx([0, 0, 0, 1, 2, 3])
        await asyncio.sleep(10)
        log.began = now()
        log.sent.clear()
        await asyncio.gather(*(log.send("1", Lane.PERSONAL) for _ in range(4)))
        assert log.times() == pytest.approx([0, 0, 0, 1])

    run(story())


def test_a_slow_chat_holds_nobody_up() -> None:
    async def story() -> None:
        log = Log(Pace(Limits(chat_burst=1)))
        await asyncio.gather(*(log.send(1) for _ in range(5)), log.send(2), log.send(3))
        assert log.times(2) + log.times(3) == pytest.approx([1 / 30, 2 / 30])

    run(story())


@pytest.mark.parametrize("group", [-100, "-100", "@riverbend"])
def test_twenty_a_minute_to_a_group(group: ChatId) -> None:
    async def story() -> None:
        log = Log(Pace())
        await asyncio.gather(*(log.send(group) for _ in range(45)))
        assert most_in_window(log.times(), 60.0) == 20
        assert max(log.times()) == pytest.approx(120 + 4 - 2)

    run(story())


def test_replies_overtake_bulk() -> None:
    async def story() -> None:
        log = Log(Pace(Limits(overall=10)))
        for person in range(1_000, 1_010):
            await log.send(person, Lane.PERSONAL)
        bulk = [asyncio.create_task(log.send(person)) for person in range(1, 31)]
        await asyncio.sleep(0.5)
        replies = [asyncio.create_task(log.send(person, Lane.PERSONAL)) for person in (29, 30, 500)]
        await asyncio.gather(*bulk, *replies)
        after_the_window = log.sent[10:]
        assert [chat for _, chat, _ in after_the_window[:5]] == [29, 30, 500, 1, 2]
        assert [at for at, _, _ in after_the_window[:5]] == pytest.approx([1, 1, 1, 1, 1.1], abs=0.02)
        check_limits(log, log.pace.limits)

    run(story())


def test_four_lanes_in_their_order() -> None:
    async def story() -> None:
        log = Log(Pace())
        log.pace.halt(1)
        sends = [log.send(person, lane) for person, lane in enumerate((*reversed(Lane), *reversed(Lane)), 1)]
        await asyncio.gather(*sends)
        order = [lane for _, _, lane in log.sent]
        assert order[:4] == [Lane.URGENT, Lane.PERSONAL] * 2
        assert order[4:] == [Lane.REMINDER, Lane.REMINDER, Lane.BULK, Lane.BULK]

    run(story())


def in_turns(waited: list[tuple[float, float, Lane]]) -> None:
    """Check that nobody of two lanes went twice while somebody of the other waited; items are asked, sent, lane."""
    went = sorted(waited, key=lambda one: one[1])
    for (_, first, lane), (_, second, next_lane) in pairwise(went):
        if lane is next_lane:
            passed_over = [one for one in waited if one[2] is not lane and one[0] < first and one[1] > second]
            assert not passed_over, f"{lane} at {first} and again at {second}"


@pytest.mark.parametrize(("warned", "asking"), [(150, 3), (150, 150), (3, 150)])
def test_a_warning_to_everybody_and_answers_take_turns(warned: int, asking: int) -> None:
    """The few hear at once, however many the others are; and where both are many, each has half of the pace."""

    async def story() -> None:
        log = Log(Pace())
        ahead, behind = sorted([(warned, Lane.URGENT), (asking, Lane.PERSONAL)], reverse=True)
        chats = itertools.count(1)
        crowd = [asyncio.create_task(log.send(next(chats), ahead[1])) for _ in range(ahead[0])]
        await asyncio.sleep(2)
        asked = now() - log.began
        await asyncio.gather(*(log.send(next(chats), behind[1]) for _ in range(behind[0])))
        came = [at - asked for at, _, lane in log.sent if lane is behind[1]]
        assert came[:3] == pytest.approx([0, 0, 0], abs=1.05 if behind[1] is Lane.URGENT else 0.2)
        if warned == asking:
            both = [lane for at, _, lane in log.sent if asked < at <= asked + 3]
            assert abs(both.count(Lane.URGENT) - both.count(Lane.PERSONAL)) <= 2
            assert len(both) >= 0.95 * 90
        await asyncio.gather(*crowd)
        check_limits(log, log.pace.limits)

    run(story())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([Lane.URGENT, Lane.PERSONAL]), st.floats(0, 4)), max_size=40))
def test_neither_the_urgent_nor_answers_are_passed_over_twice(asked: list[tuple[Lane, float]]) -> None:
    async def story() -> None:
        log = Log(Pace(replace(TINY, chat_burst=1)))
        waited = list[tuple[float, float, Lane]]()

        async def one(chat: int, lane: Lane, after: float) -> None:
            await asyncio.sleep(after)
            began = now()
            await log.send(chat, lane)
            waited.append((began, now(), lane))

        await asyncio.gather(*(one(chat, *when) for chat, when in enumerate(asked, 1)))
        in_turns(waited)
        check_limits(log, TINY)

    run(story())


def test_bulk_waits_on_when_a_reply_takes_its_place() -> None:
    async def story() -> None:
        log = Log(Pace(Limits(chat_burst=1)))
        log.pace.halt(5)
        bulk = asyncio.create_task(log.send(1))
        await asyncio.sleep(1)
        await log.send(1, Lane.PERSONAL)
        await bulk
        assert [lane for _, _, lane in log.sent] == [Lane.PERSONAL, Lane.BULK]
        assert log.times() == pytest.approx([5, 6])

    run(story())


def test_only_time_lifts_a_halt() -> None:
    async def story() -> None:
        log = Log(Pace())
        await log.send(1)
        log.pace.halt(20)
        waiting = [asyncio.create_task(log.send(chat, lane)) for chat, lane in ((2, Lane.BULK), (3, Lane.PERSONAL))]
        resumed = asyncio.create_task(log.pace.resumed())
        await asyncio.sleep(5)
        log.pace.halt(1)  # a shorter one changes nothing
        assert log.pace.halted_for() == pytest.approx(15)
        await asyncio.sleep(5)
        log.pace.halt(30)  # a longer one does
        await asyncio.sleep(29.9)
        assert not resumed.done()
        await asyncio.gather(resumed, *waiting)
        assert log.times() == pytest.approx([0, 40, 40])
        assert [chat for _, chat, _ in log.sent] == [1, 3, 2]
        assert log.pace.halted_for() == 0

    run(story())


def test_who_gives_up_waiting_takes_nothing() -> None:
    async def story() -> None:
        log = Log(Pace(Limits(overall=1, overall_period=10)))
        await log.send(1)
        first, second, third = (asyncio.create_task(log.send(chat)) for chat in (2, 2, 3))
        await asyncio.sleep(1)
        first.cancel()
        await asyncio.gather(first, second, third, return_exceptions=True)
        assert [chat for _, chat, _ in log.sent] == [1, 2, 3]
        assert log.times() == pytest.approx([0, 10, 20], abs=0.01)

    run(story())


@pytest.mark.parametrize("lane", Lane)
def test_a_turn_granted_to_somebody_cancelled_is_given_back(lane: Lane) -> None:
    async def story() -> None:
        log = Log(Pace(Limits(overall=1, overall_period=10, per_group=1, group_period=100, chat_burst=1)))
        log.pace.halt(10)
        lost, next_up = (asyncio.create_task(log.send(-2, lane)) for _ in range(2))
        # Within the loop's clock resolution: in the same round as the grant and after it, before `lost` wakes up.
        asyncio.get_running_loop().call_at(now() + 10 + 5e-10, lost.cancel)
        with pytest.raises(asyncio.CancelledError):
            await lost
        await next_up
        assert log.times() == pytest.approx([10])

    run(story())


def test_idle_chats_are_forgotten() -> None:
    async def story() -> None:
        pace = Pace(Limits(overall=10_000))
        for batch in range(8):
            for person in range(1_000):
                async with pace.turn(batch * 1_000 + person):
                    pass
            await asyncio.sleep(5)
        assert pace.chats_remembered <= 2_048

    run(story())


def test_scaled_limits_keep_counts_and_stretch_time() -> None:
    limits = Limits().scaled(0.1)
    assert (limits.overall, limits.per_group, limits.chat_burst) == (30, 20, 3)
    assert (limits.overall_period, limits.group_period, limits.chat_spacing) == pytest.approx((0.1, 6.0, 0.1))
    for nonsense in ({"overall": 0}, {"chat_burst": 0}, {"per_group": 0}):
        with pytest.raises(ValueError, match="at least one"):
            Limits(**nonsense)
    with pytest.raises(ValueError, match="negative"):
        Limits().scaled(-1)
