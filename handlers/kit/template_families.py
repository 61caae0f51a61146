"""The dozen families of WhatsApp's templates, and which notice is of which.

Why so few: Meta approves each one, in each language, and an account that it has not verified may have 250.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.kit import template_words as words
from locales import N_, _

UTILITY, MARKETING = "UTILITY", "MARKETING"
PREFIX = "townbell_"
PARAMETERS = ("name", "town", "text")


@dataclass(frozen=True, slots=True)
class Template:
    """One family. `body`, `sample` (of the parameter `text`) and `answers` are message ids.

    `answers` are the labels of choices that a notice's own screen has; where it has not, `plain` names the family that
    is used instead. `keys` are the notices of this family.
    """

    name: str
    category: str
    body: str
    sample: str
    keys: frozenset[str]
    answers: tuple[str, ...] = ()
    plain: str = ""

    @property
    def buttons(self) -> tuple[str, ...]:
        """The quick replies, as message ids: to show all of it comes first."""
        return (words.SHOW, *self.answers)

    def labels(self) -> list[str]:
        """The quick replies in the current language."""
        return [_(button).unescape() for button in self.buttons]

    def text(self) -> str:
        """The body in the current language, as Meta has it: "Hello {{name}}, …"."""
        return _(self.body, **{hole: f"{{{{{hole}}}}}" for hole in PARAMETERS}).unescape()


def _family(
    name: str, body: str, sample: str, keys: str, *answers: str, category: str = UTILITY, plain: str = ""
) -> Template:
    return Template(
        name=PREFIX + name,
        category=category,
        body=body,
        sample=sample,
        keys=frozenset(keys.split()),
        answers=answers,
        plain=PREFIX + plain if plain else "",
    )


TEMPLATES = (
    _family(
        "shift_reminder", words.SHIFT_REMINDER, words.SHIFT_REMINDER_SAMPLE, "shift.reminder",
        N_("Coming"), N_("Can't come"), plain="shift_news",
    ),
    _family(
        "shift_offer", words.SHIFT_OFFER, words.SHIFT_OFFER_SAMPLE,
        "waiting.offer plan.offer cover.ask swap.asked",
    ),
    _family(
        "shift_news", words.SHIFT_NEWS, words.SHIFT_NEWS_SAMPLE,
        "shift.changed shift.cancelled waiting.changed waiting.lapsed waiting.ended "
        "series.missed series.cancelled series.ended swap.done swap.told swap.declined swap.over",
    ),
    _family(
        "hours", words.HOURS, words.HOURS_SAMPLE,
        "hours.confirmed hours.missed report.confirmed report.rejected contest.passed_on contest.decided "
        "ledger.corrected standing.note standing.ended standing.spared standing.back "
        "exempt.approved exempt.declined exempt.ended",
    ),
    _family(
        "goods", words.GOODS, words.GOODS_SAMPLE,
        "goods.yours goods.lapsed goods.ended goods.fewer goods.changed goods.off draw.won draw.lost draw.off "
        "pickup.reminder pickup.remindhelper pickup.handed pickup.undone pickup.helper pickup.nohelper "
        "order.receipt order.refunded order.corrected recall.off",
    ),
    _family(
        "votes", words.VOTES, words.VOTES_SAMPLE,
        "poll.opened poll.reminder poll.cancelled poll.result proxy.given proxy.declined proxy.ended proxy.asked "
        "proxy.voted teller.named teller.dropped teller.waiting paper.confirmed paper.objected",
    ),
    _family(
        "meeting_call", words.MEETING_CALL, words.MEETING_CALL_SAMPLE,
        "meeting.invited meeting.dated meeting.changed meeting.reminder",
        N_("Yes"), N_("Maybe"), N_("No"), plain="meetings",
    ),
    _family(
        "meetings", words.MEETINGS, words.MEETINGS_SAMPLE,
        "meeting.off meeting.undated motion.on motion.proposed motion.declined motion.changed minutes.published "
        "minutes.approved minutes.objection followup.given followup.reminder followup.overdue followup.cannot "
        "followup.off",
    ),
    _family(
        "desk", words.DESK, words.DESK_SAMPLE,
        "signup.released series.stopped cover.came cover.nobody cover.short hours.roster hours.reminder hours.overdue "
        "hours.own report.asked report.reminder report.overdue contest.asked contest.overdue exempt.asked plan.ready "
        "plan.again plan.failed stock.rest repeat.check pickup.notright join.asked task.stopped broadcast.approve "
        "broadcast.approved broadcast.declined broadcast.lapsed broadcast.ended broadcast.card news.draft news.remind "
        "news.sent board.new campaign.given campaign.off campaign.due campaign.nobodys campaign.overdue "
        "household.asked helping.passed helping.taken helping.ended helping.own helping.alone",
    ),
    _family(
        "news", words.NEWS, words.NEWS_SAMPLE,
        "broadcast.message task.call news.update news.post", category=MARKETING,
    ),
    _family("urgent", words.URGENT, words.URGENT_SAMPLE, "broadcast.emergency recall.urgent recall.clear"),
    _family(
        "account", words.ACCOUNT, words.ACCOUNT_SAMPLE,
        "join.accepted join.declined role.given role.ended skill.signed_off skill.taken_back skill.master "
        "skill.master_ended merging.done merging.undone household.joined household.shared household.off helping.begun "
        "linking.linked linking.let_go linking.gone linking.vouched linking.vouched_for linking.same linking.not_same",
    ),
)  # fmt: skip
"""Every family. A notice belongs to exactly one."""

BY_NAME: Mapping[str, Template] = {template.name: template for template in TEMPLATES}
