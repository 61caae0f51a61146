"""What the room of reports brings."""

from handlers.kit.capability import Capability, Command
from handlers.reports import conversation
from handlers.reports.jobs import JOBS
from handlers.reports.notices import NOTICES
from locales import N_

capability = Capability(
    "reports",
    router=conversation.router,
    by_steward=True,
    commands=(Command("report", N_("Report hours outside a shift"), N_("report hours|report|i worked|i helped")),),
    notices=NOTICES,
    jobs=JOBS,
)
