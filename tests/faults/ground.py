"""A town prepared for trouble: residents, coordinators and shifts, written while no town runs on the database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import founding
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import roles
from storage.queries import town as town_queries
from storage.tables import Account, Project, Resident, Role, Shift, Signup
from storage.unit import Unit
from tests.conftest import settings_for
from town.shifts import ALWAYS_FREE
from town.week import week_of


@dataclass
class Ground:
    """Where things happen. The town's clock is the real one, so times are counted from `now`."""

    database: Database
    now: datetime
    project_id: int = 0
    maker_id: int = 0
    residents: dict[str, int] = field(default_factory=dict)
    """Resident ids by address."""

    @classmethod
    async def prepare(cls, url: str, folder: Path) -> Ground:
        """Found a town where anybody may join and no hour is quiet."""
        await upgrade(url)
        ground = cls(Database(url), datetime.now(UTC).replace(microsecond=0))
        await founding.found(ground.database, settings_for(url, folder))
        async with ground.database.unit() as unit:
            first = await town_queries.settings(unit)
            loud = replace(first, join_policy="open", quiet_from=time(0), quiet_until=time(0))
            # Nobody else is asked, and no rule but the clash stands in the way: so all that happens can be foretold.
            free = replace(loud, rest_minutes=0, most_day_minutes=1440, most_week_minutes=168 * 60)
            await town_queries.keep(unit, replace(free, cover_ahead_days=0))
            project = await unit.add(Project(name="Bakery", place="Mill Lane 2", created_at=ground.now))
            ground.project_id = project.id
            ground.maker_id = await ground.person(unit, "The town's memory")
        return ground

    async def close(self) -> None:
        await self.database.close()

    async def person(self, unit: Unit, name: str, *, early: int | None = None) -> int:
        """A resident without an account."""
        made = await unit.add(
            Resident(
                name=name, street="Mill Lane", free_times=ALWAYS_FREE, reminder_early=early, reminder_late=None,
                joined_at=self.now, consent_at=self.now, consent_version=1,
            )
        )  # fmt: skip
        return int(made.id)

    async def resident(
        self,
        unit: Unit,
        name: str,
        address: str,
        *,
        channel: str = "telegram",
        early: int | None = None,
        heard: timedelta = timedelta(),
    ) -> int:
        """Somebody who signed up before, and who wrote last some time ago, where the channel keeps that.

        `early` is their first reminder's lead in minutes (None: no reminder).
        """
        made = await self.person(unit, name, early=early)
        heard_at = self.now - heard if channel == "whatsapp" else None
        await unit.add(
            Account(
                channel=channel, address=address, resident_id=made, language="en", created_at=self.now,
                heard_at=heard_at,
            )
        )  # fmt: skip
        self.residents[address] = made
        return made

    async def coordinator(self, unit: Unit, resident_id: int, project_id: int | None = None) -> None:
        await roles.give(
            unit, resident_id=resident_id, role=Role.COORDINATOR, project_id=project_id or self.project_id, by=None,
            now=self.now,
        )  # fmt: skip

    async def project(self, unit: Unit, name: str) -> int:
        made = await unit.add(Project(name=name, place="Mill Lane 2", created_at=self.now))
        return int(made.id)

    async def shift(
        self, unit: Unit, title: str, *, after: timedelta, places: int, project_id: int | None = None
    ) -> int:
        """A shift of one hour that starts `after` from now."""
        starts = self.now + after
        made = await unit.add(
            Shift(
                project_id=project_id or self.project_id, title=title, place="Mill Lane 2", starts_at=starts,
                ends_at=starts + timedelta(hours=1), week=week_of(starts, ZoneInfo("Africa/Johannesburg")),
                places=places, made_by=self.maker_id, made_at=self.now,
            )
        )  # fmt: skip
        return int(made.id)

    async def holds(self, unit: Unit, shift_id: int, resident_id: int) -> None:
        """Somebody took a place on a shift two days ago."""
        joined = self.now - timedelta(days=2)
        await unit.add(Signup(shift_id=shift_id, resident_id=resident_id, joined_at=joined))
        shift = await unit.session.get_one(Shift, shift_id)
        shift.taken += 1
        await unit.session.flush()
