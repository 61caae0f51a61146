"""One resident, several chats: a code links another one, each can be let go, and notices come to the right one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import func
from yarl import URL

from handlers.linking.actions import LOOKED_AT
from handlers.linking.codes import MARKS, brought_by, code_in, digest_of, new_code
from handlers.roles import codes as setup_codes
from storage import outbox
from storage.queries import links, residents, roles, speakers
from storage.sql import select
from storage.tables import Account, LinkCode, PollElector, ResidentState, Role, table_of
from tests.lines import TelegramLine
from tests.people import Person, Town
from tests.variants import crosswise, once

REMINDER = "A reminder of your shift"

accounts, link_codes, electors = table_of(Account), table_of(LinkCode), table_of(PollElector)


async def code_of(person: Person) -> str:
    """Ask for a code, and read it."""
    shown = await person.says("/link")
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", shown.text)
    assert found is not None, shown.text
    return found[0]


async def linked(first: Person, second: Person) -> None:
    """Have the second chat become the first one's resident's."""
    await second.says(await code_of(first))
    await second.taps("Yes, link")
    second.sees(f"Welcome, {first.name}!")


async def chats_of(town: Town, person: Person) -> list[links.Chat]:
    async with town.app.database.reading() as unit:
        return await links.chats(unit, person.resident_id)


async def stranger(town: Town, channel: str = "") -> Person:
    """Somebody who has just opened another chat."""
    person = await town.stranger(channel=channel)
    async with town.app.database.reading() as unit:
        person.account_id = int(await unit.value(select(func.max(accounts.c.id))))
    return person


async def holder_of(town: Town, person: Person) -> int | None:
    """The resident behind somebody's chat."""
    async with town.app.database.reading() as unit:
        return await residents.of_account(unit, person.account_id)


# -- codes -------------------------------------------------------------------------------------------------------------


def test_no_code_can_be_taken_for_a_setup_code_or_a_word() -> None:
    for code in (new_code() for _ in range(500)):
        assert code_in(code) == code
        assert set(code) & set(MARKS)
        assert setup_codes.code_in(code) is None
    for other in (setup_codes.new_code() for _ in range(500)):
        assert code_in(other) is None
    for text in ("MARKET22", "SANDWICH", "22223333", "CDFHJKMN", "C2", "C2C2-C2C2-C2", "", "link"):
        assert code_in(text) is None, text


def test_a_code_is_found_wherever_somebody_puts_it() -> None:
    code = "CDFH2345"
    for text in ("cdfh-2345", " CDFH 2345 ", "CDFH—2345"):
        assert brought_by(text) == (code, True), text
    for text in ("/link cdfh2345", "/link@town_bot CDFH-2345", "/start link_CDFH2345", "/start BREAD7 link_CDFH2345"):
        assert brought_by(text) == (code, False), text
    for text in ("link CDFH-2345", "Link a chat cdfh 2345", "link cdfh2345"):
        assert brought_by(text) == (code, False), text
    for text in ("/start link_nonsense", "/link nonsense"):
        assert brought_by(text) == (None, False), text
    for text in ("/link", "/start", "/start shift_7", "/week CDFH2345", "hello CDFH2345", "link", "x" * 500):
        assert brought_by(text) is None, text


# -- linking -----------------------------------------------------------------------------------------------------------


@crosswise
async def test_two_chats_are_one_resident(town: Town) -> None:
    """One week, one place, one balance: what is done in one chat is in both."""
    shift = await town.shift("Bread", places=2)
    anna, other = await town.resident("Anna"), await stranger(town)
    code = await code_of(anna)
    anna.sees("good for 15 minutes")
    other.has_not_seen("Anna")
    await other.says(code.lower())
    other.sees("This is the code of Anna")
    other.sees("Is that you?")
    await other.taps("Yes, link")
    other.sees("Welcome, Anna! This chat is yours now as well")
    assert await holder_of(town, other) == anna.resident_id
    await other.joins(shift)
    await anna.joins(shift)
    anna.sees("You already hold a place")
    await anna.says("/week")
    anna.sees("Bread")
    poll = await town.poll("Shall we build a well?")
    await other.says(f"/start vote_{poll}")
    await other.taps("Vote")
    await other.taps("Yes")
    await anna.says(f"/start vote_{poll}")
    anna.sees("1 of 2 has voted")
    anna.sees("Your vote: Yes")
    async with town.app.database.reading() as unit:
        assert len(await unit.rows(select(electors).where(electors.c.resident_id == anna.resident_id))) == 1


