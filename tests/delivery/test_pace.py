"""The pace, on a clock that jumps: hours of sending take no time, and every instant is exact."""

from __future__ import annotations

import asyncio
import selectors
from collections import defaultdict
from collections.abc import Coroutine, Iterable
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
        await self.pace.turn(chat, lane)
        self.sent.append((now() - self.began, chat, lane))

    def times(self, chat: ChatId | None = None) -> list[float]:
        return [at for at, to, _ in self.sent if chat is None or to == chat]


def most_in_window(times: Iterable[float], period: float) -> int:
    """The largest number of `times` in any window of `period`, its end excluded."""
    ordered = sorted(times)
    return max((sum(start <= at < start + period - EPSILON for at in ordered) for start in ordered), default=0)


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
        assert log.times() == pytest.approx([number / 30 for number in range(300)], abs=0.05)
        assert [chat for _, chat, _ in log.sent] == list(range(1, 301))

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
        assert [at for at, _, _ in after_the_window[:5]] == pytest.approx([1, 1, 1, 1, 1.1], abs=0.01)
        check_limits(log, log.pace.limits)

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
                await pace.turn(batch * 1_000 + person)
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
