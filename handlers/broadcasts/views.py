"""The screens of the room of messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.methods import SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile
from markupsafe import Markup

from handlers.broadcasts import notices
from handlers.broadcasts.actions import Seen
from handlers.broadcasts.state_words import event_line, state_line
from handlers.kit.audience_words import Names, audience_words, hearing_words
from handlers.kit.capability import Command
from handlers.kit.nav import ANEW, back, home, menu, page_of, pager
from handlers.kit.news_taps import CastTap, ReachTap
from handlers.kit.reply import send
from handlers.kit.screens import Choice, Screen, cut, in_rows, keyboard
from handlers.kit.shift_words import bold, paragraphs
from locales import N_, _, a_moment, ngettext
from storage.outbox import Progress
from storage.queries.audiences import Look
from storage.queries.broadcasts import BroadcastRow, Event
from storage.queries.saved_audiences import SavedRow
from storage.tables import BroadcastKind, BroadcastState
from town.audience import parse_chosen

COMMANDS = (
    Command(
        "broadcast",
        N_("Write to people"),
        N_("write to people|message people|write to everybody|send a message"),
        role="coordinator",
    ),
    Command("broadcasts", N_("Messages that were sent"), N_("messages|sent messages|broadcasts"), role="coordinator"),
    Command("emergency", N_("Warn everybody at once"), N_("emergency|urgent|warn everybody|alarm"), role="coordinator"),
)
PAGE = 4
"""With two to page and four other ways: ten choices."""
NAMES_PAGE = 5
MOST_SHOWN = 300
MOST_EVENTS = 30


def _tap(do: str, broadcast_id: int = 0, **more: Any) -> str:
    return CastTap(do=do, id=broadcast_id, **more).pack()


def _all() -> Choice:
    return Choice(_("All messages"), _tap("list"))


# -- the list ----------------------------------------------------------------------------------------------------------


def listing(found: Sequence[BroadcastRow], page: int, zone: ZoneInfo, *, may_write: bool, may_warn: bool) -> Screen:
    shown, page = page_of(found, page, PAGE)
    lines = [
        Markup("{}. {}\n{}").format(at, _short(one), state_line(one, zone))
        for at, one in enumerate(shown, page * PAGE + 1)
    ]
    ways = [Choice(_("Write to people"), _tap("new"))] if may_write else []
    ways += [Choice(_("Warn everybody"), _tap("urgent"))] if may_warn else []
    ways += [Choice(_("Named groups"), _tap("names"))] if may_write else []
    head = bold(_("Messages to many"))
    none = _("Nothing was sent so far.") if not lines else ""
    entries = [(f"{at}. {_short(one)}", _tap("page", one.id)) for at, one in enumerate(shown, page * PAGE + 1)]
    pages = pager(len(found), page, lambda to: _tap("list", page=to), PAGE)
    return Screen(paragraphs(head, none, *lines), menu(entries, pages=pages, then=[*ways, home()]))


def _short(one: BroadcastRow) -> str:
    text = " ".join(one.text.split())
    if text:
        return ("🔴 " if one.kind == BroadcastKind.EMERGENCY else "") + cut(text, 60)
    kinds = {BroadcastKind.TASK: _("A call for hands"), BroadcastKind.UPDATE: _("The town's update")}
    return kinds.get(BroadcastKind(one.kind), _("A message")).unescape()


# -- one of them -------------------------------------------------------------------------------------------------------


def page(seen: Seen, now: datetime, zone: ZoneInfo) -> Screen:
    one = seen.one
    words = audience_words(seen.chosen, seen.names)
    by = _("From {name}, {when}", name=seen.author or "–", when=a_moment(one.made_at, zone))
    text = paragraphs(
        Markup(" ").join(filter(None, (state_line(one, zone, yes=seen.yes), _then(one, now, zone)))),
        Markup("“{}”").format(cut(one.text, MOST_SHOWN)) if one.text else "",
        Markup("{}\n{}").format(_("It is for: {people}.", people=cut(words.unescape(), 600)), by),
        counts(one, seen.progress) if seen.progress is not None else "",
    )
    return Screen(text, (*in_rows(_ways(seen), 2), (_all(), home())))


def _then(one: BroadcastRow, now: datetime, zone: ZoneInfo) -> Markup:
    """When something goes out that still waits for a yes."""
    if one.state != BroadcastState.PROPOSED:
        return Markup("")
    if one.due_at > now:
        return _("With it, it goes out {when}.", when=a_moment(one.due_at, zone))
    return _("With it, it goes out at once.")


def counts(one: BroadcastRow, progress: Progress) -> Markup:
    """What became of it so far; what is nothing is not said."""
    lines = [
        ngettext("Sent to {n} person.", "Sent to {n} people.", progress.sent),
        ngettext("{n} person is still waiting for it.", "{n} people are still waiting for it.", progress.waiting)
        if progress.waiting
        else "",
        ngettext("{n} person has read it.", "{n} people have read it.", progress.read) if progress.read else "",
        ngettext("{n} person could not be reached.", "{n} people could not be reached.", progress.failed)
        if progress.failed
        else "",
        ngettext(
            "{n} person has turned such messages off.",
            "{n} people have turned such messages off.",
            one.left_out + progress.muted,
        )
        if one.left_out + progress.muted
        else "",
        ngettext("{n} person does not get it any more.", "{n} people do not get it any more.", progress.dropped)
        if progress.dropped
        else "",
    ]
    return Markup("\n").join(line for line in lines if line)


def _ways(seen: Seen) -> list[Choice]:
    one, ways = seen.one, list[Choice]()
    if seen.asked:
        ways += notices.yes_or_no(one.id)
    if seen.runs:
        ways += [Choice(label, _tap(do, one.id)) for do, label in _runs(one).items()]
    ways.append(Choice(_("See it"), _tap("see", one.id)))
    if one.started_at is not None and seen.runs:
        ways.append(Choice(_("Whom it reached"), ReachTap(do="card", id=one.id).pack()))
    return [*ways, Choice(_("What happened"), _tap("history", one.id))]


def _runs(one: BroadcastRow) -> dict[str, Markup]:
    match one.state:
        case BroadcastState.PROPOSED:
            return {"cancel": _("Call it off")}
        case BroadcastState.SCHEDULED:
            return {"now": _("Send it now"), "cancel": _("Call it off")}
        case BroadcastState.SENDING:
            return {"pause": _("Hold it"), "stop": _("Stop it")}
        case BroadcastState.PAUSED:
            return {"resume": _("Go on"), "stop": _("Stop it")}
    return {}


def sure(one: BroadcastRow, do: str) -> Screen:
    """Before something that cannot be undone."""
    text, yes = {
        "cancel": (_("Call this message off? It does not go out then."), _("Yes, call it off")),
        "stop": (_("Stop this message? Whoever has not got it yet does not get it any more."), _("Yes, stop it")),
        "decline": (_("Say no to this message? It does not go out then, and its author is told."), _("Yes, say no")),
        "now": (_("Send this message now?"), _("Yes, send it now")),
    }[do]
    quoted = Markup("“{}”").format(cut(one.text, MOST_SHOWN)) if one.text else ""
    return Screen(
        paragraphs(text, quoted),
        ((Choice(yes, _tap(do, one.id, key="sure")),), (back(_tap("page", one.id)), home())),
    )


def thanks(one: BroadcastRow, yes: int) -> str:
    """What a yes came to."""
    if one.state == BroadcastState.PROPOSED:
        more = max(1, one.needed - yes)
        return ngettext("Thank you. {n} more yes is needed.", "Thank you. {n} more are needed.", more)
    return _("Thank you. That was the yes it needed.")


def history(one: BroadcastRow, log: Sequence[Event], zone: ZoneInfo) -> Screen:
    lines = [event_line(event, zone) for event in log[-MOST_EVENTS:]]
    text = paragraphs(bold(_("What happened")), Markup("\n").join(lines))
    return Screen(text, ((back(_tap("page", one.id)), home()),))


# -- as its readers get it ---------------------------------------------------------------------------------------------


def as_read(chat_id: int, screen: Screen, photo: bytes | None) -> TelegramMethod[Any]:
    """A message just as its readers get it; its buttons only say that they are there."""
    shown = Screen(
        screen.html, tuple(tuple(Choice(one.label, ANEW + _tap("look")) for one in row) for row in screen.rows)
    )
    if photo is None or not shown.fits_a_picture:
        return send(chat_id, shown)
    return SendPhoto(
        chat_id=chat_id,
        photo=BufferedInputFile(photo, filename="photo.jpeg"),
        caption=str(shown.html),
        parse_mode="HTML",
        reply_markup=keyboard(shown),
    )


def only_looking() -> str:
    return _("That is only how it looks: this button works for those who get the message.").unescape()


def looking() -> Screen:
    return Screen(Markup.escape(only_looking()), ((_all(), home()),))


# -- audiences that have a name ----------------------------------------------------------------------------------------


def names(found: Sequence[SavedRow], page: int) -> Screen:
    shown, page = page_of(found, page, NAMES_PAGE)
    text = _("Groups of people that were given a name. A new one is kept where you choose who a message is for.")
    none = _("There is none so far.") if not found else ""
    pages = pager(len(found), page, lambda to: _tap("names", page=to), NAMES_PAGE)
    entries = [(one.name, _tap("name", one.id)) for one in shown]
    return Screen(paragraphs(text, none), menu(entries, pages=pages, then=[_all(), home()]))


def name(one: SavedRow, seen: Look, called: Names, *, may: bool) -> Screen:
    words = audience_words(parse_chosen(one.audience), called)
    people = hearing_words(seen) if seen.people else _("Nobody in town is like that at the moment.")
    drop = [Choice(_("Forget the name"), _tap("forget", one.id))] if may else []
    return Screen(
        paragraphs(bold(one.name), _("It is for: {people}.", people=words), people),
        (*in_rows(drop), (back(_tap("names")), home())),
    )


def sure_to_forget(one: SavedRow) -> Screen:
    return Screen(
        _("Forget the name “{name}”? What was sent to these people stays as it is.", name=one.name),
        (
            (Choice(_("Yes, forget it"), _tap("forget", one.id, key="sure")),),
            (back(_tap("name", one.id)), home()),
        ),
    )


def forgotten(one: SavedRow) -> str:
    return _("The name “{name}” is forgotten.", name=one.name)
