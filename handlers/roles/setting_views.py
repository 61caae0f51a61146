"""The words of the town's settings, and of its list of skills and interests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.topics import topic_name
from handlers.roles.setting_names import names
from handlers.roles.views import to, town_way
from locales import LANGUAGES, _, a_length, a_weekday, ngettext, number, percent
from storage.queries.topics import SKILL, Named
from town.settings import SPECS, WEEKDAYS, Kind, Spec, TownSettings

TOPICS_PAGE = 5


def setting_name(key: str) -> str:
    return names()[key][0].unescape()


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
        if kind is Kind.PERCENT:
            return percent(value)
        return number(value)
    if kind is Kind.CHOICE:
        return choice_label(key, value)
    return value or _("none").unescape()


def choice_label(key: str, value: str) -> str:
    if key == "language":
        return LANGUAGES[value]
    if value in WEEKDAYS:
        return a_weekday(WEEKDAYS.index(value))
    labels = {
        "open": _("Anybody"),
        "code": _("With the join code"),
        "approval": _("A coordinator says yes"),
        "told": _("Who says they can"),
        "signed_off": _("Whom a master signed off"),
        "all": _("All of its adults"),
        "any": _("Any one of them"),
        "kept": _("Those who lost before"),
        "none": _("Nobody: all are equal"),
        "yes": _("Yes"),
        "no": _("No"),
        "wide": _("When it goes to many"),
        "always": _("Always"),
        "never": _("Never"),
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
    name, meaning = names()[spec.key]
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
    if spec.kind is Kind.CURRENCY:
        return _("Write its code of three letters, for example “ZAR” or “EUR”.")
    if spec.kind is Kind.TIME:
        return _("Write the time, for example “21:00”.")
    if spec.kind is Kind.MINUTES:
        return _(
            "Write a length from {low} to {high}, for example “3 h” or “90 min”.",
            low=a_length(spec.low or 0),
            high=a_length(spec.high or 0),
        )
    if spec.kind in (Kind.DAYS, Kind.COUNT, Kind.PERCENT):
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
