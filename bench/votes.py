"""What a vote costs: one tap beside the floor, in an open poll and in a secret one."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from bench.figures import Compared, compare
from bench.updates import ROUNDS, RUNS, floor, ours
from handlers.kit.poll_taps import VoteTap
from handlers.polls.opening import YES_NO, NewPoll, make
from storage.unit import Unit
from town.polls import Kind, new_key
from town.settings import TownSettings

_keys = (new_key() for _ in itertools.count())


async def vote(url: str) -> Compared:
    """A resident says yes in an open poll."""
    async with (
        floor(url) as least,
        ours(url, lambda number: VoteTap(do="cast", id=1, draft="1").pack(), "Your vote", _open) as mine,
    ):
        return await compare(least, mine, rounds=ROUNDS, runs=RUNS)


async def vote_secret(url: str) -> Compared:
    """A resident says yes on a ballot paper of a secret poll."""

    def tap(_number: int) -> str:
        return VoteTap(do="cast", id=1, key=next(_keys), draft="1").pack()

    async with floor(url) as least, ours(url, tap, "In the box", _secret) as mine:
        return await compare(least, mine, rounds=ROUNDS, runs=RUNS)


async def _open(unit: Unit) -> None:
    await _ask(unit, secret=False)


async def _secret(unit: Unit) -> None:
    await _ask(unit, secret=True)


async def _ask(unit: Unit, *, secret: bool) -> None:
    """Everybody may vote."""
    now = datetime.now(UTC)
    question = NewPoll("Shall we build a well?", Kind.YESNO, YES_NO, "town", now + timedelta(days=2), secret=secret)
    await make(unit, by=1, new=question, town=TownSettings(), now=now)