@pytest.mark.parametrize(
    ("database_url", "channel"), [("sqlite", "telegram"), ("postgresql", "telegram")], indirect=True
)
async def test_telegram_and_whatsapp_are_one(wide_town: Town) -> None:
    """One balance, one vote, one quota, one reminder; a coordinator undoes it, and no history is lost."""
    town = wide_town
    mayor, [anna] = await town.mayor(), await town.neighbours(1)
    batch, shift = await town.batch("Bread", 10, allowance=3000), await town.shift("Mill", day=2)
    poll = await town.poll("Shall we build a well?")
    await town.settles()
    await anna.says("/link")
    _message, link = anna.button("WhatsApp")
    other = await stranger(town, channel="whatsapp")
    await other.says(URL(link).query["text"])  # as the link writes it for them
    other.sees(f"This is the code of {anna.name}, asked for on Telegram")
    await other.taps("Yes, link")
    await town.settles()
    await anna.looks()
    anna.sees("Your chat on WhatsApp is linked now")
    await anna.says("/goods")
    await anna.forges(f"goods:got:{batch}:2000:0")
    await other.says("/goods")
    await other.forges(f"goods:one:{batch}:0:0")
    other.sees("Left for you: 1 loaf.")
    await other.joins(shift)
    await other.says(f"/start vote_{poll}")
    await other.taps("Vote")
    await other.taps("No")
    await anna.says(f"/start vote_{poll}")
    anna.sees("Your vote: No")
    await town.moves(hours=24)
    await anna.looks(), await other.looks()
    anna.has_seen(REMINDER, times=1)
    other.has_not_seen(REMINDER)
    assert isinstance(anna.line, TelegramLine)
    anna.line.person.blocks_bot()
    await other.says("/week")  # so that WhatsApp lets more than a template through
    await town.moves(hours=23)
    await other.looks()
    other.has_seen(REMINDER, times=1)  # the late one, there being no other way
    await mayor.forges(f"chat:dropped:{other.account_id}:{anna.resident_id}:0")
    mayor.sees("It is let go")
    assert [chat.channel for chat in await chats_of(town, anna)] == ["telegram"]
    async with town.app.database.reading() as unit:
        kept = await residents.everything(unit, anna.resident_id)
    assert [len(kept[table]) for table in ("signups", "claims", "ballots")] == [1, 1, 1]


