"""The words of what reached nobody, for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap
from handlers.reach import words
from handlers.reach.actions import MISSED_PAGE, Missing
from handlers.reach.views import lines, to, when
from locales import N_, _, ngettext, number
from storage.queries.undelivered import Lost, Stuck

COMMANDS = (
    Command(
        "undelivered",
        N_("What reached nobody"),
        N_("undelivered|not delivered|what did not arrive"),
        role="coordinator",
    ),
)

REASONS = "reasons"
"""The key of the list of reasons."""

ALL, SURE = "all", "sure"
"""The keys of what is done with all that did not reach somebody; the second once it was asked."""

PERSON_PAGE = 4  # with two to page, two for all of them and two to leave: ten choices


def _desk() -> Choice:
    return back(DeskTap(do="home").pack())


def missing(seen: Missing) -> Screen:
    """Who was not reached in the last weeks."""
    if not seen.notices:
        text = [_("<b>Not delivered</b>\nEverything of the last 30 days has reached somebody."), *_stuck(seen.stuck)]
        return Screen(lines(text), ((_desk(), home()),))
    text = [
        _("<b>Not delivered</b> in the last 30 days"),
        *_stuck(seen.stuck),
        _(
            "{notices}, to {people}. What they said stays between the town and them.",
            notices=words.notices(seen.notices),
            people=ngettext("{n} person", "{n} people", seen.people),
        ),
    ]
    if seen.reason:
        text.append(_("Only these: {why}.", why=words.why(seen.reason)))
    text += [
        Markup("• {}: {} ({})").format(one.name, words.notices(one.many), words.why(one.why)) for one in seen.shown
    ]
    others = Choice(_("All of them"), to("undelivered"))
    reasons = Choice(_("By reason"), to("undelivered", key=REASONS))
    rows = menu(
        [(one.name, to("person", one.resident_id)) for one in seen.shown],
        pages=pager(seen.total, seen.page, lambda page: to("undelivered", page=page, key=seen.reason), MISSED_PAGE),
        then=[others if seen.reason else reasons, _desk(), home()],
    )
    return Screen(lines(text), rows)


def _stuck(stuck: Stuck | None) -> list[Markup]:
    """What waits for somebody to mend something, first of all."""
    if stuck is None:
        return []
    said = ngettext(
        "{n} notice waits: WhatsApp takes nothing from the town just now ({words}). Please tell whoever runs me: "
        "“python bot.py whatsapp check” says what is wrong. Then it goes out by itself.",
        "{n} notices wait: WhatsApp takes nothing from the town just now ({words}). Please tell whoever runs me: "
        "“python bot.py whatsapp check” says what is wrong. Then they go out by themselves.",
        stuck.many,
        words=stuck.words,
    )
    return [said]


def by_reason(seen: Missing) -> Screen:
    """How many each reason kept from arriving."""
    text = [_("<b>Not delivered</b>: why?")]
    text += [Markup("• {}: {}").format(words.why(reason), number(many)) for reason, many in seen.why.items()]
    if not seen.why:
        text.append(_("Everything of the last 30 days has reached somebody."))
    choices = [Choice(words.why_label(reason), to("undelivered", key=reason)) for reason in seen.why]
    choices.append(Choice(_("By person"), to("undelivered")))
    return Screen(lines(text), (*in_rows(choices, 2), (_desk(), home())))


def person(found: Sequence[Lost], page: int, zone: ZoneInfo) -> Screen:
    """What did not reach one person."""
    shown, page = page_of(found, page, PERSON_PAGE)
    one = found[0]
    text = [Markup("<b>{}</b>: {}").format(one.name, words.notices(len(found)))]
    text += [
        Markup("• {}: {} ({})").format(when(each.made_at, zone), words.title(each.notice), words.why(each.why))
        for each in shown
    ]
    rows = menu(
        [(words.title(each.notice), to("row", each.id)) for each in shown],
        pages=pager(len(found), page, lambda turned: to("person", one.resident_id, turned), PERSON_PAGE),
        then=[
            Choice(_("Send all again"), to("retry", one.resident_id, key=ALL)),
            Choice(_("Let all of it go"), to("drop", one.resident_id, key=ALL)),
            back(to("undelivered")),
            home(),
        ],
    )
    return Screen(lines(text), rows)


def row(one: Lost, now: datetime, zone: ZoneInfo) -> Screen:
    """One notice that reached nobody."""
    in_time = one.expires_at is None or one.expires_at > now
    text = [
        Markup("<b>{}</b>, {}").format(words.title(one.notice), when(one.made_at, zone)),
        _("To {name}. Not reached: {why}.", name=one.name, why=words.why(one.why)),
    ]
    if not in_time:
        text.append(_("By now it would come too late."))
    again = [Choice(_("Send again"), to("retry", one.id))] if in_time else []
    choices = [*again, Choice(_("Let it go"), to("drop", one.id))]
    return Screen(lines(text), (*in_rows(choices, 2), (back(to("person", one.resident_id)), home())))


def sure_to_drop(found: Sequence[Lost]) -> Screen:
    """Before everything of one person is given up."""
    one = found[0]
    text = _(
        "Shall I let go of all that did not reach {name}: {notices}? It is not sent any more.",
        name=one.name,
        notices=words.notices(len(found)),
    )
    yes = Choice(_("Yes, let it go"), to("drop", one.resident_id, key=SURE))
    return Screen(text, ((yes,), (back(to("person", one.resident_id)), home())))


def tried(count: int) -> str:
    return ngettext(
        "I try {n} notice once more. What fails again comes back here.",
        "I try {n} notices once more. What fails again comes back here.",
        count,
    )


def let_go(count: int) -> str:
    return ngettext("{n} notice is let go.", "{n} notices are let go.", count)
