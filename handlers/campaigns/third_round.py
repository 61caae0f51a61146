"""The words of the third round: the invitation to investors and businesses. As in `first_round`."""

from locales import N_

WORDS = {
    "3.figures": (
        N_("Put the figures together"),
        N_(
            "One page on each project that seeks an investor:\n"
            "• What it makes, how much {town} needs of it, and how much can be sold.\n"
            "• What it costs to launch, and to run for a year.\n"
            "• Who leads it: the master of the trade, and the manager.\n"
            "• How many hours of work the town gives.\n"
            "• How the profit is shared: a third for the investor, a third for projects, a third for the people.\n"
            "• What could go wrong. Whoever invests has a right to know."
        ),
    ),
    "3.shops": (
        N_("Write to shops and firms here"),
        N_(
            "Dear [name],\n\n"
            "your [shop] belongs to {town}, and we would like to work with you, not against you. As a partner of the "
            "town's projects you can have free electricity, hands for [work], and parts and goods from the other "
            "projects. In return, what we make together is there for those who take part.\n\n"
            "May I visit you on [day]? Half an hour is enough to see whether it fits.\n\n"
            "With kind regards, [name]"
        ),
    ),
    "3.investors": (
        N_("Write to investors"),
        N_(
            "Dear [name],\n\n"
            "{town} is looking for partners for [project]. What we bring: the support of the whole town, its people's "
            "work for {hours} a week each, free electricity, and parts from our other projects where we have them. "
            "What we look for: [amount or machines]. A third of the profit is the investor's; the rest stays with the "
            "town and its people.\n\n"
            "The figures are enclosed. I would gladly show you everything here.\n\n"
            "With kind regards, [name]"
        ),
    ),
    "3.paper": (
        N_("The invitation in the paper"),
        N_(
            "{town} invites investors and businesses. Its projects [projects] have the town's support, the work of its "
            "people and free electricity; whoever invests receives a third of the profit. Existing shops and firms can "
            "become partners. Guests are welcome on [day]; the figures of every project are open to them."
        ),
    ),
    "3.notice": (
        N_("Posters for visitors"),
        N_("Build something with {town}.\nA whole town works with you.\nScan the code, and write to us."),
    ),
    "3.makers": (
        N_("Invite makers and teachers"),
        N_(
            "Dear [name],\n\n"
            "you know how to [grow, heal, build, invent, make music], and {town} would like to learn from you. We "
            "offer a place to work, people who help, and free electricity and goods for those who give {hours} a week. "
            "Come for a weekend and look at us: [who] has a room for you.\n\n"
            "We look forward to you. [name]"
        ),
    ),
    "3.visit": (
        N_("Show guests around"),
        N_(
            "For the day with the guests:\n"
            "• Begin at the project that runs best, and let the people there speak.\n"
            "• Show {town} as it is: also the hall that stands empty, and what it could be.\n"
            "• Give the figures on one page, and say what you do not know yet.\n"
            "• Ask what they need in order to say yes.\n"
            "• Write down what was promised, by whom and until when.\n"
            "• Eat together: what is on the table comes from here."
        ),
    ),
    "3.answers": (
        N_("Answer everybody who wrote"),
        N_(
            "Dear [name],\n\n"
            "thank you for writing to {town}. Your idea of [idea] fits well with [project]; the next step would be "
            "[a talk, a visit, the figures]. It does not fit yet? We will say so, and why, and keep your letter for "
            "the day when it does.\n\n"
            "Whatever comes of it: you are welcome here.\n\n"
            "With kind regards, [name]"
        ),
    ),
}
