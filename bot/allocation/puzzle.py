"""What goes to the process that solves, and what comes back: plain JSON, both ways."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from town import settings
from town.allocation import Opening, Seeker, owed
from town.places import Kind
from town.settings import TownSettings
from town.shifts import ShiftFacts
from town.week import week_of

if TYPE_CHECKING:
    from storage.queries.planning import Asked


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The open places of a week, and everybody who could take one; both by id."""

    town: TownSettings
    now: datetime
    openings: tuple[Opening, ...]
    seekers: tuple[Seeker, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody proposed for a place, and why (`town.allocation.Why` as a dict)."""

    shift: int
    resident: int
    kind: Kind
    why: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Left:
    """Places of a kind that stay open. `why`: nobody has the "skill", all who have it are "busy", or are "needed"
    elsewhere, or no "master" is there for learners."""

    shift: int
    kind: Kind
    places: int
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a solve found: `places` were open, and no plan fills more than `bound` of them.

    `seconds` and `megabytes` (at its most) are what it took.
    """

    lines: tuple[Line, ...]
    left: tuple[Left, ...]
    places: int
    bound: int
    seconds: float = 0.0
    megabytes: float = 0.0


# -- there -------------------------------------------------------------------------------------------------------------


def dump(asked: Asked, town: TownSettings, week: date, now: datetime) -> bytes:
    """The rows that a plan is made of as JSON. Only for a thread of its own, where the town is large."""
    raw = {
        "town": settings.dump(town),
        "now": now.timestamp(),
        "week": week.isoformat(),
        "closed": asked.closed.isoformat() if asked.closed else None,
        "shifts": [[row.id, *_times(row), row.interest_id, row.general_free] for row in asked.shifts],
        "needs": [list(row) for row in asked.needs],
        "people": [[row.id, _iso(row.born), row.free_times, row.joined_at.timestamp()] for row in asked.people],
        "topics": [list(row) for row in asked.topics],
        "work": [[row.resident_id, row.shift_id, row.state, *_times(row)] for row in asked.work],
        "done": [[row.resident_id, _iso(row.week), int(row.minutes)] for row in asked.done],
        "carried": [list(row) for row in asked.carried],
        "exempt": [[row.resident_id, _iso(row.from_week), _iso(row.until_week)] for row in asked.exempt],
        "without": [list(row) for row in asked.without],
        "proposed": [
            [row.shift_id, row.resident_id, row.skill_id, row.learner, *_times(row)] for row in asked.proposed
        ],
    }
    return json.dumps(raw).encode()


def load(text: bytes) -> Puzzle:
    """The puzzle that `dump` wrote down."""
    raw = json.loads(text)
    town = settings.parse(raw["town"])
    return Puzzle(town, _instant(raw["now"]), _openings(raw), _seekers(raw, town))


def _openings(raw: dict[str, Any]) -> tuple[Opening, ...]:
    """The shifts with the places that are open: less those that are proposed to somebody already."""
    free: dict[tuple[int, Kind], int] = {(row[0], Kind(None, False)): row[4] for row in raw["shifts"]}
    wishes: dict[int, set[int]] = defaultdict(set)
    mastered: dict[int, set[int]] = defaultdict(set)
    for shift, skill, places, taken, learners, learning, master in raw["needs"]:
        if places + learners == 0:
            wishes[shift].add(skill)
        free[shift, Kind(skill, False)] = places - taken
        free[shift, Kind(skill, True)] = learners - learning
        if master:
            mastered[shift].add(skill)
    for shift, _resident, skill, learner, _starts, _ends in raw["proposed"]:
        kind = Kind(skill, bool(learner))
        if (shift, kind) in free:
            free[shift, kind] -= 1
    kinds: dict[int, list[tuple[Kind, int]]] = defaultdict(list)
    for (shift, kind), places in free.items():
        if places > 0:
            kinds[shift].append((kind, places))
    return tuple(
        Opening(
            id=shift,
            starts_at=_instant(starts),
            ends_at=_instant(ends),
            interest=interest,
            wishes=frozenset(wishes[shift]),
            kinds=tuple(kinds[shift]),
            mastered=frozenset(mastered[shift]),
        )
        for shift, starts, ends, interest, _general in raw["shifts"]
        if kinds[shift]
    )


def _seekers(raw: dict[str, Any], town: TownSettings) -> tuple[Seeker, ...]:
    """Everybody of whom something may be asked in that week: who is exempt then is left in peace."""
    week = date.fromisoformat(raw["week"])
    exempt = _exempt(raw["exempt"], week)
    topics, held, minutes = _topics(raw["topics"]), _held(raw), _minutes(raw, town)
    without: dict[int, set[int]] = defaultdict(set)
    for shift, resident in raw["without"]:
        without[resident].add(shift)
    carried = dict(raw["carried"])
    closed = date.fromisoformat(raw["closed"]) if raw["closed"] else None
    found = []
    for number, born, free_times, joined_at in raw["people"]:
        if week in exempt[number]:
            continue
        joined = week_of(_instant(joined_at), town.tz)
        still = owed(
            minutes[number],
            week,
            since=joined if closed is None else closed + timedelta(days=7),
            carried=carried.get(number, 0),
            joined=joined,
            exempt=frozenset(exempt[number]),
            town=town,
        )
        skills, interests = topics[number]
        found.append(
            Seeker(
                id=number,
                born=date.fromisoformat(born) if born else None,
                free_times=free_times,
                skills=tuple(skills),
                interests=frozenset(interests),
                owed=still,
                held=tuple(held[number]),
                without=frozenset(without[number]),
            )
        )
    return tuple(found)


def _topics(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[list[tuple[int, str]], list[int]]]:
    found: dict[int, tuple[list[tuple[int, str]], list[int]]] = defaultdict(lambda: ([], []))
    for resident, topic, kind, level in rows:
        if kind == "skill":
            found[resident][0].append((topic, level))
        else:
            found[resident][1].append(topic)
    return found


def _held(raw: dict[str, Any]) -> dict[int, list[ShiftFacts]]:
    """What everybody works on, is offered or is proposed: none of it may come too near to anything new."""
    found: dict[int, list[ShiftFacts]] = defaultdict(list)
    for resident, shift, _state, starts, ends in raw["work"]:
        found[resident].append(ShiftFacts(shift, "", _instant(starts), _instant(ends), 1))
    for shift, resident, _skill, _learner, starts, ends in raw["proposed"]:
        found[resident].append(ShiftFacts(shift, "", _instant(starts), _instant(ends), 1))
    return found


def _minutes(raw: dict[str, Any], town: TownSettings) -> dict[int, dict[date, int]]:
    """Minutes by resident and week. Work that is promised counts as if it were done, offers as if they were taken."""
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for resident, week, minutes in raw["done"]:
        found[resident][date.fromisoformat(week)] += minutes
    promised = [(row[0], row[3], row[4]) for row in raw["work"] if row[2] != "attended"]
    promised += [(row[1], row[4], row[5]) for row in raw["proposed"]]
    for resident, starts, ends in promised:
        found[resident][week_of(_instant(starts), town.tz)] += int(ends - starts) // 60
    return found


def _exempt(rows: Iterable[Sequence[Any]], upto: date) -> dict[int, set[date]]:
    found: dict[int, set[date]] = defaultdict(set)
    for resident, first, last in rows:
        week, end = date.fromisoformat(first), min(date.fromisoformat(last), upto)
        while week <= end:
            found[resident].add(week)
            week += timedelta(days=7)
    return found


# -- and back ----------------------------------------------------------------------------------------------------------


def dump_found(found: Found) -> bytes:
    """An answer as JSON."""
    return json.dumps(
        {
            "lines": [[one.shift, one.resident, *one.kind, one.why] for one in found.lines],
            "left": [[one.shift, *one.kind, one.places, one.why] for one in found.left],
            "places": found.places,
            "bound": found.bound,
            "seconds": found.seconds,
            "megabytes": found.megabytes,
        }
    ).encode()


def load_found(text: bytes) -> Found:
    """The answer that `dump_found` wrote down."""
    raw = json.loads(text)
    return Found(
        lines=tuple(Line(row[0], row[1], Kind(row[2], row[3]), row[4]) for row in raw["lines"]),
        left=tuple(Left(row[0], Kind(row[1], row[2]), row[3], row[4]) for row in raw["left"]),
        places=raw["places"],
        bound=raw["bound"],
        seconds=raw["seconds"],
        megabytes=raw["megabytes"],
    )


def _times(row: Any) -> tuple[float, float]:
    return row.starts_at.timestamp(), row.ends_at.timestamp()


def _instant(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
