"""What a town of the tests has to have before a test begins: work, goods, polls, meetings, messages.

Each is made by the same action as in the conversation that others test, without the way to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from bot.app import App
from bot.clock import StoppedClock
from handlers.broadcasts.sending import NewBroadcast, propose
from handlers.desk.actions import make_project, publish_shift
from handlers.goods.putting_up import put_up
from handlers.kit.who import Who
from handlers.meetings.calling import NewMeeting
from handlers.meetings.calling import call as call_meeting
from handlers.polls.opening import YES_NO, NewPoll
from handlers.polls.opening import make as make_poll
from storage.queries import items, roles, topics
from storage.queries import town as town_queries
from storage.queries.polls import Option
from storage.tables import BroadcastKind, Resident, ResidentState, Role, Sharing
from tests.person import Person
from town.amounts import UNITS
from town.skills import Wanted
from town.week import at_local, local


class Affairs:
    """What is made in a town, by a mayor on no channel unless a test says by whom."""

    def __init__(self, app: App, clock: StoppedClock, channel: str) -> None:
        self.app = app
        self.clock = clock
        self.channel = channel
        self._projects: dict[str, int] = {}
        self._memory = 0

    async def settings(self) -> Any:
        async with self.app.database.reading() as unit:
            return await town_queries.settings(unit)

    async def _topics(self, unit: Any, kind: str, names: Sequence[str]) -> list[int]:
        listed = {topic.name: topic.id for topic in await topics.listed(unit, kind)} if names else {}
        return [listed[name] for name in names]

    async def project(self, name: str = "Bakery") -> int:
        """A project by name, made if there is none."""
        if name not in self._projects:
            mayor = await self._somebody()
            async with self.app.database.unit() as unit:
                self._projects[name] = await make_project(
                    unit, who=mayor, name=name, place="Mill Lane 2", interest_id=None, now=self.clock.now()
                )
        return self._projects[name]

    async def _somebody(self) -> Who:
        """A mayor on no channel at all, for what has to be there before a test begins."""
        async with self.app.database.unit() as unit:
            settings = await town_queries.settings(unit)
            if not self._memory:
                now = self.clock.now()
                memory = Resident(name="The town's memory", joined_at=now, consent_at=now, consent_version=1)
                self._memory = (await unit.add(memory)).id or 0
                await roles.give(unit, resident_id=self._memory, role=Role.MAYOR, project_id=None, by=None, now=now)
        return Who(0, self.channel, "", "en", self._memory, "The town's memory", ResidentState.RESIDENT, settings)

    async def shift(
        self,
        title: str = "Bread baking",
        *,
        project: str = "Bakery",
        places: int = 10,
        day: int = 1,
        at: str = "09:00",
        minutes: int = 120,
        skills: Sequence[str] = (),
        kinds: Mapping[str, tuple[int, int]] | None = None,
    ) -> int:
        """A shift `day` days from now, at a local time; returns its id.

        `skills` are wishes; `kinds` keeps places: {"Baking": (2, 1)} is two for bakers and one for a learner of it.
        """
        there = local(self.clock.now(), (await self.settings()).tz)
        hour, minute = map(int, at.split(":"))
        when = there.replace(hour=hour, minute=minute, second=0, microsecond=0).time()
        project_id = await self.project(project)
        who = await self._somebody()
        async with self.app.database.unit() as unit:
            return await publish_shift(
                unit,
                who=who,
                project_id=project_id,
                title=title,
                starts_at=at_local(there.date() + timedelta(days=day), when, who.zone),
                length=minutes,
                place="Mill Lane 2",
                places=places,
                skills={
                    skill: Wanted(*kept)
                    for name, kept in (dict.fromkeys(skills, (0, 0)) | dict(kinds or {})).items()
                    for skill in await self._topics(unit, topics.SKILL, [name])
                },
                now=self.clock.now(),
            )

    async def item(self, name: str = "Bread", *, unit: str = "loaf", **columns: Any) -> int:
        """A kind of goods, made if it is not there; its id. Allowances and steps in thousandths, prices in cents."""
        who = await self._somebody()
        async with self.app.database.unit() as db:
            for one in await items.listed(db):
                if one.name == name:
                    return one.id
            given = {"names": "{}", "step": UNITS[unit].step, "sharing": Sharing.FIRST.value} | columns
            made = await items.make(db, {"name": name, "unit": unit, **given}, by=who.me, now=self.clock.now())
        assert made is not None
        return made

    async def batch(
        self,
        item: str = "Bread",
        amount: float = 10,
        *,
        project: str = "Bakery",
        day: int = 0,
        at: str = "16:00",
        hours: float = 2,
        sharing: str = "",
        **of_item: Any,
    ) -> int:
        """Goods put up, to be collected `day` days from now, at a local time, for some hours; the batch's id."""
        item_id, project_id = await self.item(item, **of_item), await self.project(project)
        town, now = await self.settings(), self.clock.now()
        there = local(now, town.tz)
        hour, minute = map(int, at.split(":"))
        starts_at = at_local(there.date() + timedelta(days=day), time(hour, minute), town.tz)
        who = await self._somebody()
        async with self.app.database.unit() as unit:
            kept = await items.get(unit, item_id)
            assert kept is not None
            made = await put_up(
                unit,
                by=who.me,
                item=kept,
                project_id=project_id,
                quantity=round(amount * 1000),
                windows=[(starts_at, starts_at + timedelta(hours=hours))],
                place="Mill Lane 2",
                town=town,
                now=now,
                sharing=sharing,
            )
        assert made is not None
        return made

    async def poll(
        self,
        question: str = "Shall we build a well?",
        options: Sequence[str] = (),
        *,
        by: Person | None = None,
        audience: str = "town",
        hours: float | None = 48,
        **asked: Any,
    ) -> int:
        """A poll, open to its audience for some hours (None: until somebody closes it); its id.

        Without options it asks for yes or no; `asked` are more fields of `handlers.polls.opening.NewPoll`.
        """
        by_id, now = (await self._somebody()).me if by is None else by.resident_id, self.clock.now()
        new = NewPoll(
            question=question,
            kind=asked.pop("kind", "single" if options else "yesno"),
            options=tuple(Option(name, {}) for name in options) or YES_NO,
            audience=audience,
            closes_at=None if hours is None else now + timedelta(hours=hours),
            **asked,
        )
        async with self.app.database.unit() as unit:
            return await make_poll(unit, by=by_id, new=new, town=await town_queries.settings(unit), now=now)

    async def meeting(
        self,
        title: str = "Spring meeting",
        *,
        by: Person | None = None,
        audience: str = "town",
        day: int | None = 2,
        at: str = "18:00",
        minutes: int = 120,
        **columns: Any,
    ) -> int:
        """A meeting that its audience is invited to, `day` days from now at a local time; its id."""
        town, by_id = await self.settings(), (await self._somebody()).me if by is None else by.resident_id
        hour, minute = map(int, at.split(":"))
        there = local(self.clock.now(), town.tz)
        starts = None if day is None else at_local(there.date() + timedelta(days=day), time(hour, minute), town.tz)
        new = NewMeeting(title=title, audience=audience, starts_at=starts, length=minutes, place="Town hall", **columns)
        async with self.app.database.unit() as unit:
            return await call_meeting(unit, by=by_id, new=new, town=town, now=self.clock.now())

    async def broadcast(
        self,
        text: str = "The river is high.",
        *,
        by: Person | None = None,
        audience: str = "town",
        **columns: Any,
    ) -> int:
        """A message to an audience, which begins at once; its id. `columns` are of `NewBroadcast`, such as `due_at`."""
        by_id = (await self._somebody()).me if by is None else by.resident_id
        given: dict[str, Any] = {"kind": BroadcastKind.MESSAGE, "topic": "appeals", "language": "en"} | columns
        new = NewBroadcast(audience=audience, text=text, **given)
        async with self.app.database.unit() as unit:
            town = replace(await town_queries.settings(unit), second_approver="never")
            return await propose(unit, by=by_id, new=new, town=town, now=self.clock.now())
