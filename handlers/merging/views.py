"""The words of merges at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap
from handlers.kit.who import Who
from handlers.merging.taps import MergeTap
from locales import N_, _, a_moment, ngettext
from storage.queries.merging import MergeRow
from town.facts import Fact, HelpsThem, MergeOwn

COMMANDS = (
    Command("merged", N_("People who were made one"), N_("merged|made one|people made one"), role="coordinator"),
)
SHOWN = 5


def to(do: str, id: int = 0, page: int = 0) -> str:
    return MergeTap(do=do, id=id, page=page).pack()


def listed(merges: Sequence[MergeRow], page: int, zone: ZoneInfo) -> Screen:
    """The merges of late."""
    desk = back(DeskTap(do="more").pack())
    heading = _("<b>People made one</b>")
    if not merges:
        none = _("Of late nobody turned out to be in the town twice.")
        return Screen(Markup("\n").join([heading, none]), ((desk, home()),))
    shown, page = page_of(merges, page, SHOWN)
    lines = [heading, _("Two residents who turned out to be one person. It can be undone for a while.")]
    lines += [Markup("• {} · {}").format(_about(one), a_moment(one.at, zone)) for one in shown]
    rows = menu(
        [(one.gone, to("open", one.id)) for one in shown],
        pages=pager(len(merges), page, lambda number: to("list", page=number), SHOWN),
        then=[desk, home()],
    )
    return Screen(Markup("\n").join(lines), rows)


def _about(one: MergeRow) -> Markup:
    if one.undone_at is not None:
        return _("Two again: {name}", name=one.kept)
    return _("{name} and {other}", name=one.kept, other=one.gone)


def page(one: MergeRow, *, forbids: Fact | None, who: Who) -> Screen:
    """One merge. `forbids`: why whoever looks may not undo it now."""
    zone = who.zone
    lines = [_("<b>{name}</b> and <b>{other}</b>", name=one.kept, other=one.gone), _said_yes(one, zone)]
    if one.undone_at is not None:
        by = one.undone_by or _("the town")
        lines.append(_("{by} made them two again on {when}.", by=by, when=a_moment(one.undone_at, zone)))
    elif forbids is None:
        until: datetime = one.at + timedelta(days=who.town.merge_undo_days)
        lines.append(_("It can be undone until {when}.", when=a_moment(until, zone)))
    elif isinstance(forbids, MergeOwn):
        lines.append(_("This is about yourself, so only another coordinator can undo it."))
    elif isinstance(forbids, HelpsThem):
        lines.append(_("You spoke for {name}, so only another coordinator can undo it.", name=forbids.name))
    else:
        lines.append(_("It cannot be undone any more."))
    choices = [Choice(_("Make them two again"), to("sure", one.id))] if forbids is None else []
    return Screen(Markup("\n").join(lines), (*in_rows(choices), (back(to("list")), home())))


def _said_yes(one: MergeRow, zone: ZoneInfo) -> Markup:
    when = a_moment(one.at, zone)
    if one.said_by is None:
        return _("Made one on {when}, after a yes in both chats.", when=when)
    return _(
        "Made one on {when}, after a yes in the one chat and one of {steward}, who spoke for them without a phone.",
        when=when,
        steward=one.said_by,
    )


def sure(one: MergeRow) -> Screen:
    """Asked before a merge is undone."""
    text = _(
        "Shall {name} and {other} be two residents again?\n\nEach gets back their own chats, hours, places, goods and "
        "votes, as far as nothing has changed there since. What has happened since stays with {name}.",
        name=one.kept,
        other=one.gone,
    )
    choices = [Choice(_("Yes, two again"), to("undo", one.id)), back(to("open", one.id))]
    return Screen(text, in_rows(choices))


def undone(one: MergeRow, stayed: int) -> Screen:
    """A merge was undone."""
    lines = [_("{name} and {other} are two residents again. I have told both.", name=one.kept, other=one.gone)]
    if stayed:
        lines.append(
            ngettext(
                "{n} thing has changed since, and stays with {name}.",
                "{n} things have changed since, and stay with {name}.",
                stayed,
                name=one.kept,
            )
        )
    lines.append(_("A chat that was linked since stays with {name}: ask whether it is theirs.", name=one.kept))
    return Screen(Markup("\n").join(lines), ((back(to("list")), home()),))
