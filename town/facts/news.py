"""What can be wrong with what the town says to many: broadcasts, updates, campaigns."""

from __future__ import annotations

from town.facts.base import Fact


class NobodyHears(Fact):
    """The audience has nobody in it who would hear: `muted` of them have turned the topic off."""

    muted: int


class NoApprover(Fact):
    """A broadcast needs `needed` people to say yes to it, and there are only `there` who may."""

    needed: int
    there: int


class ApprovedAlready(Fact):
    """They have said yes to this broadcast already, or wrote it."""


class NotWaiting(Fact):
    """The broadcast does not wait for an approval, or cannot be held, gone on with or stopped: it is `state`."""

    state: str


class UpdateOver(Fact):
    """The week's update cannot be worked on any more, or goes another way: it is `state` (sent, skipped, ready)."""

    state: str


class TooManyPhotos(Fact):
    """An update has no more than `most` photos."""

    most: int


class BadVideo(Fact):
    """That is no https address of a video, of at most `most` characters."""

    most: int


class RoundRuns(Fact):
    """This round of campaigns is carried out already."""


class RoundOver(Fact):
    """The campaign has ended: nothing of it can be changed."""


class StepSettled(Fact):
    """A campaign's step cannot be done, skipped or opened again: it is `state` (open, done, skipped) already."""

    state: str


class PosterGone(Fact):
    """The poster was taken down."""


class AudienceNameTaken(Fact):
    """There is an audience called `name` already."""

    name: str


class NameWithinName(Fact):
    """An audience that is kept under a name cannot be made of one that has a name."""


class AudienceWaitedFor(Fact):
    """A message that has not gone out yet is for this audience."""


class TooLongForPicture(Fact):
    """Below a picture there is room for `most` characters; these words have `units`."""

    most: int
    units: int


class OwnMessage(Fact):
    """Nobody declines what they wrote themself."""


class NothingToRepeat(Fact):
    """Nothing of it failed that would be of use yet."""
