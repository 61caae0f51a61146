"""What the room says unasked: the call for hands itself, and what became of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.news_taps import ChoiceTap, TaskTap
from handlers.kit.place_words import kinds_line
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import DeskTap, ShiftTap
from handlers.kit.topics import named, topic_name
from handlers.tasks import cards, gathering
from handlers.tasks.stopping import MOVED
from locales import LANGUAGES, _, a_length, a_span, language, ngettext
from storage.queries.broadcasts import CARD
from town.settings import TownSettings
from town.topics import SHIFTS


def call(fields: Fields, town: TownSettings) -> Screen:
    """Fields: broadcast; as gathered also shift, title, project, place, starts_at, ends_at, free (places), minutes,
    kinds (its skills), line and its language, name (whose line it is).

    Without those, of a call that is over, only what can be answered.
    """
    if "shift" not in fields:
        over = _("You were asked whether you can come to a shift.")
        return Screen(over, (_answers(fields), (_less(), anew(home()))))
    return Screen(call_words(fields, town), (_answers(fields), (_page(fields),), (_less(), anew(home()))))


def call_words(fields: Fields, town: TownSettings) -> Markup:
    """What a call says, without its buttons."""
    free: int = fields["free"]
    head = ngettext("{n} person is wanted:", "{n} people are wanted:", free)
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    about = [
        Markup("<b>{}</b>").format(fields["title"]),
        fields["project"],
        f"{a_span(starts, ends, town.tz)} ({a_length(fields['minutes'])})",
        fields["place"] or "",
    ]
    gives = _("It gives you {length} of the week's hours.", length=a_length(fields["minutes"]))
    return paragraphs(
        Markup("\n").join([head, *(line for line in about if line)]),
        _to_know(fields),
        gives,
        _own_line(fields),
        _("Can you come?"),
    )


def _to_know(fields: Fields) -> Markup:
    """The skills that are wished for, and those that places are kept for."""
    kinds = fields["kinds"]
    wished = [topic_name(kind.topic) for kind in kinds if not kind.places and not kind.learners]
    lines = [kinds_line(kinds)]
    if wished:
        lines.insert(0, _("It asks for: {skills}. Come along too if you are willing to learn.", skills=named(wished)))
    return Markup("\n").join(line for line in lines if line)


def _own_line(fields: Fields) -> Markup:
    """What the sender adds, in their own words: marked where the reader reads another language."""
    if not fields["line"]:
        return Markup()
    said = _("{name}: “{line}”", name=fields["name"], line=fields["line"])
    if fields["language"] == language():
        return said
    original = LANGUAGES.get(fields["language"], fields["language"])
    return _("{said} (in {language})", said=said, language=original)


def _answers(fields: Fields) -> Row:
    return (
        Choice(come_label(), TaskTap(do="come", id=fields["broadcast"]).pack()),
        Choice(no_label(), TaskTap(do="no", id=fields["broadcast"]).pack()),
    )


def come_label() -> str:
    return _("I'll come").unescape()


def no_label() -> str:
    return _("Not this time").unescape()


def _page(fields: Fields) -> Choice:
    return anew(Choice(_("The shift's page"), ShiftTap(do="open", shift=fields["shift"]).pack()))


def _less() -> Choice:
    return anew(Choice(_("Less of this"), ChoiceTap(do="open").pack()))


def stopped(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, starts_at, ends_at, free (places), why ("moved", "full", "gone")."""
    starts, ends = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at"))
    about: dict[str, Any] = {"title": fields["title"], "when": a_span(starts, ends, town.tz)}
    desk = anew(Choice(_("The shift at the desk"), DeskTap(do="shift", id=fields["shift"]).pack()))
    if fields["why"] == MOVED:
        said = _(
            "The shift <b>{title}</b> has changed, it is now {when}. So I have stopped the call for hands: what it "
            "said is not so any more.",
            **about,
        )
        if fields["free"] > 0:
            free = ngettext("{n} place is free now.", "{n} places are free now.", fields["free"])
            again = anew(Choice(_("Call again"), TaskTap(do="ask", id=fields["shift"]).pack()))
            return Screen(Markup("{}\n{}").format(said, free), ((again,), (desk, anew(home()))))
    elif fields["why"] == "full":
        said = _(
            "All places on <b>{title}</b>, {when}, are taken: your call for hands is not needed any more.", **about
        )
    else:
        said = _("Your call for hands on <b>{title}</b>, {when}, does not go out any more.", **about)
    return Screen(said, ((desk, anew(home())),))


def card(fields: Fields, town: TownSettings) -> Screen:
    """Fields: broadcast; as gathered also card (a `storage.queries.tasks.CardRow`)."""
    return cards.card(fields["card"], town)


NOTICES = (
    Notice(key="task.call", render=call, gather=gathering.call, topic=SHIFTS),
    Notice(key="task.stopped", render=stopped),
    Notice(key=CARD, render=card, gather=gathering.card, quiet=False, once=True),
)
