"""The words of WhatsApp's templates: what stands around a notice when nobody has written for a day.

Meta reads and approves each in every language, so a change here, or in a catalogue, means approval anew. Its rules (no
parameter first or last, none beside another, words enough for each) are kept by `tests/test_templates.py`.

A body has the parameters `{name}` (whom it is for), `{town}` and `{text}`, which is the notice itself on one line. The
samples are what Meta's readers are shown in place of `{text}`.
"""

from __future__ import annotations

from locales import N_

SHOW = N_("Show me")
"""The first button of every template: it opens the whole notice."""

NEIGHBOUR = N_("neighbour")
"""Who is greeted where the name is not known."""

SHIFT_REMINDER = N_(
    "Hello {name}, this is {town} about a shift that you signed up for:"
    "\n\n{text}\n\n"
    "Please tap an answer, so that the others can plan with you."
)
SHIFT_REMINDER_SAMPLE = N_("Bread baking, Bakery, tomorrow 07:00–09:00, Mill Lane 2. Are you coming?")

SHIFT_OFFER = N_(
    "Hello {name}, this is {town}. A place on a shift is open to you:"
    "\n\n{text}\n\n"
    "Tap “Show me” to take it, or to leave it to somebody else."
)
SHIFT_OFFER_SAMPLE = N_("A place is free on Bread baking, tomorrow 07:00–09:00. It is kept for you until 18:00.")

SHIFT_NEWS = N_(
    "Hello {name}, this is {town}. Something has changed about your shifts:"
    "\n\n{text}\n\n"
    "Tap “Show me” to read all of it and to answer."
)
SHIFT_NEWS_SAMPLE = N_("Bread baking starts at 08:00 tomorrow, not at 07:00. Your place is kept.")

HOURS = N_(
    "Hello {name}, this is {town}. It is about the hours that you give to the town:"
    "\n\n{text}\n\n"
    "Tap “Show me” to see how they add up."
)
HOURS_SAMPLE = N_("Your hours on Bread baking are confirmed: 2 h. Thank you!")

GOODS = N_(
    "Hello {name}, this is {town}. It is about goods that you asked for:"
    "\n\n{text}\n\n"
    "Tap “Show me” for all that you need to know."
)
GOODS_SAMPLE = N_("2 loaves of bread are yours. Fetch them tomorrow, 07:00–09:00, at the Bakery.")

VOTES = N_(
    "Hello {name}, this is {town}. It is about a vote in which you have a say:"
    "\n\n{text}\n\n"
    "Tap “Show me” to read the question and how it stands."
)
VOTES_SAMPLE = N_("Shall we dig a well on the green? You can vote until Friday, 18:00.")

MEETING_CALL = N_(
    "Hello {name}, this is {town}. There is a meeting to which you are invited:"
    "\n\n{text}\n\n"
    "Please tap whether you come."
)
MEETING_CALL_SAMPLE = N_("Spring meeting, Friday 27 November, 18:00, in the town hall.")

MEETINGS = N_(
    "Hello {name}, this is {town}. Here is what has become of meetings and motions:"
    "\n\n{text}\n\n"
    "Tap “Show me” to read it in full."
)
MEETINGS_SAMPLE = N_("The minutes of the spring meeting are there. You can object to them until Friday.")

DESK = N_(
    "Hello {name}, this is {town}. In your work for the town something waits for you:"
    "\n\n{text}\n\n"
    "Tap “Show me” to look at it and to decide."
)
DESK_SAMPLE = N_("Bread baking is over. Who was there? 3 people wait for their hours to be confirmed.")

NEWS = N_(
    "Hello {name}, this is {town} with the latest news for all of us:"
    "\n\n{text}\n\n"
    "Tap “Show me” to read on. To get no more of these, write STOP."
)
NEWS_SAMPLE = N_("This week 248 of us gave 744 hours, and the new oven is warm. Thank you all!")

URGENT = N_(
    "Hello {name}, this is {town}. Please read this at once, it concerns everybody's safety:"
    "\n\n{text}\n\n"
    "Tap “Show me” to see what to do."
)
URGENT_SAMPLE = N_("The river is high. Please stay away from Mill Lane until we tell you that it is safe.")

ACCOUNT = N_(
    "Hello {name}, this is {town}. Something has changed about your account:"
    "\n\n{text}\n\n"
    "Tap “Show me” to see it, and what you can do about it."
)
ACCOUNT_SAMPLE = N_("You are a coordinator of the Bakery now. Naledi Mokoena has appointed you.")
