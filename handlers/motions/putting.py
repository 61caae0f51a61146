"""How a motion is put to the vote: all on one screen, with the usual already chosen."""

from __future__ import annotations

import re
from typing import Any

from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.wizard import GoTo, Scene, Stay, Step, Wizard
from handlers.meetings.present import present
from handlers.motions import running, views, voting, words
from handlers.motions.voting import KINDS, LONGEST, Asked
from handlers.motions.words import MAJORITIES, Majority
from locales import _, a_length, number, percent
from storage.queries import agenda_items, audiences, meetings
from storage.queries.meetings import MeetingRow
from town.audience import parse
from town.facts import BadLength, NotFound
from town.meetings import quorum_of
from town.polls import LEAST_OPTIONS, Kind, read_options, read_quorum

ITEM = "@item"
START, WHO, SECRET = "start", "who", "secret"
LENGTHS = (2, 5, 10)
BY_HAND = 0
SHARES = (25, 50)


def _asked(draft: dict[str, Any]) -> Asked:
    quorum, people = draft["quorum"]
    threshold, of_electorate = _majority(draft["majority"])
    return Asked(
        here=draft["here"],
        quorum=quorum,
        quorum_people=people,
        kind=draft["kind"],
        options=tuple(draft["options"]),
        secret=draft["secret"],
        threshold=threshold,
        of_electorate=of_electorate,
        minutes=draft["closes"],
    )


def _majority(value: str) -> Majority:
    if not re.fullmatch("[0-9]", value) or int(value) >= len(MAJORITIES):
        raise NotFound(what="question")
    return MAJORITIES[int(value)]


async def _meeting(scene: Scene) -> MeetingRow:
    meeting = await meetings.get(scene.unit, (await running.item(scene.unit, scene.draft[ITEM])).meeting_id)
    if meeting is None:
        raise NotFound(what="meeting")
    return meeting


async def _numbers(scene: Scene, meeting: MeetingRow) -> tuple[int, int]:
    """How many are there, and how many it is for."""
    everybody = await audiences.count(scene.unit, parse(meeting.audience), now=scene.now)
    return await present(scene.unit, meeting.id), everybody


async def _ask_how(scene: Scene) -> Screen:
    item, meeting = await running.item(scene.unit, scene.draft[ITEM]), await _meeting(scene)
    asked = _asked(scene.draft)
    here, everybody = await _numbers(scene, meeting)
    majority = (asked.threshold, asked.of_electorate)
    lines = [
        _("Asked: those who are here ({n})", n=number(here))
        if asked.here
        else _("Asked: everybody whom the meeting is for ({n})", n=number(everybody)),
        words.kind_words(asked),
        _("Secret: nobody learns who voted how") if asked.secret else _("Open: everybody can read who voted how"),
        words.quorum_words(asked.quorum, asked.quorum_people),
        words.majority_words(majority, asked.kind),
        words.closing_words(asked.minutes),
        *(
            [words.too_few_words()]
            if asked.quorum_people and asked.quorum > (here if asked.here else everybody)
            else []
        ),
    ]
    return Screen(
        views.how(item.title, lines),
        ((pick(scene, START, _("Start the vote").unescape()),), *in_rows(_ways(scene, asked, meeting), 2)),
    )


def _ways(scene: Scene, asked: Asked, meeting: MeetingRow) -> list[Choice]:
    whom = _("Ask everybody") if asked.here else _("Ask those here")
    labels = {
        **({} if voting.asks_role(meeting) else {WHO: whom}),
        SECRET: _("Make it open") if asked.secret else _("Make it secret"),
        "kind": _("Other answers"),
        "quorum": _("Another quorum"),
        "majority": _("Another majority"),
        "closes": _("When it closes"),
    }
    return [pick(scene, value, label.unescape()) for value, label in labels.items()]


async def _choose_how(scene: Scene, value: str) -> Any:
    draft = scene.draft
    if value == START:
        voting.check(_asked(draft))
        return True
    if value == WHO:
        meeting = await _meeting(scene)
        draft["here"] = not draft["here"] and not voting.asks_role(meeting)
        # What the meeting asks for: of those who are there as many people, of everybody the same share.
        here = [quorum_of(meeting), True]
        draft["quorum"] = here if draft["here"] else [meeting.quorum, meeting.quorum_people]
        return Stay()
    if value == SECRET:
        draft["secret"] = not draft["secret"]
        return Stay()
    if value not in ("kind", "quorum", "majority", "closes"):
        raise NotFound(what="question")
    return GoTo(value)


