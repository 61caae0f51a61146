"""The words of the skills room."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, cut
from handlers.kit.shift_words import LABEL, paragraphs
from handlers.kit.taps import DeskTap, MeTap, ShiftTap, SkillTap
from handlers.kit.topics import topic_name
from handlers.skills.actions import Judge, Judging, Record
from locales import N_, _, a_date, a_length, a_span, a_time, ngettext, short_day
from storage.queries.learning import Judged, Known, Mastered
from storage.queries.skills import ToLearn
from storage.queries.topics import Named
from storage.tables import Level

COMMANDS = (
    Command("skills", N_("What you know and learn"), N_("skills|my skills|learning|learning record|my learning")),
)
RECORD_PAGE = 8
PEOPLE_PAGE = 5  # with two to page and three other ways: ten choices


def to(do: str, id: int = 0, resident: int = 0, page: int = 0) -> str:
    return SkillTap(do=do, id=id, resident=resident, page=page).pack()


# -- one's own record ------------------------------------------------------------------------------------------------


def record(of: Record, page: int, zone: ZoneInfo) -> Screen:
    """What somebody knows and learns, and where they could learn next."""
    shown, page = page_of(of.known, page, RECORD_PAGE)
    lines = [_("<b>Your skills and learning</b>")]
    lines += [_known(one, zone) for one in shown]
    if not of.known:
        lines.append(_("You have not told me of any skill yet. Everybody can learn one on a learner's place."))
    then = [Choice(_("Sign skills off"), to("signoff"))] if of.mastered else []
    then += [Choice(_("Change my skills"), MeTap(do="skills").pack()), back(MeTap(do="open").pack()), home()]
    rows = menu(
        [],
        pages=pager(len(of.known), page, lambda turned: to("mine", page=turned), RECORD_PAGE),
        then=then,
    )
    return Screen(
        paragraphs(Markup("\n").join(lines), _ahead(of.ahead, zone)), (*_learn_buttons(of.ahead, zone), *rows)
    )


def _known(one: Known, zone: ZoneInfo) -> Markup:
    said = Markup("<b>{}</b>: {}").format(topic_name(one.topic), _own_level(one, zone))
    if not one.minutes:
        return said
    return Markup(" · ").join((said, _("{length} learned", length=a_length(one.minutes))))


def _own_level(one: Known, zone: ZoneInfo) -> Markup:
    if one.level is None:
        return _("you are learning it")
    if one.level == Level.TOLD or one.signed_by is None or one.signed_at is None:
        return {Level.MASTER: _("you are a master"), Level.SIGNED_OFF: _("signed off")}.get(
            Level(one.level), _("as you have told me")
        )
    date = a_date(one.signed_at.astimezone(zone).date())
    if one.level == Level.MASTER:
        return _("you are a master; {name} appointed you on {date}", name=one.signed_by, date=date)
    return _("signed off by {name} on {date}", name=one.signed_by, date=date)


def _ahead(found: Sequence[ToLearn], zone: ZoneInfo) -> Markup:
    if not found:
        return Markup()
    lines = [_("You could learn beside a master:")]
    lines += [
        Markup("{}. <b>{}</b> · {}\n{}").format(
            number, topic_name(one.topic), one.shift.title, a_span(one.shift.starts_at, one.shift.ends_at, zone)
        )
        for number, one in enumerate(found, 1)
    ]
    return Markup("\n").join(lines)


def _learn_buttons(found: Sequence[ToLearn], zone: ZoneInfo) -> tuple[tuple[Choice, ...], ...]:
    rows = []
    for number, one in enumerate(found, 1):
        there = one.shift.starts_at.astimezone(zone)
        label = f"{number}. {short_day(there.date())} {a_time(one.shift.starts_at, zone)} {one.shift.title}"
        rows.append((Choice(cut(label, LABEL), ShiftTap(do="open", shift=one.shift.id).pack()),))
    return tuple(rows)


# -- judging ---------------------------------------------------------------------------------------------------------


def mastered(skills: Sequence[Named], page: int) -> Screen:
    """The skills that somebody is a master of."""
    if not skills:
        text = _("You are no master of a skill. The town's coordinators appoint them.")
        return Screen(text, ((back(to("mine")), home()),))
    shown, page = page_of(skills, page)
    rows = menu(
        [(topic_name(one), to("skill", one.id)) for one in shown],
        pages=pager(len(skills), page, lambda turned: to("signoff", page=turned)),
        then=[back(to("mine")), home()],
    )
    return Screen(_("You are a master of these. Which one is it about?"), rows)


def all_skills(skills: Sequence[Mastered], page: int) -> Screen:
    """The town's skills at the desk."""
    shown, page = page_of(skills, page)
    lines = [_("<b>Skills and masters</b>"), _("A master teaches a skill, and signs it off for who has learned it.")]
    lines += [Markup("{}: {}").format(topic_name(one.topic), _masters(one.masters)) for one in shown]
    rows = menu(
        [(topic_name(one.topic), to("skill", one.topic.id)) for one in shown],
        pages=pager(len(skills), page, lambda turned: to("desk", page=turned)),
        then=[back(DeskTap(do="more").pack()), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def _masters(count: int) -> Markup:
    return ngettext("{n} master", "{n} masters", count) if count else _("no master yet")


def people(skill: Named, judge: Judge, found: Sequence[Judged], page: int) -> Screen:
    """Who knows a skill, or learns it."""
    shown, page = page_of(found, page, PEOPLE_PAGE)
    lines = [Markup("<b>{}</b>").format(topic_name(skill))]
    lines += [Markup("{}: {}").format(one.name, _level(one.level, one.minutes)) for one in shown]
    if not found:
        lines.append(_("Nobody has told me yet that they know it."))
    rows = menu(
        [(one.name, to("person", skill.id, one.resident_id)) for one in shown],
        pages=pager(len(found), page, lambda turned: to("skill", skill.id, page=turned), PEOPLE_PAGE),
        then=[Choice(_("Find by name"), to("find", skill.id)), back(to("desk" if judge.desk else "mine")), home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def _level(level: str | None, minutes: int) -> Markup:
    if level is None:
        said = _("is learning it") if minutes else _("has not told me of it")
    else:
        said = {
            Level.TOLD: _("says that they know it"),
            Level.SIGNED_OFF: _("has it signed off"),
            Level.MASTER: _("is a master"),
        }[Level(level)]
    if not minutes:
        return said
    return Markup(" · ").join((said, _("{length} learned", length=a_length(minutes))))


def ask_name(typed: str | None, found: Sequence[tuple[int, str]]) -> Markup:
    """`typed` is what was looked for, None at first."""
    if typed is None:
        return _("Whom do you look for? Write a name, or part of it.")
    if not found:
        return _("I find nobody called “{typed}” here. Please write it another way.", typed=typed)
    lines = [_("Whom do you mean? If none of these, write the name again."), *(label for _id, label in found)]
    return Markup("\n").join(lines)


def person(one: Judging, zone: ZoneInfo) -> Screen:
    """A person and a skill, with what can be decided."""
    known = one.known
    lines = [
        _("<b>{name}</b>: {skill}", name=one.name, skill=topic_name(one.skill)),
        _level(one.level, known.minutes if known is not None else 0),
    ]
    if known is not None and known.signed_by is not None and known.signed_at is not None:
        date = a_date(known.signed_at.astimezone(zone).date())
        if one.level == Level.MASTER:
            lines.append(_("Appointed by {name} on {date}.", name=known.signed_by, date=date))
        else:
            lines.append(_("Signed off by {name} on {date}.", name=known.signed_by, date=date))
    ways = (
        (one.may_sign, _("Sign it off"), "sign"),
        (one.may_take_back, _("Take it back"), "unsign"),
        (one.may_appoint, _("Make them a master"), "appoint"),
        (one.may_end, _("No longer a master"), "end"),
    )
    decided = [Choice(label, to(do, one.skill.id, one.resident_id)) for may, label, do in ways if may]
    return Screen(Markup("\n").join(lines), (*((one,) for one in decided), (back(to("skill", one.skill.id)), home())))


def decided(do: str, one: Judging) -> Markup:
    """What was just decided of a person."""
    name, skill = one.name, topic_name(one.skill)
    said = {
        "sign": _("{skill} is signed off for {name}, who is being told.", name=name, skill=skill),
        "unsign": _("{skill} is not signed off for {name} any more; they are being told.", name=name, skill=skill),
        "appoint": _("{name} is a master of {skill} now, and is being told.", name=name, skill=skill),
        "end": _("{name} is no longer a master of {skill}, and is being told.", name=name, skill=skill),
    }
    return said[do]


def same_as_before() -> Markup:
    """A second tap, or somebody was faster."""
    return _("That was so already.")
