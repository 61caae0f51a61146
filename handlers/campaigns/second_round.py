"""The words of the second round: the projects, and what they bring soon and later. As in `first_round`."""

from locales import N_

WORDS = {
    "2.choose": (
        N_("Choose what to show"),
        N_(
            "For the talk with the coordinators:\n"
            "• Which projects of {town} run, and which come next?\n"
            "• What does each give us this year, and what in five years?\n"
            "• How much of it do we need ourselves? The aim is three times that: what is left over is sold.\n"
            "• Who could tell of it so that others want to join?\n"
            "• Of each: one photo, one number, one name to ask for."
        ),
    ),
    "2.chat": (
        N_("Show the projects in the chat"),
        N_(
            "What are we building in {town}? Here are our projects:\n\n"
            "[project: what it makes, since when, what it needs]\n"
            "[project: what it makes, since when, what it needs]\n\n"
            "Whoever gives {hours} a week shares in all of it for free. What we do not need ourselves is sold, and a "
            "third of the profit goes in equal parts to everybody who takes part. Which project is yours?"
        ),
    ),
    "2.notice": (
        N_("Put notices into windows"),
        N_(
            "This comes from {town}.\n"
            "[Bread, vegetables, furniture]: made by us, for us.\n"
            "Come and see, or join in: {hours} a week."
        ),
    ),
    "2.stories": (
        N_("Ask people for their story"),
        N_(
            "Dear [name],\n\n"
            "you have been with us at [project] since [month], and people like to hear from people. Would you tell us "
            "in a few sentences what you do there, what you have learned, and what you took home? We would like to "
            "put it into the town's news, with a photo if you like. Nothing is shown before you have read it.\n\n"
            "Thank you!"
        ),
    ),
    "2.paper": (
        N_("The projects in the newspaper"),
        N_(
            "In {town}, the first projects are at work: [projects]. They belong to the town and are run by its people, "
            "who give {hours} a week each. What they make goes to those who take part, for free. What is left over is "
            "sold, and the profit is shared: a third for new projects, a third for the investors, and a third in equal "
            "parts for everybody who takes part."
        ),
    ),
    "2.radio": (
        N_("The projects on the radio"),
        N_(
            "Have you had our bread yet, {town}? It was baked by your neighbours, and those who help get it for free. "
            "There is more to come: [projects]. It takes {hours} a week, and you choose what you do. Next [day] the "
            "doors are open. Come and look, bring the children, and stay for a cup of tea."
        ),
    ),
    "2.visit": (
        N_("Open the doors for a day"),
        N_(
            "Open doors in {town}!\n\n"
            "On [day] from [time] on, our projects show what they do: [projects and places]. Have a look, try your "
            "hand at it, taste what there is, and ask whatever you like. Whoever wants to join can do so on the spot. "
            "Bring your family, your neighbours and good shoes."
        ),
    ),
    "2.meeting": (
        N_("Tell what comes when"),
        N_(
            "For the evening at the town hall:\n"
            "• What the projects of {town} have given us so far, in numbers.\n"
            "• This year: electricity, bread, vegetables, skills that people learn from each other.\n"
            "• In five years: our own [workshop, clinic, school], and work that stays here.\n"
            "• Honestly: what did not go well, and what we changed.\n"
            "• What is needed now: [hands, tools, land].\n"
            "• Let two people tell how {hours} a week feel."
        ),
    ),
}
