"""The screens of the goods desk: the list of batches, one batch with all that can be done with it, its lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.goods_taps import ClaimTap, DrawTap, OrderTap, RecallTap, RepeatTap
from handlers.kit.goods_words import an_amount, item_name, recall_reason
from handlers.kit.nav import back, home, menu, pager
from handlers.kit.screens import MOST_CHOICES, SURVIVES, Choice, Screen, cut, in_rows
from handlers.kit.taps import DeskTap
from handlers.stock.actions import PAGE, Desk, Sheet
from handlers.stock.correcting import Corrected
from handlers.stock.words import limits, price_line, sharing_name, short_span, so_many, span, spans, to
from locales import N_, _, a_date, a_moment, a_time, ngettext, short_day
from storage.queries.batches import BatchRow, Window
from storage.queries.stock_lists import Listed
from storage.tables import Sharing
from town.week import local

COMMANDS = (
    Command(
        "stock",
        N_("The goods desk: batches and items"),
        N_("stock|goods desk|new batch|put up goods|batches"),
        role="coordinator",
    ),
)


def lines(*parts: Markup | str | None) -> Markup:
    return Markup("\n").join(part for part in parts if part is not None)


def paragraphs(*parts: Markup | str | None) -> Markup:
    return Markup("\n\n").join(part for part in parts if part)


def _desk() -> Choice:
    return Choice(_("The goods desk"), to("home"))


def way_to(batch_id: int) -> Choice:
    return Choice(_("The batch"), to("batch", batch_id))


# -- the desk ----------------------------------------------------------------------------------------------------------


def desk(found: Desk, zone: ZoneInfo, now: datetime) -> Screen:
    """What is up now, and what can be typed right here."""
    project = found.project.id if found.project is not None else 0
    head = _("<b>Goods of {project}</b>", project=found.project.name) if found.project else _("<b>The goods desk</b>")
    listed_ = [_line(one, found.windows[one.batch.id], zone, now) for one in found.listed]
    write = _("To put up a batch, write it here, such as: “60 loaves, today 16–18, bakery”. Or tap “New batch”.")
    then = [Choice(_("New batch"), to("new", project)), Choice(_("Items"), to("items")), _over(project)]
    if project:
        again = Choice(_("Batches that come again"), RepeatTap(do="project", id=project).pack())
        then += [again, back(DeskTap(do="particulars", id=project).pack())]
    else:
        then += [Choice(_("More at the desk"), DeskTap(do="more").pack()), home()]
    pages = pager(found.total, found.page, lambda page: to("home", project, page=page), PAGE)
    if len(found.listed) + sum(map(len, pages)) + len(then) < MOST_CHOICES:  # else there is still the command
        then.insert(1, Choice(_("Pick-up desk"), ClaimTap(do="desk").pack()))
    rows = menu(
        [(_label(one, found.windows[one.batch.id], zone, now), to("batch", one.batch.id)) for one in found.listed],
        pages=pages,
        then=then,
    )
    return Screen(paragraphs(head, lines(*listed_) or _("Nothing is up at the moment."), write), rows)


def over(found: Desk, zone: ZoneInfo, now: datetime) -> Screen:
    """The batches that are over."""
    project = found.project.id if found.project is not None else 0
    listed_ = [_line(one, found.windows[one.batch.id], zone, now) for one in found.listed]
    rows = menu(
        [(_label(one, found.windows[one.batch.id], zone, now), to("batch", one.batch.id)) for one in found.listed],
        pages=pager(found.total, found.page, lambda page: to("over", project, page=page), PAGE),
        then=[back(to("home", project)), home()],
    )
    return Screen(paragraphs(_("<b>Batches that are over</b>"), lines(*listed_) or _("There are none yet.")), rows)


def _over(project: int) -> Choice:
    return Choice(_("Past batches"), to("over", project))


def _label(one: Listed, windows: Sequence[Window], zone: ZoneInfo, now: datetime) -> str:
    """A batch on a button: its item, and the time of today or the day."""
    name, day = item_name(one.batch.item, one.batch.names), local(windows[0].starts_at, zone).date()
    when = a_time(windows[0].starts_at, zone) if day == local(now, zone).date() else short_day(day)
    return f"{cut(name, SURVIVES - 2 - len(when))}, {when}"


def _line(one: Listed, windows: Sequence[Window], zone: ZoneInfo, now: datetime) -> Markup:
    """A batch in the list: what it is, when, and where it stands."""
    batch = one.batch
    parts = [_("<b>{what}</b>, {when}", what=so_many(batch.quantity, batch), when=spans(list(windows), zone, now))]
    if batch.recalled_at is not None:
        parts.append(_("recalled"))
    elif batch.closed_at is not None or batch.ends_at <= now:
        left = _("{amount} left", amount=an_amount(batch.shelf, batch.unit)) if batch.shelf else _("all gone")
        parts.append(_("over, {left}", left=left))
    elif batch.undrawn:
        parts.append(ngettext("{n} person is in the draw", "{n} people are in the draw", one.entered))
    else:
        parts.append(_("{amount} free", amount=an_amount(batch.free, batch.unit)) if batch.free else _("all claimed"))
    if one.waiting:
        parts.append(ngettext("{n} waits", "{n} wait", one.waiting))
    if _is_on(batch):
        parts += _pressing(batch, windows, zone, now)
    return Markup(" · ").join(parts)


def _pressing(batch: BatchRow, windows: Sequence[Window], zone: ZoneInfo, now: datetime) -> list[Markup]:
    """What leaves little time: it is being handed over now, or is not to be kept longer than today."""
    until = [one.ends_at for one in windows if one.starts_at <= now < one.ends_at]
    said = [_("being handed over until {time}", time=a_time(max(until), zone))] if until else []
    if batch.best_before is not None and batch.best_before <= local(now, zone).date():
        said.append(_("best before {day}", day=short_day(batch.best_before)))
    return said


# -- one batch ---------------------------------------------------------------------------------------------------------


def batch(found: Sheet, zone: ZoneInfo, now: datetime, currency: str) -> Screen:
    one = found.batch
    choices = [Choice(_("Who claimed it"), to("claims", one.id)), Choice(_("The ledger"), to("ledger", one.id))]
    if _is_on(one):
        choices = [Choice(_("Pick-up desk"), ClaimTap(do="desk", id=one.id).pack()), *choices]
        choices.append(Choice(_("Change it"), to("change", one.id)))
    elif one.recalled_at is None:
        if one.shelf:
            choices.append(Choice(_("What was left"), to("left", one.id)))
        choices.append(Choice(_("Correct the amount"), to("correct", one.id)))
    if one.sharing != Sharing.FIRST:
        choices.append(Choice(_("The draw"), DrawTap(do="about" if one.undrawn else "one", id=one.id).pack()))
    if one.price is not None:
        choices.append(Choice(_("What was paid"), OrderTap(do="paid", id=one.id).pack()))
    choices.append(Choice(_("Recall"), RecallTap(do="open", id=one.id).pack()))
    return Screen(_about(found, zone, now, currency), in_rows([*choices, _desk(), home()], 2))


def _is_on(one: BatchRow) -> bool:
    return one.closed_at is None and one.recalled_at is None


def _about(found: Sheet, zone: ZoneInfo, now: datetime, currency: str) -> Markup:
    one, count = found.batch, found.listed
    head = lines(_("<b>{what}</b>, {project}", what=so_many(one.quantity, one), project=one.project), _state(one))
    if one.undrawn and _is_on(one):
        stands = lines(
            ngettext("{n} person is in the draw.", "{n} people are in the draw.", count.entered),
            _("It is drawn on {when}.", when=a_moment(one.draw_at, zone)) if one.draw_at else None,
        )
    else:
        stands = lines(
            _(
                "Free: {free}. Claimed: {claimed}. Handed over: {handed}.",
                free=an_amount(one.free, one.unit),
                claimed=an_amount(count.claimed, one.unit),
                handed=an_amount(count.handed, one.unit),
            ),
            ngettext("{n} person waits for some.", "{n} people wait for some.", count.waiting)
            if count.waiting
            else None,
        )
    where = lines(
        _("Where: {place}", place=one.place),
        *(_window(one, zone, now) for one in found.windows if not (one.late and one.settled_at)),
    )
    terms = Markup("; ").join([sharing_name(one.sharing), limits(one.unit, one.allowance, one.home_allowance)])
    rest = lines(
        terms,
        _("Price: {price}", price=price_line(one.price, one.unit, currency)),
        _("Best before {day}", day=a_date(one.best_before)) if one.best_before else None,
    )
    return paragraphs(head, stands, where, rest)


def _state(one: BatchRow) -> Markup | None:
    if one.recalled_at is not None:
        return _("Recalled: {reason}", reason=recall_reason(one.recall_reason))
    return _("It is over.") if one.closed_at is not None else None


def _window(window: Window, zone: ZoneInfo, now: datetime) -> Markup:
    when = span(window.starts_at, window.ends_at, zone, now)
    if window.late:
        return _("For what was not collected: until {time}", time=a_time(window.ends_at, zone))
    return _("Pick-up: {when}", when=when)


def changes(found: Sheet, zone: ZoneInfo, now: datetime, currency: str) -> Screen:
    """What can be changed of a batch that is up."""
    one = found.batch
    choices = [
        Choice(_("Correct the amount"), to("correct", one.id)),
        Choice(_("Some has spoiled"), to("spoil", one.id)),
        Choice(_("Another place"), to("place", one.id)),
        Choice(_("Another time"), to("times", one.id)),
        Choice(_("One more time"), to("addtime", one.id)),
        Choice(_("Call it off"), to("off", one.id)),
        back(to("batch", one.id)),
        home(),
    ]
    return Screen(
        paragraphs(_about(found, zone, now, currency), _("What would you like to change?")), in_rows(choices, 2)
    )


def times(found: Sheet, zone: ZoneInfo, now: datetime) -> Screen:
    """Which of a batch's pick-up times changes."""
    open_ = [one for one in found.windows if not one.late and one.settled_at is None and one.ends_at > now]
    question = _("Which pick-up time of “{item}” changes?", item=item_name(found.batch.item, found.batch.names))
    if not open_:
        question = _("All its pick-up times are over. You can add one more.")
    rows = menu(
        [(short_span(one.starts_at, one.ends_at, zone), to("time", found.batch.id, one.id)) for one in open_[:7]],
        then=[back(to("change", found.batch.id)), home()],
    )
    return Screen(question, rows)


