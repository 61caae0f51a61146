"""The words of draws."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.draws.actions import Drawn, File, Seen
from handlers.draws.words import rule_line
from handlers.goods.words import amount_of, code_line, name_of, to_page
from handlers.kit.goods_taps import DrawTap
from handlers.kit.nav import home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen
from handlers.kit.shift_words import paragraphs
from locales import _, a_date_stamp, a_moment, an_ordinal, ngettext, short_day
from storage.queries.batches import BatchRow
from storage.tables import ClaimState

PAGE = 5


def to(do: str, batch_id: int = 0, page: int = 0) -> str:
    return DrawTap(do=do, id=batch_id, page=page).pack()


def _list() -> Choice:
    return Choice(_("All draws"), to("list"))


def _head(batch: BatchRow) -> Markup:
    return Markup("{}, {}").format(_("<b>The draw of {item}</b>", item=name_of(batch)), batch.project)


# -- all of them -------------------------------------------------------------------------------------------------------


def listed(every: Sequence[BatchRow], page: int, zone: ZoneInfo) -> Screen:
    shown, page = page_of(every, page, PAGE)
    if not every:
        text = _(
            "<b>Draws</b>\n\nNothing is drawn by lot at the moment. When something is scarce, the lot shares it out, "
            "and anybody can check how."
        )
        return Screen(text, ((home(),),))
    lines, entries = [_("<b>Draws</b>")], []
    for number, batch in enumerate(shown, page * PAGE + 1):
        lines.append(Markup("{}. {}").format(number, _line(batch, zone)))
        moment = batch.drawn_at or batch.draw_at
        day = "" if moment is None else short_day(moment.astimezone(zone).date())
        entries.append((f"{number}. {name_of(batch)} {day}".strip(), to("one", batch.id)))
    rows = menu(entries, pages=pager(len(every), page, lambda at: to("list", page=at), PAGE), then=[home()])
    return Screen(paragraphs(*lines), rows)


def _line(batch: BatchRow, zone: ZoneInfo) -> Markup:
    what = {"item": name_of(batch), "amount": amount_of(batch.quantity, batch)}
    if batch.drawn_at is not None:
        return _("{item}, {amount}: drawn on {when}", when=a_moment(batch.drawn_at, zone), **what)
    if batch.draw_at is None:
        return Markup("{item}, {amount}").format(**what)
    return _("{item}, {amount}: to be drawn on {when}", when=a_moment(batch.draw_at, zone), **what)


# -- how it works ------------------------------------------------------------------------------------------------------


def about(seen: Seen, zone: ZoneInfo) -> Screen:
    """How a draw works, in three plain sentences; and until it is made who is in it."""
    batch = seen.batch
    how = _(
        "1. Whoever would like some enters and gets a number; when you enter makes no difference.\n"
        "2. Each number's lot comes from a secret that was sealed before anybody entered.\n"
        "3. After the draw the secret is published, and anybody can work out the lots again."
    )
    text = paragraphs(
        _head(batch),
        how,
        rule_line(batch.sharing, name_of(batch), precedence=batch.precedence),
        _when(seen, zone),
        _mine_before(seen) if seen.drawn is None else "",
        _("The seal of the secret:\n<code>{hash}</code>", hash=batch.seed_hash),
        _("Keep it if you like: it is in the file of the draw again, and it must be the same.")
        if batch.undrawn
        else "",
    )
    first = [] if batch.undrawn else [Choice(_("What came of it"), to("one", batch.id))]
    return Screen(text, (*((one,) for one in first), (to_page(batch.id),), (_list(), home())))


def _when(seen: Seen, zone: ZoneInfo) -> Markup:
    batch = seen.batch
    if batch.drawn_at is not None:
        return _("It was made on {when}.", when=a_moment(batch.drawn_at, zone))
    if batch.recalled_at is not None or batch.closed_at is not None or batch.draw_at is None:
        return _("It was not made: there is nothing of these goods any more.")
    return _(
        "It is made on {when}, for {amount}. {entered}",
        when=a_moment(batch.draw_at, zone),
        amount=amount_of(batch.free, batch),
        entered=ngettext("{n} person has entered so far.", "{n} people have entered so far.", seen.entered),
    )


def _mine_before(seen: Seen) -> Markup:
    mine = seen.mine
    if mine is None or mine.state != ClaimState.ENTERED:
        return Markup("")
    return _(
        "You are in it for {amount}. Your number is <b>{n}</b>: only you are told it.",
        amount=amount_of(mine.wanted, seen.batch),
        n=mine.number,
    )


# -- what came of it ---------------------------------------------------------------------------------------------------


def result(seen: Seen, drawn: Drawn, zone: ZoneInfo) -> Screen:
    batch = seen.batch
    text = paragraphs(
        _head(batch),
        _("It was made on {when}.", when=a_moment(batch.drawn_at, zone)) if batch.drawn_at is not None else "",
        _some(drawn, batch),
        _mine_after(seen, drawn),
        _(
            "The file has all that is needed to check it. Its fingerprint: <code>{digest}</code>",
            digest=drawn.digest,
        ),
    )
    ways = [
        Choice(_("The file, to check it"), to("file", batch.id)),
        Choice(_("How it is drawn"), to("about", batch.id)),
        to_page(batch.id),
    ]
    return Screen(text, (*((one,) for one in ways), (_list(), home())))


def _some(drawn: Drawn, batch: BatchRow) -> Markup:
    if not drawn.entered:
        return _("Nobody had entered: what there is goes to whoever asks first.")
    entered = ngettext("{n} person had entered", "{n} people had entered", drawn.entered)
    won = ngettext("{n} of them got something", "{n} of them got something", drawn.winners)
    return _("{entered}; {won}, {amount} in all.", entered=entered, won=won, amount=amount_of(drawn.given, batch))


def _mine_after(seen: Seen, drawn: Drawn) -> Markup:
    mine, batch = seen.mine, seen.batch
    if mine is None or mine.number is None:
        return Markup("")
    if drawn.mine:
        won = _("Your number, {n}, got {amount}.", n=mine.number, amount=amount_of(drawn.mine, batch))
        code = code_line(mine.code) if mine.state == ClaimState.HELD else Markup("")
        return paragraphs(won, code)
    if mine.state == ClaimState.WAITING:
        return _(
            "Your number, {n}, got nothing this time. You are {place} in line for it: when something comes back, "
            "you hear at once.",
            n=mine.number,
            place=an_ordinal(seen.position),
        )
    return _("Your number, {n}, got nothing in the draw.", n=mine.number)


def caption(file: File, zone: ZoneInfo) -> Markup:
    """What is said with the file of a draw."""
    return _(
        "The draw of {item}, {when}: only numbers, no names. Anybody with a computer can check it; Townbell's page "
        "docs/draws.md says how.",
        item=name_of(file.batch),
        when="–" if file.batch.drawn_at is None else a_date_stamp(file.batch.drawn_at, zone),
    )


def below(file: File) -> Screen:
    """What stands below the file: the ways on."""
    text = _("Here is the file of the draw of {item}.", item=name_of(file.batch))
    there = Choice(_("What came of it"), to("one", file.batch.id))
    return Screen(text, ((there,), (_list(), home())))
