"""What the room brings into the house."""

from handlers.kit.capability import Capability, Command
from handlers.meetings import conversation
from handlers.meetings.jobs import JOBS
from handlers.meetings.notices import NOTICES
from locales import N_
from storage.tables import Role

capability = Capability(
    "meetings",
    router=conversation.router,
    by_steward=True,
    commands=(
        Command("meetings", N_("Meetings, and whether you come"), N_("meetings|meeting list")),
        Command("meeting", N_("Call a meeting"), N_("call a meeting|new meeting"), role=Role.COORDINATOR),
    ),
    notices=NOTICES,
    jobs=JOBS,
)