def left_over(one: BatchRow) -> Screen:
    """What becomes of what is left of a batch that is over."""
    if not one.shelf:
        return Screen(
            _("Nothing is left of “{item}”.", item=item_name(one.item, one.names)), ((way_to(one.id),), (home(),))
        )
    text = _("Left over: <b>{what}</b>. What becomes of it?", what=so_many(one.shelf, one))
    return Screen(text, in_rows([*ways_of_rest(one.id), way_to(one.id), home()]))


def ways_of_rest(batch_id: int) -> list[Choice]:
    return [
        Choice(_("Another pick-up time"), to("again", batch_id)),
        Choice(_("It has spoiled"), to("spoil", batch_id, 1)),
        Choice(_("It went another way"), to("away", batch_id)),
    ]


# -- what was done -----------------------------------------------------------------------------------------------------


def is_up(found: Sheet, zone: ZoneInfo, now: datetime, currency: str) -> Screen:
    return batch(found, zone, now, currency).before(_("It is up. Everybody can find it now."))


def is_up_again(found: Sheet, zone: ZoneInfo, now: datetime, currency: str) -> Screen:
    return batch(found, zone, now, currency).before(_("It is up again: somebody was faster."))


def corrected(done: Corrected) -> Markup:
    """What a correction came to."""
    said = [_("It is written down.")]
    if done.fewer:
        said.append(
            ngettext(
                "I have told {n} person that there is less for them.",
                "I have told {n} people that there is less for them.",
                done.fewer,
            )
        )
    if done.passed_on:
        said.append(ngettext("{n} who waited got some.", "{n} who waited got some.", done.passed_on))
    return Markup(" ").join(said)


def told(people: int) -> Markup:
    if not people:
        return _("Done. There was nobody to tell.")
    return ngettext("Done, and I have told {n} person.", "Done, and I have told {n} people.", people)


def one_more_time(*, again: bool) -> Markup:
    if again:
        return _("What was left is up again. Everybody can find it now.")
    return _("There is one more time to collect it.")
