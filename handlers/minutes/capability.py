"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.minutes import conversation
from handlers.minutes.jobs import JOBS
from handlers.minutes.notices import NOTICES
from locales import N_

capability = Capability(
    "minutes",
    router=conversation.router,
    commands=(
        Command("decisions", N_("What the town has decided"), N_("decisions|register|register of decisions")),
        Command("followups", N_("What you took on at meetings"), N_("follow-ups|followups|to do|tasks")),
    ),
    notices=NOTICES,
    jobs=JOBS,
)
