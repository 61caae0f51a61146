"""All tables; importing this package fills the metadata that migrations and tests compare with."""

from storage.tables.base import metadata, table_of
from storage.tables.mail import Inbox, Outbox, OutboxState, Priority
from storage.tables.people import (
    Account,
    Resident,
    ResidentState,
    ResidentTopic,
    Role,
    RoleGrant,
    SetupCode,
    Topic,
)
from storage.tables.town import Town
from storage.tables.web import WebChat, WebFile, WebMessage, WebSession
from storage.tables.work import HoursEntry, Project, Shift, ShiftSkill, Signup, SignupState

__all__ = [
    "Account",
    "HoursEntry",
    "Inbox",
    "Outbox",
    "OutboxState",
    "Priority",
    "Project",
    "Resident",
    "ResidentState",
    "ResidentTopic",
    "Role",
    "RoleGrant",
    "SetupCode",
    "Shift",
    "ShiftSkill",
    "Signup",
    "SignupState",
    "Topic",
    "Town",
    "WebChat",
    "WebFile",
    "WebMessage",
    "WebSession",
    "metadata",
    "table_of",
]
