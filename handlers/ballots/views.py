"""The ballot paper in words, and what is said once a vote is in."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.ballots import marking
from handlers.ballots.actions import ForWhom
from handlers.ballots.ways import as_written, way
from handlers.kit.nav import anew, home, leave, menu, page_of, pager
from handlers.kit.poll_taps import PollTap, VoteTap
from handlers.kit.poll_words import choice_words, names_in, question_in
from handlers.kit.screens import Choice, Row, Screen, cut
from locales import _, a_moment, language, ngettext, number
from storage.queries.polls import PollRow
from town.polls import Kind, in_groups, receipt_of

MOST_ABOUT = 1000
MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class Paper:
    """A ballot paper as it is shown. `key` is "" in an open poll. `less` takes points away.

    `inside` is the choice that is in, None before; `by` whom, where it was somebody else.
    """

    poll: PollRow
    whose: ForWhom
    key: str = ""
    draft: str = ""
    page: int = 0
    less: bool = False
    inside: str | None = None
    by: str = ""

    def tap(self, do: str, draft: str = "", page: int = 0) -> str:
        at = VoteTap(do=do, id=self.poll.id, key=self.key, draft=draft, page=page, who=self.whose.giver)
        return at.pack()


def paper(of: Paper, zone: ZoneInfo) -> Screen:
    """The paper, with all that can be tapped on it."""
    parts = [_head(of), *_about(of), *_options(of), *_marked(of), *_kept(of, zone)]
    return Screen(Markup("\n\n").join(parts), _rows(of))


def _head(of: Paper) -> Markup:
    head = _("🗳 <b>{question}</b>", question=question_in(of.poll))
    if of.whose.giver:
        head += Markup("\n") + _("You vote for {name}.", name=of.whose.name)
    return head


def _about(of: Paper) -> list[Markup]:
    about = of.poll.text(language())[1]
    return [Markup("{}").format(cut(about, MOST_ABOUT))] if about and of.inside is None else []


def _options(of: Paper) -> list[Markup]:
    """The options by their numbers, and how to choose."""
    parts = [way(of.poll.asked)] if of.inside is None else []
    if of.poll.kind == Kind.YESNO:
        return parts
    lines = [_("{n}. {name}", n=number(at), name=name) for at, name in enumerate(named(of.poll), 1)]
    return [Markup("\n").join(lines), *parts]


def _marked(of: Paper) -> list[Markup]:
    """What is in already, and what is marked."""
    parts, asked = [], of.poll.asked
    if of.inside is not None:
        words = choice_words(of.poll.kind, named(of.poll), of.inside)
        parts.append(
            _("✓ In the box now: <b>{choice}</b>", choice=words)
            if of.key
            else _("✓ The vote that is in: <b>{choice}</b>", choice=words)
        )
        if of.by:
            parts.append(_("{name} put it in for you. Whatever you choose here takes its place.", name=of.by))
    if asked.kind not in (Kind.RANKED, Kind.POINTS) or (of.inside is not None and not _is_changed(of)):
        return parts
    if of.draft:
        parts.append(_("So far: {choice}", choice=_drafted(of)))
    if asked.kind is Kind.POINTS:
        left = marking.left(asked, of.draft)
        parts.append(ngettext("{n} point to share out.", "{n} points to share out.", left))
    return parts


def _drafted(of: Paper) -> Markup:
    """What is marked, in words: points need not be shared out yet."""
    found = marking.marks(of.poll.asked, of.draft)
    if of.poll.kind == Kind.POINTS:
        return choice_words(of.poll.kind, named(of.poll), ",".join(f"{at}:{points}" for at, points in found.items()))
    return choice_words(of.poll.kind, named(of.poll), ">".join(map(str, found)))


def named(poll: PollRow) -> list[str]:
    """The options' names, none so long that it drowns the others."""
    return [cut(name, MOST_NAME) for name in names_in(poll)]


def _is_changed(of: Paper) -> bool:
    return of.inside is not None and of.draft != marking.draft_of(of.poll.asked, of.inside)


def _kept(of: Paper, zone: ZoneInfo) -> list[Markup]:
    """Until when, and on a secret paper what it is good for."""
    until = "" if of.poll.closes_at is None else a_moment(of.poll.closes_at, zone)
    if not of.key:
        return [_("You can vote, and change your vote, until {when}.", when=until)] if until else []
    receipt = _("Receipt: <code>{receipt}</code>", receipt=in_groups(receipt_of(of.poll.id, of.key)))
    if of.inside is None:
        only = _("Only you see this paper: keep its receipt, with which you can find your vote in the count.")
        again = _("Tapping on this very paper again changes your vote until the close.")
    else:
        only = _("Keep it: with it you can find your vote in the count.")
        again = _(
            "To change your vote, tap here again, or write the code of this paper and then your new choice: "
            "<code>{code}</code>. Show that code to nobody.",
            code=in_groups(of.key),
        )
    parts = [receipt + Markup("\n") + only, again]
    return [*parts, _("The poll closes on {when}.", when=until)] if until else parts


# -- what can be tapped ------------------------------------------------------------------------------------------------


