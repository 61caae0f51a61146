"""What the room of news says unasked: the update itself, and to the mayor what there is to do for it."""

from __future__ import annotations

from datetime import date, datetime

from handlers.kit.capability import Fields, Notice
from handlers.kit.links import links_now
from handlers.kit.nav import anew, home
from handlers.kit.news_taps import CastTap, ChoiceTap, NewsTap
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import bold, paragraphs
from handlers.kit.taps import ListTap
from handlers.news import telling, words
from locales import _, a_moment, ngettext
from storage.queries import updates
from storage.unit import Unit
from town.settings import TownSettings
from town.topics import UPDATES

# -- the update --------------------------------------------------------------------------------------------------------


async def gather(unit: Unit, fields: Fields) -> Fields | None:
    """Field `broadcast`: the one that carries the update. Gives what `telling` takes, and its page's address, `web`."""
    update = await updates.of_broadcast(unit, int(fields["broadcast"]))
    if update is None:
        return None
    return {**await telling.fields_of(unit, update), "web": links_now().public(f"/news/{update.id}")}


def letter(fields: Fields, town: TownSettings) -> Screen:
    """An update as residents get it, in the current language."""
    return Screen(telling.below_picture(fields, town.tz), _ways(fields))


def _ways(fields: Fields) -> tuple[Row, ...]:
    read_on = anew(Choice(_("Read on"), NewsTap(do="one", id=fields["update"]).pack()))
    rows: list[Row] = [(read_on,)]
    if fields.get("web"):
        rows[0] = (read_on, Choice(_("On the web"), url=fields["web"]))
    if fields["video"]:
        rows.append((Choice(_("Watch the video"), url=fields["video"]),))
    less = anew(Choice(_("Less of this"), ChoiceTap(do="open").pack()))
    return (*rows, (anew(shifts()),), (less, anew(home())))


def shifts() -> Choice:
    """The way to the shifts of the days to come."""
    return Choice(_("Find a shift"), ListTap(by="").pack())


# -- to the mayor ------------------------------------------------------------------------------------------------------


def draft(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the `update`, its `week`, when it is `due`."""
    text = paragraphs(
        bold(_headline(fields)),
        _("I have counted the week and drawn its picture. Now it needs your words: a few lines are enough."),
        _("It goes out on {when}, when you have said that it is ready.", when=_due(fields, town)),
    )
    return Screen(text, _to_draft(_("Write the update"), fields))


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """The same fields; `late`: its time has come."""
    if fields["late"]:
        said = _("It was to go out now, and nobody has said that it is ready. It goes out as soon as you say so.")
    else:
        when = _due(fields, town)
        said = _("It is not ready yet. It goes out on {when}, if you look it over and say so.", when=when)
    return Screen(paragraphs(bold(_headline(fields)), said), _to_draft(_("Look it over"), fields))


def sent(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the `update`, its `week`, the `broadcast` (0: nobody hears of updates), in how many `boards` it is."""
    boards = fields["boards"]
    lines = [
        _("Your update is on its way to everybody who hears of updates.")
        if fields["broadcast"]
        else _("Your update is out, but nobody in town hears of updates. Everybody can read it with /news."),
        ngettext("It is posted in {n} group or channel.", "It is posted in {n} groups and channels.", boards)
        if boards
        else "",
    ]
    ways = [Choice(_("Read it"), NewsTap(do="one", id=fields["update"]).pack())]
    if fields["broadcast"]:
        ways.append(Choice(_("How it gets on"), CastTap(do="page", id=fields["broadcast"]).pack()))
    return Screen(paragraphs(bold(_headline(fields)), *lines), (*((anew(way),) for way in ways), (anew(home()),)))


def _headline(fields: Fields) -> str:
    return words.headline(date.fromisoformat(fields["week"]))


def _due(fields: Fields, town: TownSettings) -> str:
    return a_moment(datetime.fromisoformat(fields["due"]), town.tz)


def _to_draft(label: str, fields: Fields) -> tuple[Row, ...]:
    return ((anew(Choice(label, NewsTap(do="draft", id=fields["update"]).pack())),), (anew(home()),))


NOTICES = (
    Notice(key="news.update", render=letter, picture=telling.picture, gather=gather, topic=UPDATES),
    Notice(key="news.draft", render=draft),
    Notice(key="news.remind", render=reminder),
    Notice(key="news.sent", render=sent),
)
