"""The command menus: per language, and per role."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup
from sqlalchemy import update

from bot.channels import telegram_menus
from locales import LANGUAGES, language
from storage.queries import residents
from storage.tables import RoleGrant, table_of
from tests.channels.telegram_town import TelegramTown, a_town, until
from tests.emulators.telegram import Person


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with a_town(tmp_path) as town:
        yield town


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def said_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that name the language they are in, whatever the catalogues hold."""
    monkeypatch.setattr(telegram_menus, "_", lambda text: Markup("{}: {}").format(language(), text))


def menu(town: TelegramTown, scope: str = "default", code: str = "") -> list[str]:
    return [f"{entry['command']} {entry['description']}" for entry in town.telegram.commands(scope, code)]


async def a_resident(town: TelegramTown, person: Person, *roles: str) -> int:
    """Makes somebody with an account a resident who holds roles; returns their id."""
    account = await town.account(person.id)
    async with town.database.unit() as unit:
        resident_id = await residents.make(
            unit, name=person.chat.title, street="", state="resident", free_times=0, reminder_early=1440,
            reminder_late=120, joined_at=NOW, consent_at=NOW, consent_version=1,
        )  # fmt: skip
        await residents.link(unit, account.id, resident_id)
        for role in roles:
            await unit.add(RoleGrant(resident_id=resident_id, role=role, granted_at=NOW))
    return resident_id


async def known(town: TelegramTown, *people: Person) -> None:
    async with town.running():
        for person in people:
            person.says("/count")
        await town.telegram.settled()


async def test_everybodys_menu_in_each_language(town: TelegramTown) -> None:
    async with town.running():
        await until(lambda: len(town.telegram.called("setMyCommands")) == 1 + len(LANGUAGES))
    assert menu(town) == ["start en: Join the town"]
    for code in LANGUAGES:
        assert menu(town, code=code) == [f"start {code}: Join the town"]


async def test_a_role_has_a_menu_in_its_own_chat_and_language(town: TelegramTown) -> None:
    baker, mayor, thandi = (
        town.telegram.person(name, language_code=code) for name, code in (("B", "af"), ("M", "zu"), ("T", "es"))
    )
    await known(town, baker, mayor, thandi)
    await a_resident(town, baker, "coordinator")
    await a_resident(town, mayor, "mayor")
    await a_resident(town, thandi)
    async with town.running():
        await until(lambda: bool(menu(town, f"chat:{mayor.id}") and menu(town, f"chat:{baker.id}")))
    desk = "The coordinator's desk"
    assert menu(town, f"chat:{baker.id}") == ["start af: Join the town", f"desk af: {desk}"]
    assert menu(town, f"chat:{mayor.id}") == [
        "start zu: Join the town", f"desk zu: {desk}", "town zu: The town's settings",
    ]  # fmt: skip
    assert menu(town, f"chat:{thandi.id}") == []


async def test_a_menu_follows_the_roles(town: TelegramTown) -> None:
    baker = town.telegram.person("Baker")
    await known(town, baker)
    resident_id = await a_resident(town, baker)
    scope = f"chat:{baker.id}"
    async with town.running():
        await until(lambda: len(town.telegram.called("setMyCommands")) >= 1 + len(LANGUAGES))
        async with town.database.unit() as unit:
            await unit.add(RoleGrant(resident_id=resident_id, role="coordinator", granted_at=NOW))
            unit.announce(f"roles:{resident_id}")
        await until(lambda: len(menu(town, scope)) == 2)
        async with town.database.unit() as unit:
            await unit.run(update(table_of(RoleGrant)).values(ended_at=NOW))
            unit.announce(f"roles:{resident_id}")
            unit.announce("roles:nobody")
        await until(lambda: menu(town, scope) == [])
    assert len(town.telegram.called("deleteMyCommands")) == 1


async def test_a_menu_that_was_lost_while_we_were_away_is_taken_down_at_the_start(town: TelegramTown) -> None:
    baker = town.telegram.person("Baker")
    await known(town, baker)
    resident_id = await a_resident(town, baker)
    async with town.database.unit() as unit:
        await unit.add(RoleGrant(resident_id=resident_id, role="coordinator", granted_at=NOW, ended_at=NOW))
    town.telegram.state.commands[(f"chat:{baker.id}", "")] = [{"command": "desk", "description": "stale"}]
    async with town.running():
        await until(lambda: menu(town, f"chat:{baker.id}") == [])


async def test_menus_outlive_trouble_and_disturb_nobody(town: TelegramTown, caplog: pytest.LogCaptureFixture) -> None:
    thandi = town.telegram.person("Thandi")
    town.telegram.fail_next("setMyCommands", kind="400")  # the first is refused, and only that one
    town.telegram.fail_next("setMyCommands", kind="500", times=2)
    town.telegram.fail_next("setMyCommands", kind="429", retry_after=1)
    thandi.says("/count")
    async with town.running():
        await town.telegram.settled()
        assert town.pace.halted_for() == 0
        await until(lambda: all(menu(town, code=code) for code in LANGUAGES))
    assert thandi.last.text == "1"
    assert "Telegram refuses a command menu" in caplog.text
    assert menu(town) == []
