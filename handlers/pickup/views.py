"""What is said to somebody who has goods to collect: their code, and who else may come."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.goods.codes import shown
from handlers.goods.words import all_goods, amount_of, name_of, tap, to_page, to_pay, when
from handlers.kit.goods_taps import ClaimTap
from handlers.kit.nav import back, home
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import paragraphs
from handlers.pickup.collecting import Gone, Mine
from locales import _, a_moment, listed
from storage.queries.pickup import Held

NAME = 32
"""Characters of a name on a button."""


def to_code(claim_id: int) -> Choice:
    return Choice(_("Show the code"), ClaimTap(do="code", id=claim_id).pack())


def _to_helpers(claim_id: int) -> Choice:
    return Choice(_("Who may collect"), ClaimTap(do="helper", id=claim_id).pack())


def about(held: Held, zone: ZoneInfo) -> Markup:
    """What is to be collected, when and where."""
    batch = held.batch
    lines = [Markup("<b>{}</b>: {}").format(name_of(batch), amount_of(held.claim.left, batch))]
    if held.window is not None:
        lines.append(when(held.window, zone))
    lines.append(Markup("{}").format(_where(held)))
    return Markup("\n").join(lines)


def _where(held: Held) -> str:
    batch = held.batch
    return f"{batch.project}, {batch.place}" if batch.place else batch.project


# -- the code ----------------------------------------------------------------------------------------------------------


def code(found: Mine, zone: ZoneInfo, currency: str) -> Screen:
    """The words under the picture of a code."""
    held = found.held
    claim = held.claim
    text = paragraphs(
        about(held, zone),
        _("Code: {code}", code=Markup("<b><code>{}</code></b>").format(shown(claim.code or ""))),
        "" if found.own else _("It belongs to {name}, and you may collect it.", name=held.name),
        _("To pay at the desk: {price}", price=to_pay(claim.left, claim.price, currency)) if claim.price else "",
        _("Show the picture at the desk, or say the code. It works once."),
    )
    if found.own:
        return Screen(text, ((_to_helpers(claim.id),), (to_page(held.batch.id), home())))
    return Screen(text, ((Choice(_("What is mine"), tap("mine")), home()),))


def show_it_there(project: str, place: str) -> Screen:
    """Somebody scanned a code that is neither theirs nor theirs to hand over."""
    where = f"{project}, {place}" if place else project
    text = _(
        "This is a code for goods that somebody collects. Whoever hands them out scans it: please show it at the desk "
        "there ({where}).",
        where=where,
    )
    return Screen(text, _ways())


def no_code() -> Screen:
    """Somebody scanned a code that is none any more."""
    text = _("This pick-up code is not in use any more: each works once. Your own codes are with what is yours.")
    return Screen(text, _ways())


def no_desk() -> Screen:
    """Somebody without any goods to hand over opened the desk."""
    text = _(
        "The pick-up desk is where coordinators hand goods over. What is kept for you, with its codes, is with what is "
        "yours."
    )
    return Screen(text, _ways())


def _ways() -> tuple[Row, ...]:
    return ((Choice(_("What is mine"), tap("mine")),), (all_goods(), home()))


# -- who else may come -------------------------------------------------------------------------------------------------


def helpers(found: Mine, zone: ZoneInfo, *, said: Markup | str = "") -> Screen:
    """Who may collect a claim of one's own."""
    held = found.held
    names = [one.name for one in found.home]
    lines = [_("You may collect it yourself.")]
    if names:
        lines.append(_("So may those who live with you: {names}.", names=listed(names)))
    if held.helper is not None:
        lines.append(_("You have asked {name} to collect it.", name=held.helper))
    else:
        lines.append(_("Can't you come? You can ask somebody else to collect it for you."))
    claim_id = held.claim.id
    choices = [_ask_again(claim_id) if held.helper else _ask(claim_id)]
    if held.helper is not None:
        label = cut(_("Not {name} any more", name=held.helper).unescape(), NAME)
        choices.append(Choice(label, ClaimTap(do="nohelper", id=claim_id).pack()))
    choices.append(to_code(claim_id))
    rows = tuple((choice,) for choice in choices)
    return Screen(
        paragraphs(said, about(held, zone), Markup("\n").join(lines)), (*rows, (to_page(held.batch.id), home()))
    )


def _ask(claim_id: int) -> Choice:
    return Choice(_("Ask somebody"), ClaimTap(do="name", id=claim_id).pack())


def _ask_again(claim_id: int) -> Choice:
    return Choice(_("Ask somebody else"), ClaimTap(do="name", id=claim_id).pack())


def ask_name(held: Held, zone: ZoneInfo) -> Markup:
    return paragraphs(about(held, zone), _("Who shall collect it for you? Write the name, or a part of it."))


def helper_named(name: str) -> Markup:
    return _("I have told {name} where and when, and shown them the way to the code.", name=name)


def helper_dropped() -> Markup:
    return _("Done: I have told them that they need not come.")


# -- something is not right --------------------------------------------------------------------------------------------


def gone(found: Gone, zone: ZoneInfo) -> Screen:
    """Who took what was last handed over."""
    question = _("Is that not right? I can tell those who run {project}, and they will look into it with you.",
                 project=found.held.batch.project)  # fmt: skip
    tell = Choice(_("Tell them"), ClaimTap(do="tell", id=found.held.claim.id).pack())
    return Screen(paragraphs(_gone(found, zone), question), ((tell,), (back(tap("mine")), home())))


def told(found: Gone, names: list[str], zone: ZoneInfo) -> Screen:
    """Those who run the project are told."""
    if names:
        said = _("I have told {names}. They will talk to you.", names=listed(names))
    else:
        said = _("Nobody runs {project} at the moment. Please talk to the mayor.", project=found.held.batch.project)
    return Screen(paragraphs(_gone(found, zone), said), ((Choice(_("What is mine"), tap("mine")), home()),))


def _gone(found: Gone, zone: ZoneInfo) -> Markup:
    batch, line = found.held.batch, found.line
    return _(
        "<b>{item}</b>: {amount} were handed over to {to} by {by}, {when}.",
        item=name_of(batch),
        amount=amount_of(-line.shelf, batch),
        to=found.to or _("somebody"),
        by=found.by or _("somebody"),
        when=a_moment(line.at, zone),
    )
