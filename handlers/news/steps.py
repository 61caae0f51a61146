"""What the mayor is asked for an update: one thing at a time. And the words that anybody looks for in past ones."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import pick
from handlers.kit.screens import Choice, Screen, cut
from handlers.kit.shift_words import paragraphs
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.news import actions, list_views, reading, views
from locales import LANGUAGES, _, language, listed, ngettext, number
from storage.queries.updates import UpdateRow
from town.facts import NotFound, TooManyPhotos
from town.news import MOST_CORRECTION, MOST_PHOTOS, MOST_WORDS, read_video
from town.text import clean

UPDATE, LANGUAGE, PHOTOS = "@update", "@language", "@photos"
"""Of a draft: the update; the language that is asked for; the photos that have come so far."""

NONE, DONE, UNDO = "none", "done", "undo"

ORIGINAL = 700
"""Characters of the mayor's words that stand beside the question for another language."""


async def _update(scene: Scene) -> UpdateRow:
    return await actions.open_to_change(scene.unit, who=scene.who, update_id=scene.draft[UPDATE])


# -- words -------------------------------------------------------------------------------------------------------------


async def _ask_words(scene: Scene) -> Screen:
    update = await _update(scene)
    text = paragraphs(
        _(
            "What do you want to say to the town? Write it as one message, of up to {n} characters.",
            n=number(MOST_WORDS),
        ),
        _("What you write takes the place of what stands there now.") if update.text else "",
    )
    return Screen(text, ((_none(scene, _("No words this time")),),) if update.text else ())


async def _type_words(scene: Scene, text: str) -> Any:
    return clean(text, MOST_WORDS, lines=True)


async def _take_none(scene: Scene, value: str) -> Any:
    if value != NONE:
        raise NotFound(what="question")
    return ""


def _none(scene: Scene, label: str) -> Choice:
    return pick(scene, NONE, label)


async def _ask_other(scene: Scene) -> Screen:
    update, code = await _update(scene), scene.draft[LANGUAGE]
    name = LANGUAGES[code]
    text = paragraphs(
        _("How do your words read in <b>{language}</b>? Write them as one message.", language=name),
        Markup("<i>{}</i>").format(cut(update.others.get(code) or update.text, ORIGINAL)),
    )
    return Screen(text, ((_none(scene, _("Not in {language}", language=name)),),))


# -- a video -----------------------------------------------------------------------------------------------------------


async def _ask_video(scene: Scene) -> Screen:
    update = await _update(scene)
    text = paragraphs(
        _("Send me the address of your video, as you copy it: it begins with https://."),
        _("Now it is: {link}", link=update.video) if update.video else "",
    )
    return Screen(text, ((_none(scene, _("No video this time")),),) if update.video else ())


async def _type_video(scene: Scene, text: str) -> Any:
    return read_video(text)


# -- photos ------------------------------------------------------------------------------------------------------------


async def _room(scene: Scene) -> int:
    """For how many more photos there is room."""
    seen = await actions.one(scene.unit, who=scene.who, update_id=scene.draft[UPDATE])
    return MOST_PHOTOS - len({*seen.photos, *scene.draft.get(PHOTOS, [])})


async def _ask_photos(scene: Scene) -> Screen:
    came, room = len(scene.draft.get(PHOTOS, [])), await _room(scene)
    text = paragraphs(
        _("Send me the photos, one after the other, with the camera or the paper clip beside the box you write in."),
        ngettext("There is room for {n} photo.", "There is room for {n} photos.", room),
    )
    choices = [pick(scene, DONE, _("That is all")), pick(scene, UNDO, _("Not the last one"))] if came else []
    return Screen(text, tuple((choice,) for choice in choices))


async def _see_photo(scene: Scene, content: bytes) -> Any:
    if not await _room(scene):
        raise TooManyPhotos(most=MOST_PHOTOS)
    kept = await actions.keep_photo(
        scene.unit, who=scene.who, update_id=scene.draft[UPDATE], content=content, now=scene.now
    )
    scene.draft[PHOTOS] = list(dict.fromkeys([*scene.draft.get(PHOTOS, []), kept]))
    if not await _room(scene):
        return scene.draft[PHOTOS]
    return Stay(_("I have it.").unescape())


async def _take_photos(scene: Scene, value: str) -> Any:
    came: list[int] = scene.draft.get(PHOTOS, [])
    if value not in (DONE, UNDO) or not came:
        raise NotFound(what="picture")
    if value == DONE:
        return came
    await actions.let_go(scene.unit, who=scene.who, update_id=scene.draft[UPDATE], picture_id=came[-1])
    scene.draft[PHOTOS] = came[:-1]
    return Stay()


# -- the end of each ---------------------------------------------------------------------------------------------------


async def _finish(scene: Scene) -> Screen:
    unit, who, draft, update_id = scene.unit, scene.who, scene.draft, scene.draft[UPDATE]
    if "correct" in draft:
        await actions.correct(
            unit, who=who, update_id=update_id, text=draft["correct"], language=language(), now=scene.now
        )
        read = await reading.one(unit, who=who, update_id=update_id)
        return list_views.one(read, None, who.zone)
    said: Markup | str = ""
    if "words" in draft:
        seen = await actions.set_words(unit, who=who, update_id=update_id, text=draft["words"], language=language())
        said = _look_over(seen.update)
    elif "other" in draft:
        seen = await actions.set_other(
            unit, who=who, update_id=update_id, language=draft[LANGUAGE], text=draft["other"]
        )
        return views.languages(seen.update)
    elif "video" in draft:
        seen = await actions.set_video(unit, who=who, update_id=update_id, video=draft["video"])
    else:
        seen = await actions.add_photos(unit, who=who, update_id=update_id, photos=draft["photo"])
        return views.photos(seen)
    screen = views.draft(seen, scene.now, who.zone)
    return screen.before(said) if said else screen


def _look_over(update: UpdateRow) -> Markup | str:
    """What is to be thought of when the words are others."""
    names = [LANGUAGES[code] for code in LANGUAGES if code in update.others]
    if not names:
        return ""
    return _("The words in {languages} stay as they were: see that they still say the same.", languages=listed(names))


async def _ask_correction(scene: Scene) -> Screen:
    return Screen(
        _(
            "What is to be put right? Write it in up to {n} characters. What was sent stays as it is: your note stands "
            "below it, with the day and your name.",
            n=number(MOST_CORRECTION),
        )
    )


async def _type_correction(scene: Scene, text: str) -> Any:
    return clean(text, MOST_CORRECTION)


WIZARD = Wizard(
    "update",
    [
        Step("words", _ask_words, typed=_type_words, tapped=_take_none),
        Step("other", _ask_other, typed=_type_words, tapped=_take_none),
        Step("video", _ask_video, typed=_type_video, tapped=_take_none),
        Step("photo", _ask_photos, tapped=_take_photos, pictured=_see_photo),
        Step("correct", _ask_correction, typed=_type_correction),
    ],
    _finish,
)


# -- looking for past ones ---------------------------------------------------------------------------------------------


async def _ask_search(scene: Scene) -> Screen:
    return Screen(list_views.ask_words())


async def _type_search(scene: Scene, text: str) -> Any:
    return clean(text, 100)


async def _search(scene: Scene) -> Screen:
    return list_views.found(await reading.search(scene.unit, who=scene.who, text=scene.draft["words"], page=0))


FIND = Wizard("newsfind", [Step("words", _ask_search, typed=_type_search)], _search)
