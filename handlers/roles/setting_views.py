"""The words of the town's settings, and of its list of skills and interests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.topics import topic_name
from handlers.roles.views import to, town_way
from locales import LANGUAGES, _, a_length, ngettext, number
from storage.queries.topics import SKILL, Named
from town.settings import SPECS, Kind, Spec, TownSettings

TOPICS_PAGE = 5


def _names() -> dict[str, tuple[Markup, Markup]]:
    """Of each setting its name (short enough for a button), and what it means."""
    return {
        "name": (_("Name"), _("What the town is called.")),
        "zone": (_("Time zone"), _("The clock the town lives by, for example “Africa/Johannesburg”.")),
        "language": (_("Language"), _("What the town speaks with somebody whose language it doesn't know.")),
        "join_policy": (_("Who may join"), _("Anybody, whoever knows the join code, or whom a coordinator lets in.")),
        "join_code": (_("Join code"), _("What a newcomer writes to join, when joining needs a code.")),
        "required_minutes": (_("Hours a week"), _("How much time each resident is asked for in a week.")),
        "carry_cap_minutes": (_("Carried over"), _("How much time above that can be carried to later weeks, at most.")),
        "quiet_from": (_("Quiet from"), _("From when on the town writes to nobody unasked.")),
        "quiet_until": (_("Quiet until"), _("Until when the town writes to nobody unasked.")),
        "reminder_early_minutes": (_("Early reminder"), _("How long before a shift a new resident is reminded first.")),
        "reminder_late_minutes": (_("Late reminder"), _("How long before a shift a new resident is reminded again.")),
        "confirm_remind_days": (_("Hours unconfirmed"), _("After how many days a coordinator is reminded of hours.")),
        "confirm_tell_mayor_days": (_("Mayor is told"), _("After how many days the mayor is told of such hours.")),
        "longest_shift_minutes": (_("Longest shift"), _("How long a shift may be, at most.")),
        "most_places": (_("Most places"), _("How many places a shift may have, at most.")),
    }


def setting_name(key: str) -> str:
    return _names()[key][0].unescape()


def value_label(key: str, value: str | int | time) -> str:
    """A value as the town reads it: "3 h", "21:00", "whoever knows the code"."""
    kind = next(spec.kind for spec in SPECS if spec.key == key)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int):
        if kind is Kind.MINUTES:
            return a_length(value).unescape() if value else _("none").unescape()
        if kind is Kind.DAYS:
            return ngettext("{n} day", "{n} days", value).unescape()
        return number(value)
    if kind is Kind.CHOICE:
        return choice_label(key, value)
    return value or _("none").unescape()


def choice_label(key: str, value: str) -> str:
    if key == "language":
        return LANGUAGES[value]
    labels = {
        "open": _("Anybody"),
        "code": _("With the join code"),
        "approval": _("A coordinator says yes"),
    }
    return labels[value].unescape()


def settings(town: TownSettings, page: int) -> Screen:
    shown, page = page_of(SPECS, page)
    lines = [_("<b>Settings</b>")]
    lines += [
        _("{name}: {value}", name=setting_name(spec.key), value=value_label(spec.key, getattr(town, spec.key)))
        for spec in shown
    ]
    rows = menu(
        [(setting_name(spec.key), to("setting", key=spec.key)) for spec in shown],
        pages=pager(len(SPECS), page, lambda turned: to("settings", page=turned)),
        then=[back(to("home")), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def ask_setting(spec: Spec, now: str | int | time) -> Markup:
    name, meaning = _names()[spec.key]
    lines = [
        Markup("<b>{}</b>").format(name),
        meaning,
        _("Now: {value}", value=value_label(spec.key, now)),
        _how(spec),
    ]
    return Markup("\n").join(lines)


def _how(spec: Spec) -> Markup:
    if spec.kind is Kind.CHOICE:
        return _("Choose what it shall be.")
    if spec.kind is Kind.TIME:
        return _("Write the time, for example “21:00”.")
    if spec.kind is Kind.MINUTES:
        return _(
            "Write a length from {low} to {high}, for example “3 h” or “90 min”.",
            low=a_length(spec.low or 0),
            high=a_length(spec.high or 0),
        )
    if spec.kind in (Kind.DAYS, Kind.COUNT):
        return _("Write a number from {low} to {high}.", low=number(spec.low or 0), high=number(spec.high or 0))
    return _("Write what it shall be.")


def without_code() -> str:
    return _("Without a code").unescape()


def setting_kept(key: str, old: str | int | time, new: str | int | time, *, join_code: str = "") -> Screen:
    """`join_code` is told where it has just begun to count."""
    text = _(
        "Done. <b>{name}</b>: {new} (it was {old})",
        name=setting_name(key),
        new=value_label(key, new),
        old=value_label(key, old),
    )
    if join_code:
        told = _("The join code is <code>{code}</code>. Put it on the notice board.", code=join_code)
        text = Markup("{}\n\n{}").format(text, told)
    return Screen(text, in_rows([Choice(_("Settings"), to("settings")), town_way(), home()]))


# -- skills and interests --------------------------------------------------------------------------------------------


def topics(kind: str, listed: Sequence[Named], page: int) -> Screen:
    shown, page = page_of(listed, page, TOPICS_PAGE)
    heading = _("<b>Skills</b> that residents choose from") if kind == SKILL else _("<b>Interests</b> of residents")
    lines = [heading, *(Markup("• {}").format(topic_name(topic)) for topic in shown)]
    if not listed:
        lines.append(_("The list is empty."))
    rows = menu(
        [(topic_name(topic), to("topic", topic.id, page, kind)) for topic in shown],
        pages=pager(len(listed), page, lambda turned: to("topics", page=turned, key=kind), TOPICS_PAGE),
        then=[Choice(_("Add one"), to("addtopic", key=kind)), back(to("home")), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def topic(one: Named, page: int) -> Screen:
    text = _(
        "“{name}” is on the list. Whoever chose it keeps it when you take it off; nobody new can choose it.",
        name=topic_name(one),
    )
    choices = [
        Choice(_("Take it off the list"), to("retire", one.id, key=one.kind)),
        back(to("topics", page=page, key=one.kind)),
        home(),
    ]
    return Screen(text, in_rows(choices))


def ask_topic(kind: str) -> Markup:
    if kind == SKILL:
        return _("Which skill shall residents be able to choose? For example “Beekeeping”.")
    return _("Which interest shall residents be able to choose? For example “Chess”.")


def topic_kept(kind: str, name: str) -> Screen:
    way = Choice(_("The list"), to("topics", key=kind))
    again = Choice(_("Add another"), to("addtopic", key=kind))
    return Screen(_("“{name}” is on the list.", name=name), in_rows([again, way, home()]))


def taken_off() -> str:
    return _("It is off the list.")
