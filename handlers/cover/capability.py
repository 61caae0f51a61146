"""What the room brings into the house."""

from handlers.cover import conversation
from handlers.cover.jobs import JOBS
from handlers.cover.notices import NOTICES
from handlers.kit.capability import Capability, Command
from locales import N_

capability = Capability(
    "cover",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command(
            "cant",
            N_("I can't come to a shift"),
            N_(
                "can't come|i can't come|cannot come|i cannot come|can't make it|i can't make it|"
                "sick|i am sick|i'm sick|ill|i am ill|i'm ill"
            ),
        ),
    ),
    notices=NOTICES,
    jobs=JOBS,
)
