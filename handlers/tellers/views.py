"""What tellers are shown: how far the votes on paper are, whose is entered, and what waits for a second teller."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.people import found_line
from handlers.kit.poll_words import choice_words, names_in, question_in
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.tellers.actions import Desk
from handlers.tellers.marks import packed
from handlers.tellers.words import to, to_home, to_poll
from locales import _, listed, ngettext
from storage.queries.papers import Entry, Numbers, Paper
from storage.queries.polls import PollRow
from storage.queries.roles import Person


def _title(poll: PollRow) -> Markup:
    return _("<b>Votes on paper: {question}</b>", question=question_in(poll))


def desk(found: Desk, *, running: bool) -> Screen:
    """The way to everything a teller does."""
    poll, numbers = found.poll, found.numbers
    named = listed([one.name for one in found.tellers])
    text = paragraphs(
        _title(poll),
        _secret_numbers(numbers) if poll.secret else _open_numbers(numbers),
        _how(poll) if running else _("The poll is not open: nothing can be entered or confirmed."),
        _("Tellers: {names}, and whoever runs the poll.", names=named) if named else "",
    )
    choices = [*(_work(poll, numbers) if running else []), Choice(_("Tellers"), to("people", poll.id))]
    choices += [Choice(_("The list as a file"), to("file", poll.id)), to_poll(poll.id), home()]
    return Screen(text, in_rows(choices))


def _how(poll: PollRow) -> Markup:
    if poll.secret:
        return _(
            "Names and papers are kept apart: tick off a name when its paper goes into the box, and read the papers "
            "from the box when several are in it, well mixed. A second teller confirms each name and each paper."
        )
    return _(
        "One teller enters a vote, and another one confirms it: only then it counts. Nobody enters or confirms a vote "
        "of their own."
    )


def _open_numbers(numbers: Numbers) -> Markup:
    waiting = ngettext("{n} waits for a second teller", "{n} wait for a second teller", numbers.names_waiting)
    return ngettext(
        "{n} vote on paper counts; {waiting}.",
        "{n} votes on paper count; {waiting}.",
        numbers.names,
        waiting=waiting,
    )


def _secret_numbers(numbers: Numbers) -> Markup:
    confirmed = _(
        "Confirmed: {names}, {papers}.",
        names=ngettext("{n} name", "{n} names", numbers.names),
        papers=ngettext("{n} paper", "{n} papers", numbers.papers),
    )
    waiting = _(
        "Waiting for a second teller: {names}, {papers}.",
        names=ngettext("{n} name", "{n} names", numbers.names_waiting),
        papers=ngettext("{n} paper", "{n} papers", numbers.papers_waiting),
    )
    return Markup("{}\n{}").format(confirmed, waiting)


def _work(poll: PollRow, numbers: Numbers) -> list[Choice]:
    if not poll.secret:
        many = _("Confirm votes ({n})", n=numbers.names_waiting)
        return [Choice(_("Enter a vote"), to("enter", poll.id)), Choice(many, to("waiting", poll.id))]
    return [
        Choice(_("Tick off a name"), to("tick", poll.id)),
        Choice(_("Enter a paper"), to("enter", poll.id)),
        Choice(_("Confirm names ({n})", n=numbers.names_waiting), to("waiting", poll.id)),
        Choice(_("Confirm papers ({n})", n=numbers.papers_waiting), to("papers", poll.id)),
    ]


# -- tellers -----------------------------------------------------------------------------------------------------------


def people(found: Desk, page: int) -> Screen:
    """Who may enter votes; who runs the poll can name others."""
    poll = found.poll
    shown, page = page_of(found.tellers, page)
    lines = [Markup("{}").format(one.name) for one in shown] or [_("Nobody was named yet.")]
    if found.runs:
        lines.append(_("Two are needed: one enters a vote, and another one confirms it."))
    entries = [(_("Not any more: {name}", name=one.name).unescape(), to("drop", poll.id, one.id)) for one in shown]
    name = [Choice(_("Name a teller"), to("name", poll.id))] if found.runs else []
    rows = menu(
        entries if found.runs else [],
        pages=pager(len(found.tellers), page, lambda turned: to("people", poll.id, page=turned)),
        then=[*name, back(to("home", poll.id)), home()],
    )
    return Screen(
        paragraphs(_("<b>Tellers: {question}</b>", question=question_in(poll)), Markup("\n").join(lines)), rows
    )


def ask_teller(poll: PollRow) -> Markup:
    return _("Who shall count the votes on paper of “{question}”? Write a name.", question=question_in(poll))


def found_people(typed: str, found: Sequence[Person]) -> Markup:
    return found_line(typed, found)


def named(poll: PollRow, person: Person) -> Screen:
    text = _("{name} is a teller now, and is being told.", name=person.name)
    return Screen(text, in_rows([Choice(_("Tellers"), to("people", poll.id)), to_home(poll.id), home()]))


def dropped() -> str:
    return _("They are a teller no more, and are being told.")


# -- entering ----------------------------------------------------------------------------------------------------------


def ask_voter(poll: PollRow) -> Markup:
    if poll.secret:
        return _("Who puts a paper into the box? Write a name, or part of it.")
    return _("Whose vote on paper is it? Write a name, or part of it.")


def ticked(poll: PollRow, name: str) -> Screen:
    text = _("{name} is ticked off. A second teller confirms it.", name=name)
    choices = [Choice(_("Tick off another"), to("tick", poll.id)), to_home(poll.id), home()]
    return Screen(text, in_rows(choices))


def entered(poll: PollRow, name: str) -> Screen:
    text = _("{name}'s vote is entered. It counts as soon as a second teller has confirmed it.", name=name)
    return Screen(text, in_rows([Choice(_("Enter another"), to("enter", poll.id)), to_home(poll.id), home()]))


def entered_secret(poll: PollRow) -> Screen:
    text = _("The paper is entered. It goes into the count as soon as a second teller has confirmed it.")
    return Screen(text, in_rows([Choice(_("Enter another"), to("enter", poll.id)), to_home(poll.id), home()]))


# -- what waits --------------------------------------------------------------------------------------------------------


def waiting(poll: PollRow, found: Sequence[Entry], page: int) -> Screen:
    """Votes, or in a secret poll names, that wait for a second teller."""
    shown, page = page_of(found, page)
    lines = [_("{name}, entered by {teller}", name=one.name, teller=one.entered or "") for one in shown]
    rows = menu(
        [(one.name, to("one", poll.id, one.id)) for one in shown],
        pages=pager(len(found), page, lambda turned: to("waiting", poll.id, page=turned)),
        then=[back(to("home", poll.id)), home()],
    )
    return Screen(paragraphs(_title(poll), Markup("\n").join(lines or [_("Nothing waits to be confirmed.")])), rows)


def one(poll: PollRow, found: Entry, *, me: int) -> Screen:
    """One of these, to be confirmed or taken back."""
    what = _("{name}, entered by {teller}", name=found.name, teller=found.entered or "")
    choice = Markup("")
    if found.choice is not None:
        choice = Markup("<b>{}</b>").format(choice_words(poll.kind, names_in(poll), found.choice))
    seen = "" if found.choice is None else packed(poll.asked, found.choice)
    mine = found.by == me or found.id == me
    asked = _("You have a part in this: a second teller has to confirm it.") if mine else _("Is it so?")
    act = [] if mine else [Choice(_("Yes, it is so"), to("confirm", poll.id, found.id, key=seen))]
    act.append(Choice(_("No, take it back"), to("strike", poll.id, found.id)))
    rows = (*in_rows(act), (back(to("waiting", poll.id)), home()))
    return Screen(paragraphs(_title(poll), what, choice, asked), rows)


def entered_anew() -> str:
    """For a second teller who confirms what a paper does not say any more."""
    return _("It was entered anew meanwhile. This is what it says now.")


def confirmed(name: str) -> str:
    return _("Confirmed: {name}. They are being told.", name=name)


def struck(name: str) -> str:
    return _("Taken back: {name} can vote in the chat, or on paper again.", name=name)


def papers(poll: PollRow, found: Sequence[Paper], page: int) -> Screen:
    """Papers of a secret poll that wait; told to the teller alone."""
    shown, page = page_of(found, page)
    names = names_in(poll)
    listed = [(one, choice_words(poll.kind, names, one.choice)) for one in shown]
    rows = menu(
        [(words.unescape(), to("paper", poll.id, one.id)) for one, words in listed],
        pages=pager(len(found), page, lambda turned: to("papers", poll.id, page=turned)),
        then=[back(to("home", poll.id)), home()],
    )
    text = _("Which paper do you have in your hand?") if found else _("Nothing waits to be confirmed.")
    return Screen(paragraphs(_title(poll), text), rows)


def paper(poll: PollRow, found: Paper, *, me: int) -> Screen:
    """One of them."""
    choice = Markup("<b>{}</b>").format(choice_words(poll.kind, names_in(poll), found.choice))
    mine, seen = found.entered_by == me, packed(poll.asked, found.choice)
    asked = _("You entered this yourself: a second teller has to confirm it.") if mine else _("Does the paper say so?")
    act = [] if mine else [Choice(_("Yes, it is so"), to("good", poll.id, found.id, key=seen))]
    act.append(Choice(_("No, throw it away"), to("bad", poll.id, found.id)))
    rows = (*in_rows(act), (back(to("papers", poll.id)), home()))
    return Screen(paragraphs(_title(poll), choice, asked), rows)


def papers_were_here(poll: PollRow) -> Screen:
    """What is kept in place of a screen that shows what papers say."""
    text = paragraphs(_title(poll), _("Papers were shown here. What they say is not kept."))
    return Screen(text, in_rows([Choice(_("Confirm papers"), to("papers", poll.id)), to_home(poll.id), home()]))


def paper_is_in() -> str:
    return _("The paper is in the count.")


def thrown_away() -> str:
    return _("Thrown away.")


# -- whose vote it is --------------------------------------------------------------------------------------------------


def sure_to_object(poll: PollRow, found: Entry, *, running: bool) -> Screen:
    told = _(
        "Your vote on “{question}” was entered on paper by {entered} and confirmed by {confirmed}.",
        question=question_in(poll),
        entered=found.entered or "",
        confirmed=found.confirmed or "",
    )
    if poll.secret:
        then = _("Nobody can find the paper again, so it stays in. But whoever runs the poll and the mayor hear of it.")
    elif not running:
        then = _("The poll is closed, and the vote was counted. But whoever runs the poll and the mayor hear of it.")
    else:
        then = _("I take it out, so that you can vote yourself; whoever runs the poll and the mayor hear of it.")
    choices = [Choice(_("It was not me"), to("objected", poll.id)), to_poll(poll.id), home()]
    return Screen(paragraphs(told, _("Is that not so?"), then), in_rows(choices))


def objected(poll: PollRow, *, out: bool) -> Screen:
    if not out:
        text = _("Thank you for saying so. Whoever runs the poll and the mayor hear of it now.")
    else:
        text = _(
            "The vote is taken out, and whoever runs the poll and the mayor hear of it. You can vote yourself now."
        )
    return Screen(text, in_rows([to_poll(poll.id), home()]))


def file_line(poll: PollRow) -> Markup:
    return _(
        "Who voted on paper in “{question}”, and which tellers entered and confirmed it.", question=question_in(poll)
    )


def after_file(poll: PollRow) -> Screen:
    return Screen(_("Here is the list."), in_rows([to_home(poll.id), home()]))
