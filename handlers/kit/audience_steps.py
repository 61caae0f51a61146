"""Choosing an audience step by step, as questions of any wizard: who, who also, only who, but not who.

The answer is kept in the draft as "audience": a `town.audience.Chosen` as text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from markupsafe import Markup

from handlers.kit import audience_asking as asking
from handlers.kit.audience_entries import Entry, Mine, matching, of_kind, written_out
from handlers.kit.audience_keeping import keep
from handlers.kit.audience_names import names_of
from handlers.kit.audience_words import audience_words
from handlers.kit.choosing import PAGE, from_the_first, pages, pick, turned
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import RETURN, STEP, GoTo, Scene, Stay, Step
from storage.queries import audiences
from storage.queries.audiences import Look
from town.audience import MOST_STEPS, TOWN, Audience, Chosen, How, parse_chosen
from town.facts import NobodyHears, NotAllowed, NotFound

WHOM, WHICH, AUDIENCE, KEEP = "whom", "which", "audience", "keep"
SO_FAR, HOW, KIND, SOUGHT, OUTER, KEPT = "@chosen", "@how", "@kind", "@sought", "@outer", "@kept"
"""Of a draft: what was chosen so far, how the next step goes on from it, of which kind that is and what it was looked
for by; where the whole question was asked from; the name under which it was kept just now."""

KINDS_A_PAGE = 7


class AudienceSteps:
    """The questions. `mine` says whose people somebody may write to, `topic` what it is about (who turned that off does
    not get it). `asked`: whether everybody is asked, or only who changes it."""

    def __init__(
        self,
        mine: Callable[[Scene], Awaitable[Mine]],
        topic: Callable[[Scene], str],
        *,
        asked: Callable[[Scene], bool] = lambda scene: True,
    ) -> None:
        self.mine, self.topic, self.asked = mine, topic, asked

    def steps(self) -> tuple[Step, ...]:
        def here(name: str) -> Callable[[Scene], bool]:
            return lambda scene: scene.draft.get(STEP) == name

        def first(scene: Scene) -> bool:
            return here(WHOM)(scene) or (self.asked(scene) and SO_FAR not in scene.draft)

        def whole(scene: Scene) -> bool:
            return here(AUDIENCE)(scene) or self.asked(scene)

        return (
            Step(WHOM, self._ask_whom, typed=self._type_whom, tapped=self._take_whom, counted=True, when=first),
            Step(
                WHICH, self._ask_which, typed=self._type_which, tapped=self._take_which, counted=True, when=here(WHICH)
            ),
            Step(KEEP, self._ask_name, typed=self._type_name, when=here(KEEP)),
            Step(AUDIENCE, self._ask_audience, tapped=self._take_audience, free=False, when=whole),
        )

    # -- one kind of people --------------------------------------------------------------------------------------

    async def _limits(self, scene: Scene) -> Mine:
        """Whose people may be added by this step: to take some away, everything can be chosen."""
        return await self.mine(scene) if how_in(scene) in (None, How.ALSO) else None

    async def _kinds(self, scene: Scene) -> dict[str, str]:
        kinds, mine = asking.kinds(), await self._limits(scene)
        if mine is not None:
            return {kind: kinds[kind] for kind in (asking.PROJECT, asking.THERE)}
        return kinds if SO_FAR not in scene.draft else {kind: kinds[kind] for kind in kinds if kind != asking.TOWN}

    async def _ask_whom(self, scene: Scene) -> Screen:
        scene.draft.pop(SOUGHT, None)
        entries = [(label, kind) for kind, label in (await self._kinds(scene)).items()]
        # With one page, nothing turns it: a row is left for one kind more.
        size = KINDS_A_PAGE if len(entries) > KINDS_A_PAGE + 1 else KINDS_A_PAGE + 1
        return Screen(asking.whom(how_in(scene), await self._said(scene)), pages(scene, entries, size=size))

    async def _said(self, scene: Scene) -> Markup | None:
        """What was chosen so far, in words, where the next step goes on from it."""
        if how_in(scene) is None:
            return None
        chosen = parse_chosen(scene.draft[SO_FAR])
        return audience_words(chosen, await names_of(scene.unit, chosen, scene.who.town))

    async def _take_whom(self, scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        if value not in await self._kinds(scene):
            raise NotAllowed(needed="caller") if value in asking.kinds() else NotFound(what="question")
        if value == asking.TOWN:
            return self._taken(scene, Audience(TOWN))
        return self._listing(scene, value, "")

    async def _type_whom(self, scene: Scene, text: str) -> Any:
        kinds, mine = await self._kinds(scene), await self._limits(scene)
        some = [kind for kind in kinds if kind != asking.TOWN]
        found = matching([one for kind in some for one in await of_kind(scene, kind, mine)], text)
        if not found:
            return Stay(asking.not_found(text))
        return self._taken(scene, found[0].audience) if len(found) == 1 else self._listing(scene, asking.FOUND, text)

    def _listing(self, scene: Scene, kind: str, sought: str) -> GoTo:
        scene.draft |= {KIND: kind, SOUGHT: sought}
        scene.draft.pop(f"@page.{WHICH}", None)
        return GoTo(WHICH, come_back=False)

    async def _entries(self, scene: Scene) -> list[Entry]:
        """What can be chosen now: of the kind, or of all kinds, by what was looked for."""
        kind, sought = str(scene.draft.get(KIND, asking.PROJECT)), str(scene.draft.get(SOUGHT, ""))
        mine = await self._limits(scene)
        kinds = [one for one in await self._kinds(scene) if one != asking.TOWN] if kind == asking.FOUND else [kind]
        entries = [one for name in kinds for one in await of_kind(scene, name, mine)]
        return matching(entries, sought) if sought else entries

    async def _ask_which(self, scene: Scene) -> Screen:
        kind, entries = str(scene.draft.get(KIND, "")), await self._entries(scene)
        text = asking.which(kind) if entries or kind == asking.FOUND else asking.none_there(kind)
        return Screen(text, pages(scene, [(one.label, one.key) for one in entries], size=PAGE + 1))

    async def _take_which(self, scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        found = [one for one in await self._entries(scene) if one.key == value]
        if not found:
            raise NotFound(what="topic")
        return self._taken(scene, found[0].audience)

    async def _type_which(self, scene: Scene, text: str) -> Any:
        kind = str(scene.draft.get(KIND, ""))
        scene.draft[SOUGHT] = ""
        found = matching(await self._entries(scene), text)
        alone = found[0].audience if len(found) == 1 else None
        if not found or kind == asking.HOURS:
            alone = written_out(kind, text) or alone
        if alone is not None:
            return self._taken(scene, alone)
        from_the_first(scene)
        if not found:
            return Stay(asking.not_found(text))
        scene.draft[SOUGHT] = text
        return Stay()

    def _taken(self, scene: Scene, audience: Audience) -> GoTo:
        so_far, how = scene.draft.get(SO_FAR), how_in(scene)
        chosen = Chosen(audience)
        if so_far is not None and how is not None and len(parse_chosen(so_far).terms) < MOST_STEPS:
            chosen = parse_chosen(so_far).and_then(how, audience)
        scene.draft[SO_FAR] = str(chosen)
        _forget(scene, HOW, KIND, SOUGHT)
        return GoTo(AUDIENCE, come_back=False)

    # -- the audience so far -------------------------------------------------------------------------------------

    async def _look(self, scene: Scene, chosen: Chosen) -> Look:
        who = scene.who
        whole = await audiences.whole(scene.unit, chosen)
        return await audiences.look(
            scene.unit, whole, topic=self.topic(scene), without=who.me, now=scene.now, town=who.town
        )

    async def _ask_audience(self, scene: Scene) -> Screen:
        _outside(scene)
        chosen = parse_chosen(scene.draft.get(SO_FAR) or scene.draft.get(AUDIENCE) or TOWN)
        scene.draft[SO_FAR] = str(chosen)
        seen, full = await self._look(scene, chosen), len(chosen.terms) >= MOST_STEPS
        words = audience_words(chosen, await names_of(scene.unit, chosen, scene.who.town))
        text = asking.so_far(words, seen, full=full, kept=scene.draft.pop(KEPT, ""))
        ways = asking.ways(full=full, somebody=bool(seen.hearing))
        return Screen(text, in_rows([pick(scene, do, label) for do, label in ways.items()]))

    async def _take_audience(self, scene: Scene, value: str) -> Any:
        chosen = parse_chosen(scene.draft[SO_FAR])
        if value == "go":
            seen = await self._look(scene, chosen)
            if not seen.hearing:
                raise NobodyHears(muted=seen.muted)
            return str(chosen)
        if value == "again":
            _forget(scene, SO_FAR, HOW)
            return _inside(scene, WHOM)
        if value == "keep":
            return _inside(scene, KEEP)
        if value not in _HOWS or len(chosen.terms) >= MOST_STEPS:
            raise NotFound(what="topic")
        scene.draft[HOW] = _HOWS[value].value
        scene.draft.pop(f"@page.{WHOM}", None)
        return _inside(scene, WHOM)

    async def _ask_name(self, scene: Scene) -> Screen:
        chosen = parse_chosen(scene.draft[SO_FAR])
        return Screen(asking.name_it(audience_words(chosen, await names_of(scene.unit, chosen, scene.who.town))))

    async def _type_name(self, scene: Scene, text: str) -> Any:
        chosen = parse_chosen(scene.draft[SO_FAR])
        scene.draft[KEPT] = await keep(scene.unit, name=text, chosen=chosen, by=scene.who.me, now=scene.now)
        return GoTo(AUDIENCE, come_back=False)


_HOWS = {how.name.lower(): how for how in How}


def how_in(scene: Scene) -> How | None:
    """How the step that is being chosen goes on from what came before; None for the first."""
    how = scene.draft.get(HOW)
    return How(how) if how and SO_FAR in scene.draft else None


def _forget(scene: Scene, *keys: str) -> None:
    for key in keys:
        scene.draft.pop(key, None)


def _inside(scene: Scene, step: str) -> GoTo:
    """Ask something of the audience's own: the way back is to the audience so far, and from there to where it was."""
    scene.draft[OUTER] = scene.draft.get(RETURN, "")
    return GoTo(step)


def _outside(scene: Scene) -> None:
    if OUTER in scene.draft:
        scene.draft[RETURN] = scene.draft.pop(OUTER)
        if not scene.draft[RETURN]:
            del scene.draft[RETURN]
    scene.draft.pop(HOW, None)
