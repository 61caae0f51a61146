"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.shifts import conversation
from handlers.shifts.jobs import JOBS
from handlers.shifts.notices import NOTICES
from locales import N_

capability = Capability(
    "shifts",
    router=conversation.router,
    by_steward=True,
    commands=(Command("shifts", N_("Find a shift"), N_("shifts|shift|find a shift|work|help out|join a shift")),),
    notices=NOTICES,
    jobs=JOBS,
)
