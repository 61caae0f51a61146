"""Roles: the first mayor, who coordinates what, who is let in, and what the town decides for itself."""

from handlers.kit.capability import Capability
from handlers.roles import conversation, notices, views

capability = Capability("roles", router=conversation.router, commands=views.COMMANDS, notices=notices.NOTICES)
