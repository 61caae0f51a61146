"""What can be wrong with polls and meetings. `question` is a poll's."""

from __future__ import annotations

from datetime import datetime

from town.facts.base import Fact


class BadBallot(Fact):
    """What was typed or tapped is no vote in a poll of this `kind` (`town.polls.Kind`)."""

    kind: str
    options: int
    points: int
    most: int


class PollOver(Fact):
    """The poll is closed, or was called off."""

    question: str


class PollNotOpen(Fact):
    """The poll opens at `opens_at`."""

    question: str
    opens_at: datetime


class NotElector(Fact):
    """They do not belong to the poll's electorate, which was frozen when it opened."""

    question: str


class OtherPaper(Fact):
    """They have voted in this secret poll already, with another ballot paper: only that one can change the vote."""

    question: str


class VotedOnPaper(Fact):
    """Their vote was given on paper; the tellers have it."""

    question: str


class VotedInChat(Fact):
    """`name` has voted in the chat already, or somebody has for them: no paper is taken beside it."""

    question: str
    name: str


class VotedThemself(Fact):
    """A proxy is not needed any more: whoever gave it has voted themself."""

    question: str


class NoProxies(Fact):
    """This poll takes no proxies; `question` is "" where the town has none at all."""

    question: str


class ProxiesFull(Fact):
    """`name` holds as many proxies as one person may."""

    name: str
    most: int


class ProxyGiven(Fact):
    """They have given their proxy to `name` already, in this poll or, with "" for `question`, in every one."""

    name: str
    question: str


class NotAsked(Fact):
    """`name` is not of the poll's electorate."""

    name: str
    question: str


class PaperEntered(Fact):
    """A vote of `name` on paper has been entered already."""

    name: str
    question: str


class OwnPaper(Fact):
    """A teller neither enters nor confirms a vote of their own."""


class OwnEntry(Fact):
    """Who entered a vote on paper does not confirm it: a second teller does."""


class MorePapers(Fact):
    """There would be more papers in the box than names that are `ticked` off and confirmed."""

    ticked: int


class BadCompany(Fact):
    """Not a number of people that one answer to an invitation can bring: from 1 to `most`."""

    most: int


class BadLink(Fact):
    """Not a link that begins with https."""


class BadDates(Fact):
    """Not a list of different dates for a date poll, a line each: from 2 to `most`."""

    most: int


class BadQuorum(Fact):
    """Not a quorum: "50 %", "20 people"."""

    given: str


class NobodyThere(Fact):
    """An audience has nobody in it."""


class MeetingUndated(Fact):
    """The meeting `title` has no date yet."""

    title: str


class MeetingBegun(Fact):
    """The meeting `title` has begun."""

    title: str


class MeetingNotBegun(Fact):
    """Nobody has begun the meeting `title` yet."""

    title: str


class MeetingOver(Fact):
    """The meeting `title` has ended."""

    title: str


class MeetingOff(Fact):
    """The meeting `title` was called off."""

    title: str


class NotInvited(Fact):
    """The meeting `title` is for other people."""

    title: str


class TooManyProposals(Fact):
    """Somebody has `most` proposals that wait for seconders of one meeting: no more until one is settled."""

    most: int


class OwnProposal(Fact):
    """Nobody seconds what they propose themself."""


class NotProposed(Fact):
    """The proposal `title` waits for seconders no more: it is on the agenda, or was taken back or declined."""

    title: str


class NotOnAgenda(Fact):
    """`title` is not on the agenda, or not any more."""

    title: str


class VoteIsOn(Fact):
    """The vote on `title` is open."""

    title: str


class VoteWasTaken(Fact):
    """`title` was decided by a vote."""

    title: str


class NotForVote(Fact):
    """`title` is a topic, which nobody votes on."""

    title: str


class NobodyHere(Fact):
    """Nobody is checked in at the meeting `title` who could vote there."""

    title: str


class BadOptions(Fact):
    """Not a list of different options: from `least` to `most`, each of `longest` UTF-16 units at most."""

    least: int
    most: int
    longest: int


class MustBeLater(Fact):
    """Not late enough: it has to be after `since`."""

    since: datetime


class BadPoints(Fact):
    """Not a number of points that everybody shares out: from 2 to `most`."""

    most: int


class AlreadyReminded(Fact):
    """Whoever has not voted was reminded already: once is enough."""

    question: str


class AskedElsewhere(Fact):
    """The poll belongs to a meeting, and is called off there."""

    question: str


class MinutesUnpublished(Fact):
    """The minutes of the meeting `title` are not published yet."""

    title: str


class MinutesArePublished(Fact):
    """The minutes of the meeting `title` are published already."""

    title: str


class MinutesApproved(Fact):
    """The minutes of the meeting `title` are approved: they cannot be changed any more."""

    title: str


class MinutesNotApproved(Fact):
    """The minutes of the meeting `title` are not approved yet: they can still be changed."""

    title: str


class WasNotThere(Fact):
    """Only those who were there at the meeting `title` can do that."""

    title: str


class FollowUpOver(Fact):
    """What was to be done (`text`) is done, was dropped, or became a shift."""

    text: str