def _rows(of: Paper) -> tuple[Row, ...]:
    asked, names = of.poll.asked, names_in(of.poll)
    listed, page = page_of(list(enumerate(names, 1)), of.page)
    found = marking.marks(asked, of.draft)
    at_once = asked.kind in (Kind.YESNO, Kind.SINGLE)
    do = "cast" if at_once else "less" if of.less else "mark"
    entries = []
    for at, name in listed:
        after = marking.SIGNS[at] if at_once else marking.tapped(asked, of.draft, at, less=of.less)
        data = of.tap(do, after, page) if marking.fits(asked, after) else of.tap("full", of.draft, page)
        entries.append((_label(asked.kind, name, found.get(at, 0)), data))
    pages = pager(len(names), page, lambda to: of.tap("less" if of.less else "mark", of.draft, to))
    then = [] if at_once else _acts(of, page)
    if at_once or not of.draft:
        abstained = of.inside == "" and not of.draft
        then.append(Choice(("✓ " if abstained else "") + _("Abstain").unescape(), of.tap("cast")))
    return menu(entries, pages=pages, then=[*then, anew(to_poll(of.poll))])


def _acts(of: Paper, page: int) -> list[Choice]:
    """What can be done with what is marked."""
    asked, acts = of.poll.asked, []
    if marking.is_whole(asked, of.draft) and (of.inside is None or _is_changed(of)):
        acts.append(Choice(_("Put it in"), of.tap("cast", of.draft)))
    if of.draft and asked.kind is Kind.RANKED:
        acts.append(Choice(_("Start afresh"), of.tap("mark", "", page)))
    if asked.kind is Kind.POINTS and (of.draft or of.less):
        more = Choice(_("Give points"), of.tap("mark", of.draft, page))
        acts.append(more if of.less else Choice(_("Take points away"), of.tap("less", of.draft, page)))
    return acts


def _label(kind: Kind, name: str, mark: int) -> str:
    """An option with its mark before it, where no button cuts it off."""
    if not mark:
        return name
    if kind is Kind.RANKED:
        return f"{mark}. {name}"
    return f"{mark} · {name}" if kind is Kind.POINTS else f"✓ {name}"


def to_poll(poll: PollRow) -> Choice:
    return Choice(_("The poll"), PollTap(do="page", id=poll.id).pack())


def _again(poll: PollRow, giver: int, label: str) -> Choice:
    return Choice(label, VoteTap(do="anew", id=poll.id, who=giver).pack())


# -- what is kept in its place -----------------------------------------------------------------------------------------


def was_here(of: Paper) -> Screen:
    """What the chat keeps where a secret ballot paper was shown."""
    said = _(
        "🗳 A ballot paper for “{question}” was here. It was shown to you alone, and the town does not keep it.",
        question=question_in(of.poll),
    )
    return Screen(said, ((_again(of.poll, of.whose.giver, _("A new paper")),), (anew(to_poll(of.poll)),), (home(),)))


def was_cast(of: Paper) -> Screen:
    """What the chat keeps of a secret vote that was written: the same, whatever it says."""
    said = _(
        "🗳 Your vote on “{question}” is in the box. Its receipt is for you alone, and the town does not keep it.",
        question=question_in(of.poll),
    )
    rows = (_again(of.poll, of.whose.giver, _("How to change it")),), (anew(to_poll(of.poll)),), (home(),)
    return Screen(said, rows)


def takes_its_place() -> str:
    """Before a secret vote that was written: the receipt that stood on the paper before is nobody's."""
    return _("This is a new paper, with your words on it. The one above is void.")


def in_box() -> str:
    """The line under a tap that has put a secret vote in, or changed it."""
    return _("Your vote is in the box.")


# -- answers -----------------------------------------------------------------------------------------------------------


def cast_open(of: Paper, zone: ZoneInfo) -> Screen:
    """A vote in an open poll that is in."""
    words = choice_words(of.poll.kind, named(of.poll), of.inside or "")
    if of.whose.giver:
        said = _("✓ The vote of {name} on “{question}”:", name=of.whose.name, question=question_in(of.poll))
    else:
        said = _("✓ Your vote on “{question}”:", question=question_in(of.poll))
    said += Markup(" <b>{}</b>").format(words)
    if of.poll.closes_at is not None:
        said += Markup("\n\n") + _("You can change it until {when}.", when=a_moment(of.poll.closes_at, zone))
    rows = (_again(of.poll, of.whose.giver, _("Change")),), (to_poll(of.poll),), (home(),)
    return Screen(said, rows)


def already_in(poll: PollRow, whose: ForWhom, by: str) -> Screen:
    """No new paper for a secret vote that is in."""
    question = question_in(poll)
    if by:
        said = _("🗳 Your vote on “{question}” is in the box: {name} put it there for you.", question=question, name=by)
        how = _("It can only be changed with the ballot paper that it was cast with.")
    else:
        said = _("🗳 That vote on “{question}” is in the box already, so there is no new paper.", question=question)
        how = _(
            "Only the paper that it was cast with can change it: tap on that paper again, or write its code "
            "(16 letters and digits) and then the new choice."
        )
    return Screen(said + Markup("\n\n") + how, ((to_poll(poll),), (home(),)))


def not_read(poll: PollRow, whose: ForWhom) -> Screen:
    """What was written is no vote: what would be, and how to leave."""
    said = _("🗳 You have a ballot paper for “{question}” in hand.", question=question_in(poll))
    said += Markup("\n\n") + as_written(poll.asked)
    said += Markup("\n") + _("To do something else, send /cancel.")
    return Screen(said, ((_again(poll, whose.giver, _("Show the paper")),), (anew(to_poll(poll)),), (leave(),)))


def no_such_code() -> Screen:
    return Screen(
        _("I find no ballot with that code in a poll that is open. Please look at it again, letter by letter."),
        ((home(),),),
    )
