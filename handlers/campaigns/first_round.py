"""The words of the first round: the plan, the call for participation, and the electricity.

Each step has a title and a text to adapt; what stands in square brackets is for the town to fill in.
"""

from locales import N_

WORDS = {
    "1.council": (
        N_("Win the council over"),
        N_(
            "For the talk with the council:\n"
            "• {town} has people, land and buildings that could do more than they do today.\n"
            "• We ask every resident for {hours} a week, out of 168, for projects that belong to the town.\n"
            "• Whoever gives these hours gets free electricity, and what the projects make.\n"
            "• Nobody has to take part. Whoever does not goes on paying as before.\n"
            "• What we need from you today: your support, said in public."
        ),
    ),
    "1.chat": (
        N_("Tell the town of the plan"),
        N_(
            "Dear people of {town},\n\n"
            "we have a plan, and it needs you. We start projects that are ours: [farm, bakery, workshop]. Everybody is "
            "asked for {hours} a week. In return there is free electricity, and what the projects make is free for "
            "those who take part.\n\n"
            "Write to this chat, look at the shifts, and take one that you like. We do this together."
        ),
    ),
    "1.paper": (
        N_("Take it to the newspaper"),
        N_(
            "{town} begins something of its own. The town asks its people for {hours} a week, for projects that belong "
            "to all of them. Whoever takes part gets free electricity, and shares in what the projects make. Signing "
            "up takes a minute in a chat. The mayor explains the plan at the town hall on [day, time]; everybody is "
            "welcome."
        ),
    ),
    "1.posters": (
        N_("Hang up posters"),
        N_(
            "{hours} a week for {town}.\n"
            "Free electricity for whoever takes part.\n"
            "Scan the code with your phone, and see what you could do."
        ),
    ),
    "1.radio": (
        N_("Speak on the radio"),
        N_(
            "Good morning, {town}! A week has 168 hours. We ask you for {hours} of them. With them we grow food, bake "
            "bread and mend what is broken, and whoever takes part has free electricity. You find us on posters all "
            "over town: hold your phone to the code, and choose what you like doing. See you there!"
        ),
    ),
    "1.power": (
        N_("Explain the electricity"),
        N_(
            "How does the free electricity work?\n\n"
            "Whoever gives {hours} in a week has it in the week after. New people have it from the next Monday on, for "
            "two weeks. Whoever is ill, expects a child or cares for somebody can be exempt. Register your meter with "
            "/home, so that the town knows where your power goes. [Where it comes from, and from when on.]"
        ),
    ),
    "1.meeting": (
        N_("Speak at the town hall"),
        N_(
            "For the evening at the town hall:\n"
            "• Why we do this: what we need, we can make ourselves.\n"
            "• What we ask: {hours} a week, of work that you choose.\n"
            "• What you get: free electricity first, then what the projects make.\n"
            "• What comes next: [the first projects, and when they begin].\n"
            "• Then listen. Write down every question, and who offers what.\n"
            "• At the end, help people to sign up right there, with their phones."
        ),
    ),
    "1.thanks": (
        N_("Say thank you"),
        N_(
            "Thank you, {town}! [Number] of us have signed up since we began, and the first shifts are full of life. "
            "If you have not found your place yet, have a look: there is work for every hand, for young and old. And "
            "tell your neighbours; the best invitation is yours."
        ),
    ),
}
