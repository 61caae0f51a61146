"""What the town answers in a group."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.links import ASK, CALL, MEETING, VOTE
from handlers.kit.poll_words import question_in
from handlers.kit.screens import Choice, Screen, distinct, in_rows
from locales import _, a_moment
from storage.queries.meetings import MeetingRow
from storage.queries.polls import PollRow


def private(username: str, payload: str = "") -> str:
    """The address of the private chat with the town's bot, where this payload is sent first."""
    return f"https://t.me/{username}" + (f"?start={payload}" if payload else "")


def talk_to_me(username: str) -> Screen:
    return Screen(
        _("I talk with each resident in a chat of their own, so that groups stay calm. Tap below and say hello."),
        ((Choice(_("Talk to me"), url=private(username)),),),
    )


def no_poll(username: str) -> Screen:
    """Nothing is open for votes: the way to ask something."""
    return Screen(
        _("No poll is open at the moment. What shall we ask the town? Tap below to write a question."),
        ((Choice(_("Ask a question"), url=private(username, ASK)),),),
    )


def already_here(polls: Sequence[PollRow], username: str) -> Screen:
    """The cards are further up: no second one is posted, as it would be the older one that people see and count on."""
    lines = [Markup("• <b>{}</b>").format(question_in(poll)) for poll in polls]
    labels = distinct([question_in(poll) for poll in polls], 40)
    choices = [
        Choice(label, url=private(username, f"{VOTE}{poll.id}")) for label, poll in zip(labels, polls, strict=True)
    ]
    said = _("The card is further up in this group already. You can vote from here too:")
    return Screen("\n".join([said, "", *lines]), in_rows(choices))


def meetings(coming: Sequence[MeetingRow], username: str, zone: ZoneInfo) -> Screen:
    """The next meetings: when and where, and the way to say whether one comes."""
    labels = distinct([meeting.title for meeting in coming], 40)
    choices = [
        Choice(label, url=private(username, f"{MEETING}{meeting.id}"))
        for label, meeting in zip(labels, coming, strict=True)
    ]
    said = _("Will you come? Tap a meeting to tell me in private:")
    return Screen("\n\n".join([*(_meeting(one, zone) for one in coming), said]), in_rows(choices))


def _meeting(meeting: MeetingRow, zone: ZoneInfo) -> str:
    assert meeting.starts_at is not None
    title = Markup("📅 <b>{}</b>").format(meeting.title)
    when = a_moment(meeting.starts_at, zone)
    return Markup("\n").join([title, when, *([meeting.place] if meeting.place else [])])


def no_meeting(username: str) -> Screen:
    """No meeting is called: the way to call one."""
    return Screen(
        _("No meeting is called at the moment. Tap below to call one."),
        ((Choice(_("Call a meeting"), url=private(username, CALL)),),),
    )