async def _ask_kind(scene: Scene) -> Screen:
    return Screen(views.what_answers(), in_rows([pick(scene, kind, words.kind_label(kind)) for kind in KINDS]))


async def _take_kind(scene: Scene, value: str) -> Any:
    if value not in KINDS:
        raise NotFound(what="question")
    if value == Kind.YESNO:
        scene.draft["options"] = []
        return value
    scene.draft["@kind"] = value
    return GoTo("options", come_back=False)


async def _ask_options(scene: Scene) -> Screen:
    return Screen(views.what_options())


async def _type_options(scene: Scene, text: str) -> list[str]:
    options = read_options(text, least=LEAST_OPTIONS)
    scene.draft["kind"] = scene.draft.get("@kind", Kind.SINGLE.value)  # only now: without options there is no choice
    return options


async def _ask_quorum(scene: Scene) -> Screen:
    meeting = await _meeting(scene)
    here, everybody = await _numbers(scene, meeting)
    choices = [pick(scene, "0", _("No quorum").unescape())]
    choices += [pick(scene, str(share), percent(share)) for share in SHARES]
    return Screen(views.how_many(here, everybody), in_rows(choices, 3))


async def _type_quorum(scene: Scene, text: str) -> list[Any]:
    return [*read_quorum(text)]


async def _tap_quorum(scene: Scene, value: str) -> list[Any]:
    if value not in ("0", *map(str, SHARES)):
        raise NotFound(what="question")
    return [int(value), False]


async def _ask_majority(scene: Scene) -> Screen:
    choices = [pick(scene, str(at), words.majority_label(one)) for at, one in enumerate(MAJORITIES)]
    return Screen(views.what_majority(), in_rows(choices))


async def _take_majority(scene: Scene, value: str) -> str:
    _majority(value)
    return value


async def _ask_closes(scene: Scene) -> Screen:
    choices = [pick(scene, str(BY_HAND), _("When I say so").unescape())]
    choices += [pick(scene, str(minutes), a_length(minutes).unescape()) for minutes in LENGTHS]
    return Screen(views.when_closed(), in_rows(choices, 2))


async def _type_closes(scene: Scene, text: str) -> int:
    found = re.fullmatch(r"\s*([0-9]{1,3})\s*[^\W\d_]*\.?\s*", text)
    if found is None or not 1 <= int(found[1]) <= LONGEST:
        raise BadLength(given=text)
    return int(found[1])


async def _tap_closes(scene: Scene, value: str) -> int:
    return BY_HAND if value == str(BY_HAND) else await _type_closes(scene, value)


async def _put(scene: Scene) -> Screen:
    item_id: int = scene.draft[ITEM]
    vote = await voting.put(scene.unit, who=scene.who, item_id=item_id, asked=_asked(scene.draft), now=scene.now)
    part = await agenda_items.part_in(scene.unit, vote.id, scene.who.me)
    return views.put(item_id, vote.meeting_id or 0, vote, may_vote=part.elector)


def _never(scene: Scene) -> bool:
    """These are asked only when somebody goes there from the first screen."""
    return False


PUT = Wizard(
    "putvote",
    [
        Step("how", _ask_how, tapped=_choose_how, free=False),
        Step("kind", _ask_kind, tapped=_take_kind, free=False, when=_never),
        Step("options", _ask_options, typed=_type_options, when=_never),
        Step("quorum", _ask_quorum, typed=_type_quorum, tapped=_tap_quorum, when=_never),
        Step("majority", _ask_majority, tapped=_take_majority, free=False, when=_never),
        Step("closes", _ask_closes, typed=_type_closes, tapped=_tap_closes, when=_never),
    ],
    _put,
)


async def begin(event: Event, scene: Scene, item_id: int) -> Reply:
    """Show how an item would be put to the vote. Raises what `voting.may_put` raises."""
    _item, meeting = await voting.may_put(scene.unit, who=scene.who, item_id=item_id, now=scene.now)
    usual = voting.usual(meeting)
    draft = {
        ITEM: item_id,
        "here": usual.here,
        "quorum": [usual.quorum, usual.quorum_people],
        "kind": usual.kind,
        "options": [],
        "secret": False,
        "majority": "0",
        "closes": BY_HAND,
    }
    return await PUT.begin(event, scene, draft, afresh=True)
