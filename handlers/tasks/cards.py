"""A broadcast's progress card: how far it has come, and what its sender can do."""

from __future__ import annotations

from markupsafe import Markup

from handlers.broadcasts.sending import FULL, GONE
from handlers.kit.nav import anew, home
from handlers.kit.news_taps import CastTap, ReachTap, TaskTap
from handlers.kit.screens import Choice, Screen, bar, cut, in_rows
from locales import _, a_span, ngettext
from storage.queries.tasks import CardRow
from storage.tables import BroadcastKind, BroadcastState
from town.settings import TownSettings

MOST_QUOTED = 60

_END = (BroadcastState.SENT, BroadcastState.STOPPED)


def card(one: CardRow, town: TownSettings) -> Screen:
    """The card as it is now. Its buttons lead to messages of their own, so that the card stays the card."""
    lines = [_head(one, town), Markup.escape(bar(one.people - one.waiting, one.people)), _numbers(one)]
    if one.failed:
        lines.append(ngettext("{n} could not be reached.", "{n} could not be reached.", one.failed))
    return Screen(Markup("\n").join([*lines, _stands(one)]), in_rows(_can_do(one), 2))


def _head(one: CardRow, town: TownSettings) -> Markup:
    if one.kind == BroadcastKind.TASK and one.starts_at is not None and one.ends_at is not None:
        when = a_span(one.starts_at, one.ends_at, town.tz)
        return _("<b>Call for hands: {title}</b>, {when}", title=one.title, when=when)
    if one.kind == BroadcastKind.UPDATE:
        return _("<b>The news of the week</b>")
    words = cut(one.text.partition("\n")[0], MOST_QUOTED)
    if one.kind == BroadcastKind.EMERGENCY:
        return _("<b>Emergency:</b> “{words}”", words=words)
    return _("<b>Your message:</b> “{words}”", words=words)


def _numbers(one: CardRow) -> Markup:
    """ "Sent 412 of 600 · reached 398 · coming 4 of 6" """
    parts = [
        ngettext("Sent {sent} of {n}", "Sent {sent} of {n}", one.people, sent=one.sent + one.failed),
        _("reached {n}", n=one.sent),
    ]
    if one.free is not None:
        parts.append(_("coming {came} of {wanted}", came=one.came, wanted=one.came + max(one.free, 0)))
    return Markup(" · ").join(parts)


def _stands(one: CardRow) -> Markup:
    """Where it stands, in a sentence."""
    if one.state == BroadcastState.PAUSED:
        return _("It is held: nobody else gets it until you go on.")
    if one.state in _END and one.free == 0 and one.cancelled_at is None:
        return _("All places are taken, so nobody else is called. Thank you!")
    if one.state in _END and (one.cancelled_at is not None or one.why == GONE):
        return _("It was stopped, as the shift was changed or cancelled, or has begun.")
    if one.state == BroadcastState.STOPPED and one.why == FULL:
        return _("It was stopped when all places were taken. Should one fall free, you can call again.")
    if one.state == BroadcastState.STOPPED:
        return _("It was stopped: nobody else gets it.")
    if one.state == BroadcastState.SENT:
        return _("It has gone out to everybody.")
    return _("It is on its way.")


def _can_do(one: CardRow) -> list[Choice]:
    choices = []
    if one.state == BroadcastState.SENDING:
        choices.append(_to("pause", one, _("Pause")))
    elif one.state == BroadcastState.PAUSED:
        choices.append(_to("resume", one, _("Go on")))
    if one.state in (BroadcastState.SENDING, BroadcastState.PAUSED):
        choices.append(_to("stop", one, _("Stop it")))
    elif one.shift_id is not None and one.free and one.cancelled_at is None and one.state in _END:
        choices.append(anew(Choice(_("Call again"), TaskTap(do="ask", id=one.shift_id).pack())))
    choices.append(anew(Choice(_("Report"), ReachTap(do="card", id=one.id).pack())))
    return [*choices, anew(home())]


def _to(do: str, one: CardRow, label: str) -> Choice:
    return anew(Choice(label, CastTap(do=do, id=one.id).pack()))
