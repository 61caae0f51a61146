"""The words of "Why?"."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from handlers.kit.nav import home
from handlers.kit.screens import Choice, Screen, bar, cut
from handlers.kit.shift_words import because, open_buttons
from handlers.kit.taps import LedgerTap, ListTap, ReportTap, StandingTap
from handlers.kit.who import Who
from handlers.standing.why import Why
from handlers.standing.words import kind_name, span_words, to, week_words
from locales import _, a_day, a_length, a_moment, ngettext
from storage.queries.ledger import Entry
from storage.queries.standing import WEEK
from town.hours import EntryKind
from town.standing import Standing

MOST_ENTRIES = 12
MOST_TITLE = 40


def why(told: Why, who: Who) -> Screen:
    """The rule, what was counted, what is missing, what it means for the benefits, and what would mend it."""
    parts = [
        Markup("{}\n<b>{}</b>").format(week_words(told.result.week), _standing(told)),
        _rule(told),
        _counted(told),
        _missing(told),
        _benefits(told),
    ]
    if told.fitting:
        parts.append(_fitting(told, who))
    return Screen(Markup("\n\n").join(part for part in parts if part), _ways(told, who))


def _standing(told: Why) -> Markup:
    if told.running:
        return {
            Standing.PARTICIPATING: _("You are taking part this week."),
            Standing.SHORT: _("You are short of hours this week."),
            Standing.EXEMPT: _("You are exempt this week."),
            Standing.WELCOME: _("You are newly here this week."),
        }[told.result.standing]
    return {
        Standing.PARTICIPATING: _("You took part in this week."),
        Standing.SHORT: _("You were short of hours in this week."),
        Standing.EXEMPT: _("You were exempt in this week."),
        Standing.WELCOME: _("You were newly here in this week."),
    }[told.result.standing]


def _rule(told: Why) -> Markup:
    rule = _(
        "<b>The rule:</b> the town asks for {length} a week. The week's confirmed hours count first, then what you "
        "carried over.",
        length=a_length(told.required),
    )
    if told.exemption is not None:
        span = span_words(told.exemption.from_week, told.exemption.until_week)
        excuse = _("You are exempt {span} ({kind}): nothing is asked of you.", span=span, kind=_kind(told))
        return Markup("{}\n{}").format(rule, excuse)
    if told.result.standing is Standing.WELCOME:
        return Markup("{}\n{}").format(
            rule, _("In the week of your sign-up and the one after nothing is asked of you.")
        )
    return rule


def _kind(told: Why) -> Markup:
    return kind_name(told.exemption.kind) if told.exemption is not None else Markup()


def _counted(told: Why) -> Markup:
    result = told.result
    together = result.minutes + result.carried_in
    lines = [_("<b>What was counted:</b>")]
    lines += [_entry(entry) for entry in told.entries[:MOST_ENTRIES]]
    more = len(told.entries) - MOST_ENTRIES
    if more > 0:
        lines.append(ngettext("… and {n} more entry", "… and {n} more entries", more))
    if not told.entries:
        lines.append(_("• no confirmed hours yet") if told.running else _("• no confirmed hours"))
    if result.carried_in:
        lines.append(_("• carried over from earlier weeks: {length}", length=a_length(result.carried_in)))
    lines.append(
        Markup("{} {}").format(
            bar(together, told.required),
            _("{done} of {required}", done=a_length(together), required=a_length(told.required)),
        )
    )
    if result.carried_out:
        lines.append(_("Carried on to later weeks: {length}", length=a_length(result.carried_out)))
    if told.waiting:
        lines.append(_("Not counted yet, since nobody has confirmed it: {length}", length=a_length(told.waiting)))
    return Markup("\n").join(lines)


def _entry(entry: Entry) -> Markup:
    what = cut(entry.title or entry.what or _("a correction").unescape(), MOST_TITLE)
    length = a_length(abs(entry.minutes))
    if entry.minutes < 0:
        return _("• {title}: {length} taken back", title=what, length=length)
    if entry.kind == EntryKind.CORRECTION:
        return _("• {title}: {length}, corrected", title=what, length=length)
    return _("• {title}: {length}", title=what, length=length)


def _missing(told: Why) -> Markup | str:
    result = told.result
    if result.standing is not Standing.SHORT:
        return ""
    missing = a_length(result.missing)
    if not told.running:
        return _("<b>Missing:</b> {length}.", length=missing)
    if min(told.waiting, result.missing) == result.missing:
        return _(
            "<b>Missing:</b> {length}. What waits to be confirmed would fill it: there is nothing for you to do.",
            length=missing,
        )
    return _(
        "<b>Missing:</b> {length}, until {day} at midnight.", length=missing, day=a_day(_last_day(told.result.week))
    )


def _benefits(told: Why) -> Markup:
    """The benefits of the week, and of the next one while the week runs."""
    lines = [_("<b>The benefits</b> (free electricity and goods):"), _of_the_week(told)]
    if told.running:
        lines.append(_of_next_week(told))
    return Markup("\n").join(lines)


def _of_the_week(told: Why) -> Markup:
    now = told.running
    if told.benefits is None:
        return _("Warnings of that time are not kept any more, so I can't tell.")
    if not told.benefits:
        if told.since is None:
            return _("They begin with your second week.")
        since = a_day(told.since)
        if now:
            return _(
                "They are not yours since {day}: the week before it was short, and I had written to you.", day=since
            )
        return _("They were not yours since {day}: the week before it was short, and I had written to you.", day=since)
    if told.before is not None and told.before.standing is Standing.SHORT and not told.warned:
        if now:
            return _("They are yours: last week was short, but I had not warned you, and without that nothing is lost.")
        return _("They were yours: the week before was short, but without a warning nothing is lost.")
    if told.before is None or told.before.standing is Standing.SHORT:
        return _("They are yours again, because of this week's hours.") if now else _("They were yours again.")
    return _("They are yours, because of last week.") if now else _("They were yours, because of the week before.")


def _of_next_week(told: Why) -> Markup:
    monday = a_day(told.result.week + WEEK)
    if told.result.standing is not Standing.SHORT:
        return _("From {day} on they are yours for the next week too.", day=monday)
    missing = a_length(told.result.missing)
    if told.benefits:
        return _("With {length} more they stay yours from {day} on.", length=missing, day=monday)
    return _("With {length} more they are yours again at once, and next week too.", length=missing)


def _fitting(told: Why, who: Who) -> Markup:
    lines = [_("<b>What would mend it:</b>")]
    for number, one in enumerate(told.fitting, 1):
        when = a_moment(one.shift.starts_at, who.zone)
        lines.append(
            Markup("{}. {}, {}, {}\n<i>{}</i>").format(
                number, one.shift.title, when, a_length(one.shift.minutes), because(one.reasons)
            )
        )
    return Markup("\n").join(lines)


def _ways(told: Why, who: Who) -> tuple[tuple[Choice, ...], ...]:
    week = told.result.week
    pages = []
    if week > told.first:
        pages.append(_week(_("The week before"), week - WEEK))
    if week < told.monday:
        pages.append(_week(_("The week after"), week + WEEK))
    entries = Choice(_("Entry by entry"), LedgerTap(do="week", key=week.isoformat()).pack())
    more = [entries]
    if told.running and told.result.missing:
        more.append(Choice(_("All shifts"), ListTap(by="").pack()))
    if told.result.standing is Standing.SHORT:
        more.append(Choice(_("Report hours"), ReportTap(do="new").pack()))
        more.append(Choice(_("Be exempt"), to("ask")))
    return tuple(row for row in (*open_buttons(told.fitting, who.zone), tuple(pages), tuple(more), (home(),)) if row)


def _week(label: Markup, monday: date) -> Choice:
    return Choice(label, StandingTap(do="why", key=monday.isoformat()).pack())


def _last_day(monday: date) -> date:
    return date.fromordinal(monday.toordinal() + 6)
