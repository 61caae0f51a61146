"""What the town's settings are called, and what each means."""

from __future__ import annotations

from markupsafe import Markup

from locales import _

Names = dict[str, tuple[Markup, Markup]]
"""Of each setting its name (short enough for a button), and what it means."""


def names() -> Names:
    """Of each setting its name (short enough for a button), and what it means."""
    return {
        "name": (_("Name"), _("What the town is called.")),
        "zone": (_("Time zone"), _("The clock the town lives by, for example “Africa/Johannesburg”.")),
        "language": (_("Language"), _("What the town speaks with somebody whose language it doesn't know.")),
        "join_policy": (_("Who may join"), _("Anybody, whoever knows the join code, or whom a coordinator lets in.")),
        "join_code": (_("Join code"), _("What a newcomer writes to join, when joining needs a code.")),
        "required_minutes": (_("Hours a week"), _("How much time each resident is asked for in a week.")),
        "carry_cap_minutes": (_("Carried over"), _("How much time above that can be carried to later weeks, at most.")),
        "quiet_from": (_("Quiet from"), _("From when on the town writes to nobody unasked.")),
        "quiet_until": (_("Quiet until"), _("Until when the town writes to nobody unasked.")),
        "reminder_early_minutes": (_("Early reminder"), _("How long before a shift a new resident is reminded first.")),
        "reminder_late_minutes": (_("Late reminder"), _("How long before a shift a new resident is reminded again.")),
        "confirm_remind_days": (_("Hours unconfirmed"), _("After how many days a coordinator is reminded of hours.")),
        "confirm_tell_mayor_days": (_("Mayor is told"), _("After how many days the mayor is told of such hours.")),
        "longest_shift_minutes": (_("Longest shift"), _("How long a shift may be, at most.")),
        "most_places": (_("Most places"), _("How many places a shift may have, at most.")),
        **_of_work(),
        **_of_offers(),
        **_of_hours(),
        **_of_goods(),
        **_of_votes(),
        **_of_news(),
        **_of_identity(),
    }


def _of_work() -> Names:
    return {
        "rest_minutes": (_("Rest at night"), _("How much rest lies between one day's work and the next day's.")),
        "most_day_minutes": (_("Most a day"), _("How much one person may work on shifts in a day, at most.")),
        "most_week_minutes": (_("Most a week"), _("How much one person may work on shifts in a week, at most.")),
        "adult_age": (_("Adult from"), _("From which age on somebody has no limits of the young.")),
        "least_age": (_("Youngest age"), _("From which age on somebody may take a place on a shift.")),
        "minor_day_minutes": (_("Young: a day"), _("How much a young person may work in a day, at most.")),
        "minor_week_minutes": (_("Young: a week"), _("How much a young person may work in a week, at most.")),
        "minor_until": (_("Young: until"), _("Until what time of day a young person may work.")),
        "skill_proof": (_("Places for a skill"), _("Who may take a place that is kept for a skill.")),
        "series_weeks": (_("Weeks ahead"), _("How many weeks ahead the shifts of a series are put up.")),
    }


def _of_offers() -> Names:
    return {
        "offer_minutes": (_("Offer stands"), _("How long a free place is kept for the next on the waiting list.")),
        "offer_stop_minutes": (_("Offers end"), _("How long before a shift the waiting list ends.")),
        "plan_offer_minutes": (_("Proposal stands"), _("How long a place that a coordinator proposes is kept.")),
        "swap_minutes": (_("Swap stands"), _("How long somebody has to answer a neighbour who asks for a swap.")),
        "cover_group": (_("Cover: how many"), _("How many people are asked at a time when somebody can't come.")),
        "cover_gap_minutes": (_("Cover: every"), _("How long it takes until the next people are asked.")),
        "cover_ahead_days": (_("Cover: ahead"), _("How many days before a shift people are asked to step in.")),
        "understaffed_at": (_("Short of people"), _("When a coordinator hears that tomorrow's shift lacks people.")),
    }


def _of_hours() -> Names:
    return {
        "contest_days": (_("Contest within"), _("How many days somebody has to contest what was decided on hours.")),
        "contest_answer_days": (_("Contest answer"), _("After how many days the mayor hears of an open contest.")),
        "note_day": (_("Note: day"), _("On which day those who are short of hours get a note.")),
        "note_at": (_("Note: time"), _("At what time that note comes.")),
        "longest_exemption_weeks": (_("Exempt at most"), _("For how many weeks an exemption can be given at once.")),
        "household_rule": (_("Free electricity"), _("Which adults of a home need the benefits for its electricity.")),
    }


def _of_goods() -> Names:
    return {
        "currency": (_("Money"), _("The money that goods are paid in by those who pay for them.")),
        "goods_remind_minutes": (
            _("Pick-up reminder"),
            _("How long before the pick-up ends people are reminded of it."),
        ),
        "goods_late_minutes": (
            _("Late pick-up"),
            _("How long goods that nobody collected are kept for the next in line."),
        ),
        "goods_ahead_days": (_("Goods: days ahead"), _("How many days ahead goods that come again are put up.")),
        "goods_check_minutes": (
            _("Goods: is it as much?"),
            _("How long before the pick-up of goods that come again their coordinators are asked how much there is."),
        ),
        "draw_lead_minutes": (_("Draw: how long before"), _("How long before the pick-up a draw is made.")),
        "draw_precedence": (_("Draw: who comes first"), _("Who comes first in a draw of scarce goods.")),
        "production_goal": (_("Production goal"), _("How much of what the town needs it wants to make, in percent.")),
    }


def _of_votes() -> Names:
    return {
        "poll_minutes": (_("Polls: how long"), _("How long a poll is open, unless it says otherwise.")),
        "poll_remind_minutes": (
            _("Polls: reminder"),
            _("How long before a poll closes those who have not voted are reminded."),
        ),
        "proxies_most": (_("Proxies"), _("For how many others one person may vote, at most.")),
        "secret_proxies": (_("Secret polls: proxies"), _("Whether a proxy may vote in a secret poll.")),
        "agenda_seconders": (_("Agenda: seconders"), _("How many people bring a proposal onto a meeting's agenda.")),
        "meeting_early_minutes": (
            _("Meeting reminder"),
            _("How long before a meeting its people are reminded, for the first time."),
        ),
        "meeting_late_minutes": (
            _("Meeting: last call"),
            _("How long before a meeting its people are reminded, for the second time."),
        ),
    }


def _of_news() -> Names:
    return {
        "second_approver": (
            _("Second approver"),
            _("When what is sent to many needs a second person who says yes to it."),
        ),
        "wide_percent": (_("Sent to many"), _("From what part of the residents on that is, in percent.")),
        "emergency_approvers": (
            _("Emergency: how many"),
            _("How many people must agree to an emergency message, with whoever writes it."),
        ),
        "broadcast_days": (
            _("Messages: how long"),
            _("For how many days a message to many is still sent to those who could not be reached at first."),
        ),
        "update_draft_day": (_("Update: draft day"), _("On which day the mayor gets the draft of the weekly update.")),
        "update_draft_at": (_("Update: draft time"), _("At what time the mayor gets the draft of the weekly update.")),
        "update_day": (_("Update: day"), _("On which day the weekly update goes out.")),
        "update_at": (_("Update: time"), _("At what time the weekly update goes out.")),
    }


def _of_identity() -> Names:
    return {
        "shared_silence_minutes": (
            _("Ask who speaks"),
            _("After how much silence a chat that a home shares asks who is speaking."),
        ),
        "merge_undo_days": (_("Undo one person"), _("How many days two accounts made one can be made two again.")),
    }
