"""The questions about a message to many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from handlers.broadcasts import actions, asking
from handlers.broadcasts.entitled import must_write
from handlers.kit.audience_entries import Mine
from handlers.kit.choosing import pick
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.wizard import RETURN, STEP, GoTo, Scene, Stay, Step
from handlers.polls.moments import read_moment
from locales import LANGUAGES, language
from storage.queries import pictures
from town.facts import NotFound, TooLongForPicture
from town.text import clean
from town.topics import TOPICS
from town.week import at_local, local

GIVEN, SPOKEN, TONGUE, TEXTS = "@given", "@spoken", "@tongue", "@texts"
"""Of a draft: the words came with the command; the language that they are in, the one that is asked for, and what was
written in others."""

EVENING, MORNING = time(18), time(8)


def only_changed(name: str) -> Callable[[Scene], bool]:
    """A question that is passed by, unless somebody is just being asked it."""
    return lambda scene: scene.draft.get(STEP) == name


async def mine(scene: Scene) -> Mine:
    """Whose people somebody may write to."""
    duties = await must_write(scene.unit, scene.who)
    return None if duties.everywhere else duties.projects


def spoken(draft: dict[str, Any]) -> str:
    """The language that the words are in: its author may speak another one by now."""
    return str(draft.get(SPOKEN) or language())


def texts_in(draft: dict[str, Any]) -> dict[str, str]:
    """What a message says in other languages."""
    return dict(draft.get(TEXTS) or {})


async def _ask_topic(scene: Scene) -> Screen:
    choices = [pick(scene, topic, label) for topic, label in asking.topics().items()]
    return Screen(asking.topic(), in_rows(choices))


async def _take_topic(scene: Scene, value: str) -> Any:
    if value not in TOPICS:
        raise NotFound(what="question")
    return value


# -- the words ---------------------------------------------------------------------------------------------------------


async def _ask_words(scene: Scene) -> Screen:
    return Screen(asking.words(photo=bool(scene.draft.get("photo"))))


async def _ask_urgent(scene: Scene) -> Screen:
    return Screen(asking.urgent_words())


async def _type_words(scene: Scene, text: str) -> Any:
    said = read_words(text, photo=bool(scene.draft.get("photo")))
    if said != scene.draft.get("words"):
        scene.draft.pop(TEXTS, None)  # those of other words
        scene.draft[SPOKEN] = language()
    return said


def read_words(text: str, *, photo: bool = False) -> str:
    """What somebody wrote as it is said. Raises TextEmpty, TextTooLong."""
    return clean(text, actions.room(photo=photo), lines=True)


def _units(scene: Scene) -> int:
    return actions.longest(scene.draft["words"], texts_in(scene.draft))


async def _ask_photo(scene: Scene) -> Screen:
    units = _units(scene)
    labels = asking.photo_choices(fits=units <= actions.MOST_WITH_PHOTO, has=bool(scene.draft.get("photo")))
    return Screen(asking.photo(units), in_rows([pick(scene, do, label) for do, label in labels.items()]))


async def _see_photo(scene: Scene, content: bytes) -> Any:
    if (units := _units(scene)) > actions.MOST_WITH_PHOTO:
        raise TooLongForPicture(most=actions.MOST_WITH_PHOTO, units=units)
    return await pictures.keep(scene.unit, content, media_type="image/jpeg", by=scene.who.me, now=scene.now)


async def _take_photo(scene: Scene, value: str) -> Any:
    if value == "words":
        # Whoever comes from the last look goes back there.
        return GoTo("words", come_back=RETURN not in scene.draft)
    if value == "keep" and scene.draft.get("photo"):
        return scene.draft["photo"]
    if value != "none":
        raise NotFound(what="question")
    return 0


# -- other languages ---------------------------------------------------------------------------------------------------


async def _ask_languages(scene: Scene) -> Screen:
    given, original = texts_in(scene.draft), spoken(scene.draft)
    codes = [code for code in LANGUAGES if code != original]
    choices = [pick(scene, code, asking.language_label(code, given=code in given)) for code in codes]
    return Screen(asking.languages(original, given), in_rows([pick(scene, "done", asking.done()), *choices]))


async def _take_language(scene: Scene, value: str) -> Any:
    if value == "done":
        return texts_in(scene.draft)
    if value not in LANGUAGES or value == spoken(scene.draft):
        raise NotFound(what="question")
    scene.draft[TONGUE] = value
    return GoTo("tongue", come_back=False)


async def _ask_tongue(scene: Scene) -> Screen:
    code = _tongue(scene)
    choices: list[Choice] = [pick(scene, "without", asking.without(code))]
    return Screen(asking.in_language(code, scene.draft["words"][:1500]), in_rows(choices))


async def _type_tongue(scene: Scene, text: str) -> Any:
    said = read_words(text, photo=bool(scene.draft.get("photo")))
    scene.draft[TEXTS] = texts_in(scene.draft) | {_tongue(scene): said}
    return GoTo("languages", come_back=False)


async def _without_tongue(scene: Scene, value: str) -> Any:
    scene.draft[TEXTS] = {code: text for code, text in texts_in(scene.draft).items() if code != _tongue(scene)}
    return GoTo("languages", come_back=False)


def _tongue(scene: Scene) -> str:
    """The language that is asked for."""
    others = [code for code in LANGUAGES if code != spoken(scene.draft)]
    code = str(scene.draft.get(TONGUE, ""))
    return code if code in others else others[0]


# -- when --------------------------------------------------------------------------------------------------------------


def _moments(scene: Scene) -> dict[str, time]:
    there = local(scene.now, scene.who.zone)
    today = {"today": EVENING} if there.time() < EVENING else {}
    return today | {"tomorrow": MORNING}


async def _ask_when(scene: Scene) -> Screen:
    choices = [pick(scene, "now", asking.when_label("now", None))]
    choices += [pick(scene, do, asking.when_label(do, at)) for do, at in _moments(scene).items()]
    town = scene.who.town
    return Screen(asking.when(town.quiet_from, town.quiet_until), in_rows(choices))


async def _type_when(scene: Scene, text: str) -> Any:
    return read_moment(text, scene.who, scene.now, at=MORNING).isoformat()


async def _take_when(scene: Scene, value: str) -> Any:
    if value == "now":
        return ""
    at = _moments(scene).get(value)
    if at is None:
        return Stay()
    day = local(scene.now, scene.who.zone).date() + timedelta(days=value == "tomorrow")
    return at_local(day, at, scene.who.zone).isoformat()


def due_in(draft: dict[str, Any]) -> datetime | None:
    """When a message is to go out; None is at once."""
    return datetime.fromisoformat(draft["when"]) if draft.get("when") else None


# -- the steps ---------------------------------------------------------------------------------------------------------


_OF_LANGUAGES = (
    Step("tongue", _ask_tongue, typed=_type_tongue, tapped=_without_tongue, when=only_changed("tongue")),
    Step("languages", _ask_languages, tapped=_take_language, free=False, when=only_changed("languages")),
)


def of_a_message() -> tuple[Step, ...]:
    """All but whom it is for. A photo, other languages and another time are asked of who adds them at the end."""
    words = only_changed("words")
    return (
        Step("topic", _ask_topic, tapped=_take_topic, free=False),
        Step("words", _ask_words, typed=_type_words, when=lambda scene: words(scene) or not scene.draft.get(GIVEN)),
        Step("photo", _ask_photo, tapped=_take_photo, pictured=_see_photo, free=False, when=only_changed("photo")),
        *_OF_LANGUAGES,
        Step("when", _ask_when, typed=_type_when, tapped=_take_when, counted=True, when=only_changed("when")),
    )


def of_an_emergency() -> tuple[Step, ...]:
    """What cannot wait is asked for in a few words."""
    words = only_changed("words")
    return (
        Step("words", _ask_urgent, typed=_type_words, when=lambda scene: words(scene) or not scene.draft.get(GIVEN)),
        *_OF_LANGUAGES,
    )
