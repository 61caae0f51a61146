"""What can be wrong with who somebody is: accounts, shared phones, stewards, merges."""

from __future__ import annotations

from town.facts.base import Fact


class NotTheirVoice(Fact):
    """Nobody speaks for that resident through this account, or not any more."""


class NotForStewards(Fact):
    """What somebody's steward may not do for them: it is theirs alone."""

    name: str


class LinkOwn(Fact):
    """The code was asked for on this very account."""


class LinkTogether(Fact):
    """These accounts are one resident's already."""


class ChatGone(Fact):
    """No such account is linked with this resident, or not any more."""


class LastAccount(Fact):
    """The only account of a resident cannot be let go: nobody could reach them any more."""


class MergeWaits(Fact):
    """Both of two residents voted in a secret poll that is still open: which ballot is whose, nobody can tell."""

    question: str


class MergeOver(Fact):
    """A merge can be undone for `days` days, once."""

    days: int


class MergedSince(Fact):
    """Somebody of a merge, now `name`, was made one with another since: that is undone first."""

    name: str


class MergeOwn(Fact):
    """Nobody undoes a merge of their own."""


class HasSteward(Fact):
    """Somebody speaks for this resident already."""

    name: str


class HasAccounts(Fact):
    """A resident with an account of their own speaks for themself."""

    name: str


class PhoneFull(Fact):
    """As many residents share that phone as may: `most`, its own one among them."""

    most: int


class OnlyPhone(Fact):
    """Nobody else takes somebody off the only phone on which they can be reached."""

    name: str


class HelpsThem(Fact):
    """Who speaks for somebody does not decide what they asked for on their behalf."""

    name: str