@crosswise
async def test_a_second_tap_on_yes_is_told_the_truth(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await linked(anna, other)
    await other.forges("chat:yes:0:0:0")
    other.sees("These two chats are linked already")
    assert await holder_of(town, other) == anna.resident_id


@crosswise
async def test_the_first_chat_is_told_and_unlinks_with_one_tap(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await linked(anna, other)
    await town.settles()
    await anna.looks()
    anna.sees("is linked now: whatever you do there is here too. Wasn’t it you?")
    await anna.taps("Unlink it")
    anna.sees("is not linked any more")
    assert await holder_of(town, other) is None
    await anna.forges(f"chat:gone:{other.account_id}:0:0")  # a second tap
    anna.sees("not linked here, or not any more")
    assert [chat.id for chat in await chats_of(town, anna)] == [anna.account_id]


@crosswise
async def test_a_signup_under_way_is_dropped(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await other.taps("English")
    await other.says("Anna Too")
    other.sees("Which street")
    await other.says(f"link {await code_of(anna)}")
    await other.taps("Yes, link")
    await other.says("/me")
    other.sees("Anna, Mill Lane")
    async with town.app.database.reading() as unit:
        row = await unit.first(select(accounts).where(accounts.c.id == other.account_id))
        assert row is not None
        assert row.state is None
        assert set(json.loads(row.data)) <= {LOOKED_AT}, "nothing of the sign-up is left"


@crosswise
async def test_no_means_no_and_the_signup_goes_on(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await other.taps("English")
    await other.says(f"/start link_{(await code_of(anna)).replace('-', '')}")
    other.sees("This is the code of Anna")
    await other.taps("No")
    other.sees("nothing was linked")
    await other.forges("chat:yes:0:0:0")
    other.sees("used before, or it is too old")
    assert await holder_of(town, other) is None
    await other.taps("Go on")
    other.sees("What is your name?")


@once
async def test_who_is_asked_for_a_code_alone_is_told_where_to_get_one(town: Town) -> None:
    other = await stranger(town)
    await other.says("/link")
    other.sees("Do you have a chat with me already?")
    await other.taps("Go on")
    other.sees("which language")


@crosswise
async def test_wrong_old_and_used_codes(town: Town) -> None:
    anna, ben, other = await town.resident("Anna"), await town.resident("Ben"), await stranger(town)
    first, second = await code_of(anna), await code_of(anna)
    await other.says(first)
    other.sees("used before, or it is too old")  # a new one replaces it
    await town.moves(hours=0.26)
    await other.says(second)
    other.sees("used before, or it is too old")
    third = await code_of(anna)
    await anna.says(third)
    anna.sees("You asked for that code right here")
    await linked_with(other, third)
    again = await stranger(town)
    await again.says(third)
    again.sees("used before, or it is too old")
    await ben.says("/link nonsense")
    ben.sees("That code is not right")
    for _ in range(5):
        await ben.says("/link CDFH-2222")
        ben.sees("That code is not right")
    await ben.says(f"/link {await code_of(anna)}")
    ben.sees("Please wait an hour")


async def linked_with(other: Person, code: str) -> None:
    await other.says(code)
    await other.taps("Yes, link")
    other.sees("This chat is yours now")


@once
async def test_a_code_is_kept_as_its_digest_alone(town: Town) -> None:
    anna = await town.resident("Anna")
    code = (await code_of(anna)).replace("-", "")
    async with town.app.database.reading() as unit:
        [row] = await unit.rows(select(link_codes))
    assert row.digest == digest_of(code)
    assert code not in str(tuple(row))


@once
async def test_chats_that_are_linked_already(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await linked(anna, other)
    await other.says(await code_of(anna))
    other.sees("These two chats are linked already")


@once
async def test_an_answer_that_looks_like_a_code_is_an_answer(town: Town) -> None:
    """In the middle of a question that takes words, only a code that is one counts."""
    other = await stranger(town)
    await other.taps("English")
    await other.says("CDFH2345")
    other.sees("Good to meet you, CDFH2345")


@crosswise
async def test_an_applicant_who_is_a_resident_already(town: Town) -> None:
    mayor = await town.mayor()
    anna, other = await town.resident("Anna"), await town.resident("Anna Again")
    async with town.app.database.unit() as unit:
        await residents.change(unit, other.resident_id, state=ResidentState.APPLICANT)
    await other.says(await code_of(anna))
    await other.taps("Yes, link")
    assert await holder_of(town, other) == anna.resident_id
    async with town.app.database.reading() as unit:
        assert await roles.applicants(unit) == []
        assert (await residents.profile(unit, other.resident_id)).state == ResidentState.LEFT
    await mayor.looks()


# -- two residents who are one, or share a phone -----------------------------------------------------------------------


async def two_residents(town: Town) -> tuple[Person, Person]:
    """Anna and Annie, each with a place on another shift; Annie has sent Anna's code."""
    anna, annie = await town.resident("Anna"), await town.resident("Annie")
    await anna.joins(await town.shift("Bread"))
    await annie.joins(await town.shift("Weeding", day=3))
    await annie.says(await code_of(anna))
    annie.sees("This is the code of Anna")
    annie.sees("in this chat I know another resident already")
    return anna, annie


@crosswise
async def test_two_residents_are_made_one_when_both_chats_say_so(town: Town) -> None:
    anna, annie = await two_residents(town)
    await annie.taps("I am both")
    annie.sees("Anna stays, who joined on")
    await annie.taps("Yes, ask there")
    annie.sees("I have asked Anna in the other chat")
    assert await holder_of(town, annie) == annie.resident_id  # nothing yet
    await town.settles()
    await anna.looks()
    anna.sees("where I know Annie. Is that you as well?")
    await anna.taps("Yes, that is me")
    anna.sees("the two are one now")
    assert await holder_of(town, annie) == anna.resident_id
    for person in (anna, annie):
        await person.says("/week")
        await person.taps("My shifts")
        person.sees("Bread")
        person.sees("Weeding")
    await anna.forges(f"chat:one:{annie.account_id}:{annie.resident_id}:0")
    anna.sees("used before, or it is too old")


@crosswise
async def test_who_says_no_in_the_first_chat_changes_nothing(town: Town) -> None:
    anna, annie = await two_residents(town)
    await annie.taps("I am both")
    await annie.taps("Yes, ask there")
    await town.settles()
    await anna.looks()
    await anna.forges(f"chat:look:{annie.account_id}:{annie.resident_id}:0")
    anna.sees("Is Annie in the other chat you as well?")
    await anna.taps("No, not me")
    anna.sees("Nothing was changed")
    await town.settles()
    await annie.looks()
    annie.sees("Anna says that you are two different people")
    await anna.forges(f"chat:one:{annie.account_id}:{annie.resident_id}:0")
    anna.sees("used before, or it is too old")
    assert await holder_of(town, annie) == annie.resident_id


@once
async def test_nobody_is_made_one_with_whom_they_were_not_asked_about(town: Town) -> None:
    anna, annie = await two_residents(town)
    cor = await town.resident("Cor")
    await annie.taps("I am both")
    await annie.taps("Yes, ask there")
    before = await _all_accounts(town)
    await anna.forges(f"chat:one:{cor.account_id}:{cor.resident_id}:0")
    anna.sees("used before, or it is too old")
    await anna.forges(f"chat:one:{annie.account_id}:{cor.resident_id}:0")
    anna.sees("used before, or it is too old")
    await cor.forges(f"chat:one:{annie.account_id}:{annie.resident_id}:0")
    cor.sees("used before, or it is too old")
    await annie.forges(f"chat:one:{annie.account_id}:{anna.resident_id}:0")
    annie.sees("used before, or it is too old")
    await annie.forges("chat:yes:0:0:0")
    annie.sees("used before, or it is too old")
    await town.moves(hours=25)
    await anna.forges(f"chat:one:{annie.account_id}:{annie.resident_id}:0")
    anna.sees("used before, or it is too old")
    assert await _all_accounts(town) == before


@crosswise
async def test_two_residents_who_share_a_phone(town: Town) -> None:
    anna, annie = await two_residents(town)
    await annie.forges("chat:yes:0:0:0")  # that would take Annie's own chat from her
    annie.sees("not linked here")
    await annie.taps("We share this phone")
    annie.sees("Anna can speak through this phone too")
    assert await holder_of(town, annie) == annie.resident_id
    async with town.app.database.reading() as unit:
        at_home = await speakers.of_home(unit, account_id=annie.account_id, owner_id=annie.resident_id)
    assert [voice.name for voice in at_home] == ["Anna", "Annie"]
    await annie.says(await code_of(anna))
    annie.sees("linked already")


@crosswise
async def test_whoever_did_not_ask_for_it_is_off_the_phone_of_another_with_one_tap(town: Town) -> None:
    """A code that somebody saw must not keep them somebody else's voice."""
    anna, annie = await two_residents(town)
    await annie.taps("We share this phone")
    await town.settles()
    await anna.looks()
    await anna.taps("Take me off it")
    anna.sees("nobody can speak for you on the phone of Annie any more")
    await annie.forges(f"as:{anna.resident_id}:home")
    assert not annie.last.text.startswith("For Anna")
    async with town.app.database.reading() as unit:
        assert await links.elsewhere(unit, anna.resident_id) == []
    await anna.says("/chats")
    assert "Phones of others" not in anna.last.labels
    await anna.forges(f"chat:off:{annie.account_id}:0:0")
    anna.sees("not linked here, or not any more")
    await annie.says(await code_of(anna))
    await annie.taps("We share this phone")
    await anna.says("/chats")
    await anna.taps("Phones of others")
    await anna.taps("Annie")
    anna.sees("nobody can speak for you")


@once
async def test_nobody_is_made_one_with_another_of_the_home_who_did_not_ask(town: Town) -> None:
    """Whoever was asked about one who speaks through a phone cannot make another of that phone their own."""
    anna, annie, cor = await town.resident("Anna"), await town.resident("Annie"), await town.resident("Cor")
    await annie.says(await code_of(cor))
    await annie.taps("We share this phone")
    await annie.says(await code_of(anna))
    who_speaks = f"as:{annie.resident_id}:"
    await annie.forges(f"{who_speaks}chat:twice:0:0:0")
    await annie.forges(f"{who_speaks}chat:ask:0:0:0")
    annie.sees("I have asked Anna in the other chat")
    for do in ("look", "one", "notme"):
        await anna.forges(f"chat:{do}:{annie.account_id}:{cor.resident_id}:0")
        anna.sees("used before, or it is too old")
    assert await holder_of(town, cor) == cor.resident_id
    await anna.forges(f"chat:one:{annie.account_id}:{annie.resident_id}:0")
    anna.sees("the two are one now")
    assert await holder_of(town, annie) == anna.resident_id


# -- one's chats -------------------------------------------------------------------------------------------------------


@crosswise
async def test_one_reminder_on_the_preferred_chat_and_on_the_other_when_that_is_out_of_reach(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await anna.joins(await town.shift(day=2, at="09:30"))
    await linked(anna, other)
    await town.moves(hours=24.5)
    await anna.looks(), await other.looks()
    anna.has_seen(REMINDER, times=1)  # it goes on coming where it always came
    other.has_not_seen(REMINDER)
    await other.says("/chats")
    other.sees("I write here first")
    await other.taps(next(label for label in other.last.labels if label.endswith("(2)")))
    await other.taps("Write here first")
    await town.moves(hours=24)
    await anna.looks(), await other.looks()
    anna.has_seen(REMINDER, times=1)
    other.has_seen(REMINDER, times=1)
    chosen = {chat.id: chat.preferred for chat in await chats_of(town, anna)}
    assert chosen == {anna.account_id: False, other.account_id: True}
    async with town.app.database.unit() as unit:  # its person has blocked the town
        await unit.execute(accounts.update().where(accounts.c.id == other.account_id).values(reachable=False))
    await tell(town, anna, "third")
    await anna.looks(), await other.looks()
    anna.has_seen("gave you a role", times=1)
    other.has_not_seen("gave you a role")
    await anna.says("/chats")
    anna.sees("I cannot write there now")
    await anna.taps(next(label for label in anna.last.labels if label.endswith("(2)")))
    await anna.taps("No chat goes first")
    assert not any(chat.preferred for chat in await chats_of(town, anna))


async def tell(town: Town, person: Person, key: str) -> None:
    """A notice to a resident, delivered."""
    async with town.app.database.unit() as unit:
        row = outbox.new_row(
            notice="role.given",
            resident_id=person.resident_id,
            dedupe_key=key,
            now=town.clock.now(),
            role=Role.TREASURER,
            project="",
            by="Naledi",
        )
        await outbox.put(unit, [row])
    await town.settles()


@crosswise
async def test_letting_a_chat_go(town: Town) -> None:
    anna, other = await town.resident("Anna"), await stranger(town)
    await anna.says("/chats")
    await anna.taps(anna.last.labels[0])
    assert "Write here first" not in anna.last.labels
    await anna.taps("Let this chat go")
    anna.sees("only chat in which I can reach you")
    await linked(anna, other)
    await other.says("my chats")
    await other.taps(next(label for label in other.last.labels if label.endswith("(2)")))
    await other.taps("Let this chat go")
    other.sees("This very chat will not know you")
    await other.taps("Yes, let it go")
    other.sees("this chat is not linked any more")
    assert await holder_of(town, other) is None
    await town.settles()
    await anna.looks()
    anna.sees("You let your chat")
    await other.taps("Begin anew")
    other.sees("which language")
    await other.forges(f"chat:gone:{anna.account_id}:0:0")
    assert await holder_of(town, anna) == anna.resident_id


@once
async def test_an_old_button_or_a_forged_one_changes_nothing(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    before = await _all_accounts(town)
    for do in ("chat", "prefer", "go", "gone"):
        await anna.forges(f"chat:{do}:{ben.account_id}:0:0")
        anna.sees("not linked here, or not any more")
    for do in ("theirs", "drop", "dropped", "vouch", "find"):
        await anna.forges(f"chat:{do}:{ben.account_id}:{ben.resident_id}:0")
        anna.sees("Only the mayor or a coordinator of the whole town")
    for do in ("yes", "share", "twice", "ask", "one", "notme", "look"):
        await anna.forges(f"chat:{do}:{ben.account_id}:{ben.resident_id}:0")
        anna.sees("used before, or it is too old")
    assert await _all_accounts(town) == before


async def _all_accounts(town: Town) -> list[tuple[Any, ...]]:
    async with town.app.database.reading() as unit:
        wanted = select(accounts.c.id, accounts.c.resident_id, accounts.c.preferred).order_by(accounts.c.id)
        return [tuple(row) for row in await unit.rows(wanted)]


# -- a coordinator's help ----------------------------------------------------------------------------------------------


@crosswise
async def test_a_coordinator_undoes_a_wrong_link(town: Town) -> None:
    """Neither history is lost: a chat that is let go takes nothing with it."""
    mayor, anna, other = await town.mayor(), await town.resident("Anna"), await stranger(town)
    shift = await town.shift("Bread")
    await linked(anna, other)
    await other.joins(shift)
    await mayor.says("/chats")
    await mayor.taps("Chats of somebody else")
    await mayor.says("anna")
    await mayor.taps("Anna")
    mayor.sees("The chats of Anna, Mill Lane")
    await mayor.taps(next(label for label in mayor.last.labels if label.endswith("(2)")))
    mayor.sees("nothing of theirs is lost")
    await mayor.taps("Yes, let it go")
    assert await holder_of(town, other) is None
    await town.settles()
    await anna.looks()
    anna.sees("let your chat")
    await anna.says("/week")
    anna.sees("Bread")


@crosswise
async def test_a_lost_phone(town: Town) -> None:
    """A coordinator lets the lost one go, though it is the last, and makes a code for the new one."""
    mayor, anna, new = await town.mayor(), await town.resident("Anna"), await stranger(town)
    await mayor.says("/chats")
    await mayor.taps("Chats of somebody else")
    await mayor.says("Anna")
    await mayor.taps("Anna")
    await mayor.taps(mayor.last.labels[0])
    await mayor.taps("Yes, let it go")
    mayor.sees("Nobody can write to Anna now: make a code")
    await mayor.taps("A code for a new chat")
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mayor.last.text)
    assert found is not None
    await new.says(found[0])
    new.sees("This code is for Anna. Naledi Mokoena asked for it at")
    await new.taps("Yes, link")
    new.has_not_seen("I have told")  # there is no other chat
    assert await holder_of(town, new) == anna.resident_id
    assert await holder_of(town, anna) is None


@once
async def test_nobody_becomes_who_may_do_more_than_they(town: Town) -> None:
    """A coordinator who could make a code for the mayor could be the mayor."""
    mayor, ben, anna, kim = [await town.mayor(), *[await town.resident(name) for name in ("Ben", "Anna", "Kim")]]
    async with town.app.database.unit() as unit:
        for person, role in ((ben, Role.COORDINATOR), (kim, Role.TREASURER)):
            await roles.give(
                unit, resident_id=person.resident_id, role=role, project_id=None, by=None, now=town.clock.now()
            )
    for person in (mayor, kim):
        for do in ("vouch", "dropped"):
            await ben.forges(f"chat:{do}:{person.account_id}:{person.resident_id}:0")
            ben.sees("mayor")
        assert await holder_of(town, person) == person.resident_id
    async with town.app.database.reading() as unit:
        assert await unit.rows(select(link_codes)) == []
    await ben.forges(f"chat:vouch:0:{anna.resident_id}:0")
    ben.sees("Let Anna send me this from the new phone")
    await town.settles()
    await mayor.looks()
    mayor.sees("Ben made a code for Anna")
    await mayor.forges(f"chat:vouch:0:{kim.resident_id}:0")
    mayor.sees("Let Kim send me this from the new phone")
