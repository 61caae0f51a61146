"""Facts in words: the one place where what is wrong becomes a sentence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.methods import TelegramMethod
from aiogram.types import Message, Update
from markupsafe import Markup

from handlers.kit.fact_words import MORE, Sentence
from handlers.kit.nav import home, leave
from handlers.kit.reply import TYPED, answer, chat_of, send
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from locales import _, a_length, a_time, ngettext, number
from town import facts
from town.facts import Fact
from town.settings import SPECS, Kind

_WHAT: dict[str, Sentence] = {
    "shift": lambda fact, zone: _("That shift is no longer there."),
    "project": lambda fact, zone: _("That project is no longer there."),
    "series": lambda fact, zone: _("That series is no longer there."),
    "resident": lambda fact, zone: _("I can't find that person any more."),
    "role": lambda fact, zone: _("They do not have that role any more."),
    "applicant": lambda fact, zone: _("That was answered already."),
    "topic": lambda fact, zone: _("That is not on the list any more."),
    "home": lambda fact, zone: _("That home is no longer there."),
    "file": lambda fact, zone: _("I find no such file."),
    "report": lambda fact, zone: _("I find no such report."),
    "contest": lambda fact, zone: _("I find nothing of that kind that is to be decided."),
    "item": lambda fact, zone: _("That item is not on the list any more."),
    "picture": lambda fact, zone: _("That picture is no longer there."),
    "batch": lambda fact, zone: _("Those goods are no longer there."),
    "claim": lambda fact, zone: _("I find no such goods of yours."),
    "draw": lambda fact, zone: _("I find no such draw."),
    "receipt": lambda fact, zone: _("I find no such receipt."),
    "swap": lambda fact, zone: _("I find no such request of yours."),
    "poll": lambda fact, zone: _("I find no such poll."),
    "meeting": lambda fact, zone: _("I find no such meeting."),
    "agenda item": lambda fact, zone: _("That is not on the agenda any more."),
    "proxy": lambda fact, zone: _("There is no such proxy any more."),
    "paper": lambda fact, zone: _("That was settled already."),
    "decision": lambda fact, zone: _("I find no such decision."),
    "update": lambda fact, zone: _("I find no such update."),
    "call": lambda fact, zone: _("I find no such call for hands that went to you."),
    "notice": lambda fact, zone: _("I find nothing of that kind that did not arrive."),
    "board": lambda fact, zone: _("I am not in that group or channel any more."),
    "follow-up": lambda fact, zone: _("I find nothing of that kind that is to be done."),
}

_SENTENCES: dict[type[Fact], Sentence] = {
    facts.NotAllowed: lambda fact, zone: _needs(fact.needed),
    facts.ShiftGone: lambda fact, zone: _("That shift is no longer there."),
    facts.ShiftCancelled: lambda fact, zone: _("“{title}” was cancelled.", title=fact.title),
    facts.ShiftStarted: lambda fact, zone: _("“{title}” has already started.", title=fact.title),
    facts.ShiftFull: lambda fact, zone: _(
        "All places on “{title}” are taken now. There are other shifts that would be glad of you.", title=fact.title
    ),
    facts.ShiftClash: lambda fact, zone: _(
        "You hold a place on “{other}” at that time ({start}–{end}), so I did not add “{title}”.",
        other=fact.other,
        start=a_time(fact.starts_at, zone),
        end=a_time(fact.ends_at, zone),
        title=fact.title,
    ),
    facts.AlreadyHeld: lambda fact, zone: _("You already hold a place on “{title}”. All is well.", title=fact.title),
    facts.NotHeld: lambda fact, zone: _("You hold no place on “{title}”.", title=fact.title),
    facts.TooLate: lambda fact, zone: _("It is too late for that now."),
    facts.NotYetOver: lambda fact, zone: _(
        "“{title}” runs until {end}. Its hours can be confirmed after that.",
        title=fact.title,
        end=a_time(fact.ends_at, zone),
    ),
    facts.AlreadyConfirmed: lambda fact, zone: _("The hours of “{title}” are confirmed already.", title=fact.title),
    facts.OwnHours: lambda fact, zone: _("Nobody confirms their own hours: somebody else has to do this."),
    facts.BadMinutes: lambda fact, zone: _(
        "That is not a time I can write down: anything from 0 to {most}.", most=a_length(fact.most)
    ),
    facts.BadDate: lambda fact, zone: _(
        "I could not read “{given}” as a day or time. Try “Thu 9:00”, “tomorrow 14:30” or “24/11 9:00”.",
        given=fact.given[:60],
    ),
    facts.DateInPast: lambda fact, zone: _("“{given}” has passed already. Which day is it?", given=fact.given[:60]),
    facts.BadLength: lambda fact, zone: _(
        "I could not read “{given}” as a length the town allows. Try “3 h” or “90 min”.", given=fact.given[:60]
    ),
    facts.BadLead: lambda fact, zone: _(
        "I can't remind you “{given}” before a shift. Try “36 h” or “90 min”, at most {most}.",
        given=fact.given[:60],
        most=a_length(fact.most),
    ),
    facts.LeadsCross: lambda fact, zone: _leads_cross(fact),
    facts.BadPlaces: lambda fact, zone: _(
        "“{given}” is not a number of places the town allows. A number such as 6 will do.", given=fact.given[:60]
    ),
    facts.PlacesTaken: lambda fact, zone: ngettext(
        "{n} place is taken already, so there cannot be fewer.",
        "{n} places are taken already, so there cannot be fewer.",
        fact.taken,
    ),
    facts.NameTaken: lambda fact, zone: _("There is a project called “{name}” already.", name=fact.name),
    facts.TextTooLong: lambda fact, zone: ngettext(
        "That is a little long: {n} character at most, please.",
        "That is a little long: {n} characters at most, please.",
        fact.most,
    ),
    facts.TextEmpty: lambda fact, zone: _("I need a few letters for that, please."),
    facts.CodeWrong: lambda fact, zone: _("That code is not right. Please look at it again, letter by letter."),
    facts.CodeUsed: lambda fact, zone: _("That code was used before, or it is too old. Please ask for a new one."),
    facts.TooManyTries: lambda fact, zone: _("Those were many codes in a short time. Please wait an hour."),
    facts.AlreadyRole: lambda fact, zone: _("They have that role already."),
    facts.LastMayor: lambda fact, zone: _("The town needs a mayor: appoint another one first."),
    facts.NeedConsent: lambda fact, zone: _("I can only go on when you agree to the privacy notice."),
    facts.BadSetting: lambda fact, zone: _bad_setting(fact),
    facts.NotFound: lambda fact, zone: _WHAT.get(fact.what, _WHAT["topic"])(fact, zone),
    **MORE,
}


def sentence(fact: Fact, zone: ZoneInfo) -> Markup:
    """What is wrong, in the current language, and where it helps, what to do."""
    return _SENTENCES[type(fact)](fact, zone)


def known() -> frozenset[type[Fact]]:
    """The facts that have a sentence."""
    return frozenset(_SENTENCES)


def _needs(needed: str) -> Markup:
    if needed == "mayor":
        return _("Only the mayor can do that.")
    if needed == "coordinator":
        return _("Only a coordinator of this project can do that.")
    if needed == "a coordinator":
        return _("Only coordinators can do that.")
    if needed == "town coordinator":
        return _("Only the mayor or a coordinator of the whole town can do that.")
    if needed == "treasurer":
        return _("Only the treasurer or the mayor can do that.")
    if needed == "caller":
        return _("That is for the mayor, for coordinators of the project it is about, and for whoever asked or called.")
    if needed == "teller":
        return _("Only the tellers of this poll can do that.")
    if needed == "takings":
        return _("The takings are for the treasurer, the mayor and coordinators.")
    if needed == "item maker":
        return _("Only whoever made this item can change it, or a coordinator of the whole town, or the mayor.")
    if needed == "master":
        return _("Only a master of this skill can do that.")
    if needed == "phone owner":
        return _("Only whoever this phone belongs to can do that.")
    return _("That is for the town's residents. Send /start to join them.")


def _leads_cross(fact: Any) -> Markup:
    if fact.which == "reminder_early":
        return _(
            "Your late reminder comes {length} before a shift. The early one has to be longer before it.",
            length=a_length(fact.minutes),
        )
    return _(
        "Your early reminder comes {length} before a shift. The late one has to be nearer to it.",
        length=a_length(fact.minutes),
    )


def _bad_setting(fact: Any) -> Markup:
    if fact.key == "join_code" and fact.low is not None:
        return _(
            "A join code has from {low} to {high} characters. To do without one, first change who may join.",
            low=number(fact.low),
            high=number(fact.high),
        )
    kind = next((spec.kind for spec in SPECS if spec.key == fact.key), None)
    if kind is Kind.TEXT and fact.high is not None:
        return _SENTENCES[facts.TextTooLong](facts.TextTooLong(most=fact.high), ZoneInfo("UTC"))
    if fact.low is not None and fact.high is not None:
        show = a_length if kind is Kind.MINUTES else number
        return _("That does not fit here: from {low} to {high}, please.", low=show(fact.low), high=show(fact.high))
    return _("That does not fit here. Please look at the example again.")


def apology(update: Update, fact: Fact, seat: Seat, zone: ZoneInfo) -> list[TelegramMethod[Any]]:
    """The answer to an update that a fact undid."""
    return _answer(update, sentence(fact, zone), seat)


def sorry(update: Update, seat: Seat) -> list[TelegramMethod[Any]]:
    """The answer to an update that failed for a reason nobody foresaw."""
    return _answer(
        update, _("Something went wrong on our side. Nothing was changed; please try again in a moment."), seat
    )


def _answer(update: Update, text: Markup, seat: Seat) -> list[TelegramMethod[Any]]:
    if update.callback_query is not None and update.callback_query.id != TYPED:
        return [answer(update.callback_query, text, alert=True)]
    event = update.message or update.callback_query
    if not isinstance(event, Message) and event is None:
        return []
    ways = (leave(),) if seat.state else (home(),)
    return [send(chat_of(event), Screen(text, (ways,)))]


def moment(text: str) -> datetime:
    """An instant as notices keep it in their fields."""
    return datetime.fromisoformat(text)
