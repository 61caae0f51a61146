"""What the room of proxies says."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.people import found_line
from handlers.kit.poll_words import question_in
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.proxies.actions import Mine
from handlers.proxies.words import asked, scope, to, to_ballot, to_mine, to_poll
from locales import _, listed, ngettext
from storage.queries.polls import PollRow
from storage.queries.proxies import Giver, ProxyRow, Task
from storage.queries.roles import Person
from storage.tables import How
from town.settings import TownSettings

SHOWN = 12
"""Votes that are named above the list: all of them are below it."""


def mine(found: Mine, page: int, town: TownSettings) -> Screen:
    """All that somebody has to do with proxies."""
    entries = [(_vote_label(task), to_ballot(task.poll.id, task.giver.id)) for task in found.tasks]
    entries += [(_("End: {name}", name=one.holder).unescape(), to("one", one.id)) for one in found.given] + [
        (_("Held: {name}", name=one.giver).unescape(), to("one", one.id)) for one in found.held
    ]
    shown, page = page_of(entries, page)
    rows = menu(
        shown,
        pages=pager(len(entries), page, lambda turned: to("mine", page=turned)),
        then=[*([Choice(_("Give my proxy"), to("give"))] if town.proxies_most else []), home()],
    )
    return Screen(paragraphs(_head(town), _given(found.given), _held(found.held), _tasks(found.tasks)), rows)


def _head(town: TownSettings) -> Markup:
    if not town.proxies_most:
        return paragraphs(_("<b>Proxies</b>"), _("In this town everybody votes themself: there are no proxies."))
    text = ngettext(
        "Somebody you trust can vote for you when you can't. One person may do so for {n} other.",
        "Somebody you trust can vote for you when you can't. One person may do so for {n} others.",
        town.proxies_most,
    )
    return paragraphs(_("<b>Proxies</b>"), text, _in_secret(town))


def _in_secret(town: TownSettings) -> Markup:
    if town.secret_proxies != "yes":
        return _("In secret polls everybody votes themself.")
    return _("In secret polls too; but there nobody can find their vote again, so yours could not take its place.")


def _given(given: Sequence[ProxyRow]) -> Markup:
    if not given:
        return _("You have given yours to nobody.")
    lines = [
        _("{name} votes for you {where}.", name=one.holder, where=scope(one.poll_question, one.poll_words))
        for one in given[:SHOWN]
    ]
    return Markup("\n").join(lines)


def _held(held: Sequence[ProxyRow]) -> Markup:
    lines = [
        _("You vote for {name} {where}.", name=one.giver, where=scope(one.poll_question, one.poll_words))
        for one in held[:SHOWN]
    ]
    return Markup("\n").join(lines)


def _tasks(tasks: Sequence[Task]) -> Markup:
    waiting = [task for task in tasks if task.giver.how == How.NOT]
    if not waiting:
        return Markup("")
    head = ngettext(
        "<b>{n} vote waits for you as a proxy:</b>", "<b>{n} votes wait for you as a proxy:</b>", len(waiting)
    )
    lines = [_("{name}: {question}", name=task.giver.name, question=question_in(task.poll)) for task in waiting[:SHOWN]]
    return Markup("\n").join([head, *lines])


def _vote_label(task: Task) -> str:
    done = task.giver.how == How.PROXY
    label = _("✓ Vote: {name}", name=task.giver.name) if done else _("Vote: {name}", name=task.giver.name)
    return label.unescape()


def in_poll(poll: PollRow, givers: Sequence[Giver]) -> Screen:
    """For whom somebody may vote in one poll."""
    open_to = [giver for giver in givers if giver.how in (How.NOT, How.PROXY)]
    names = listed([giver.name for giver in givers if giver not in open_to])
    text = paragraphs(
        _("<b>{question}</b>", question=question_in(poll)),
        _("For whom do you vote? First vote for yourself, if you like, and then for them.")
        if open_to
        else _("There is nobody for whom you could vote here now."),
        _("Have voted themselves: {names}", names=names) if names else "",
    )
    entries = [
        ((_("✓ {name}", name=one.name).unescape() if one.how == How.PROXY else one.name), to_ballot(poll.id, one.id))
        for one in open_to
    ]
    return Screen(text, menu(entries, then=[to_poll(poll.id), to_mine(), home()]))


def one(found: ProxyRow, *, holder: bool, town: TownSettings) -> Screen:
    """A proxy, and the way to end it."""
    where = scope(found.poll_question, found.poll_words)
    if holder:
        text = paragraphs(
            _("You vote for {name} {where}.", name=found.giver, where=where),
            _("You can give it back: they are told. What you have voted for them already stays."),
        )
        act = Choice(_("Give it back"), to("decline", found.id))
    else:
        text = paragraphs(
            _("{name} votes for you {where}.", name=found.holder, where=where),
            _("You can take it back at any time: they are told."),
            stays(town),
        )
        act = Choice(_("Take it back"), to("ended", found.id))
    return Screen(text, ((act,), (back(to("mine")), home())))


def stays(town: TownSettings) -> Markup:
    """What becomes of a vote that a proxy has put in."""
    return paragraphs(
        _("What they have voted for you already stays until you vote yourself: your own vote takes its place."),
        _in_secret(town),
    )


def ended(found: ProxyRow) -> Screen:
    text = paragraphs(
        _("{name} does not vote for you any more, and is being told.", name=found.holder),
        _("If they have voted for you in an open poll, that stays until you vote yourself."),
    )
    ways = [to_mine()] if found.poll_id is None else [to_poll(found.poll_id), to_mine()]
    return Screen(text, in_rows([*ways, home()]))


def declined(found: ProxyRow) -> Screen:
    text = _("You do not vote for {name} any more. I tell them, so that they can vote themself.", name=found.giver)
    return Screen(text, in_rows([to_mine(), home()]))


# -- giving ------------------------------------------------------------------------------------------------------------


def ask_scope(polls: Sequence[PollRow]) -> Markup:
    lines = [_("In which poll shall somebody vote for you?")]
    if not polls:
        lines.append(_("No open poll waits for you now. You can give your proxy for every poll that comes."))
    return Markup("\n").join(lines)


def every_poll() -> str:
    return _("In every poll").unescape()


def ask_holder(poll: PollRow | None) -> Markup:
    where = scope(None, None) if poll is None else scope(poll.question, poll.words)
    return _("Who shall vote for you {where}? Write a name, or part of it.", where=where)


def found_holders(typed: str, people: Sequence[Person]) -> Markup:
    return found_line(typed, people)


def sure(person: Person, poll: PollRow | None, town: TownSettings) -> Markup:
    if poll is None:
        head = _("Shall {name} vote for you in every poll, until you end it?", name=person.name)
    else:
        question = asked(poll.question, poll.words)
        head = _("Shall {name} vote for you in “{question}”?", name=person.name, question=question)
    told = _("They are told, and can decline. They cannot pass it on, and you can take it back at any time.")
    return paragraphs(head, told, stays(town))


def sure_label() -> str:
    return _("Yes, give it").unescape()


def given(found: ProxyRow) -> Screen:
    text = _(
        "{name} may vote for you {where} now, and is being told.",
        name=found.holder,
        where=scope(found.poll_question, found.poll_words),
    )
    ways = [to_mine()] if found.poll_id is None else [to_poll(found.poll_id), to_mine()]
    return Screen(text, in_rows([*ways, home()]))
