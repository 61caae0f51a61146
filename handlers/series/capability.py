"""What the series room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.series import conversation
from handlers.series.jobs import JOBS
from handlers.series.notices import NOTICES
from locales import N_

capability = Capability(
    "series",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command("regular", N_("The shifts you come to every time"), N_("regular|regular shifts|every week|every time")),
    ),
    notices=NOTICES,
    jobs=JOBS,
)
