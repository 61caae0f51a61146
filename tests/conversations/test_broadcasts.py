"""Messages to many: whom they are for, a last look, who says yes, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image
from sqlalchemy import update

from handlers.broadcasts import sending
from handlers.broadcasts.sending import NewBroadcast
from storage.outbox import outbox
from storage.queries import broadcasts, residents, roles
from storage.queries.broadcasts import BroadcastRow
from storage.tables import BroadcastKind, Role
from tests.people import Person, Town
from tests.variants import crosswise, once


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), "brown").save(out, "JPEG")
    return out.getvalue()


async def council(town: Town, name: str = "Grace Dube") -> Person:
    person = await town.resident(name)
    await town._give(person, Role.COUNCIL, None)
    return person


async def lives(town: Town, person: Person, street: str) -> None:
    async with town.app.database.unit() as unit:
        await residents.change(unit, person.resident_id, street=street)


async def newest(town: Town) -> BroadcastRow:
    async with town.app.database.reading() as unit:
        return (await broadcasts.listed(unit, me=0, everything=True, most=1))[0]


async def propose(town: Town, by: Person, text: str = "", **columns: Any) -> int:
    """A message to everybody that waits for somebody's yes; its id. `columns` are of `NewBroadcast`."""
    given: dict[str, Any] = {"kind": BroadcastKind.MESSAGE, "topic": "appeals", "language": "en"} | columns
    of = (await town.who(by)).town
    async with town.app.database.unit() as unit:
        new = NewBroadcast(audience="town", text=text, **given)
        return await sending.propose(unit, by=by.resident_id, new=new, town=of, now=town.clock.now())


async def up_to_audience(person: Person, words: str = "The river is high.") -> Any:
    await person.says("/broadcast")
    await person.taps("Appeals")
    return await person.says(words)


@crosswise
async def test_a_message_from_the_first_word_to_the_last_reader(town: Town) -> None:
    mayor, anna, ben, cora, *_others = [await town.mayor(), *await town.residents(4)]
    for person, street in ((anna, "12 Long Lane"), (ben, "3 long lane"), (cora, "Hill Road 1")):
        await lives(town, person, street)
    await up_to_audience(mayor)
    assert mayor.sees("Who is it for?")
    await mayor.taps("A street")
    assert any("(2)" in label for label in mayor.last.labels), mayor.last.labels
    await mayor.says("long lane")
    assert mayor.sees("those who live in")
    assert mayor.sees("2 people")
    await mayor.taps("Go on")
    assert mayor.shown[-2].text.startswith("Naledi Mokoena writes for"), "they get it first, as the readers do"
    assert "The river is high." in mayor.shown[-2].text
    assert mayor.sees("Shall I send it?")
    await mayor.taps("Less of this", on=mayor.shown[-2])
    assert mayor.sees("only how it looks")
    await mayor.taps("Yes, send it")
    assert mayor.sees("On its way to 2 people")
    await mayor.forges("w:cast:preview:send")
    assert mayor.sees("finished already")
    await town.settles()
    await town.settles()
    await anna.looks()
    await ben.looks()
    await cora.looks()
    assert anna.has_seen("The river is high.", times=1)
    assert ben.has_seen("The river is high.", times=1)
    assert cora.has_not_seen("The river is high.")
    await mayor.looks()
    assert mayor.has_seen("Sent 2 of 2 · reached 2")
    assert mayor.has_not_seen("has reached 2 of 2 people"), "what the card shows need not be said as well"


@once
async def test_who_also_who_only_who_not(town: Town) -> None:
    mayor, anna, ben, cora = [await town.mayor(), *await town.residents(3)]
    for person, street in ((anna, "12 Long Lane"), (ben, "3 Long Lane"), (cora, "Hill Road 1")):
        await lives(town, person, street)
    await up_to_audience(mayor)
    await mayor.says("Long Lane")
    assert mayor.sees("2 people")
    await mayor.taps("Also")
    assert mayor.sees("So far it is for: those who live in Long Lane.")
    await mayor.says("hill road")
    assert mayor.sees("also those who live in Hill Road")
    assert mayor.sees("3 people")
    await mayor.taps("But not")
    await mayor.taps("By language")
    await mayor.taps("isiZulu")
    assert mayor.sees("but not those who read isiZulu")
    await mayor.taps("Only those")
    await mayor.says("nothing of that kind")
    assert mayor.sees("I find nothing called")
    await mayor.taps("Back")
    assert mayor.sees("3 people"), "the way back is to what was chosen so far"
    await mayor.taps("Keep under")
    await mayor.says("Riverside")
    assert mayor.sees("Kept under the name")
    await mayor.taps("Begin again")
    await mayor.says("riverside")
    assert mayor.sees("“Riverside”")
    assert mayor.sees("3 people")
    await mayor.taps("Only those")
    await mayor.taps("By their hours")
    await mayor.says("200 h")
    assert mayor.sees("Nobody in town is like that")
    assert "Go on" not in mayor.last.labels
    await mayor.taps("Begin again")
    await mayor.taps("Everyone")
    assert mayor.sees("3 people")


@once
async def test_eight_steps_are_all(town: Town) -> None:
    mayor = await town.mayor()
    await town.residents(2)
    await up_to_audience(mayor)
    await mayor.taps("Everyone")
    for _ in range(7):
        await mayor.taps("But not")
        await mayor.says("the council")
    assert mayor.sees("as many steps as one can follow")
    assert "But not…" not in mayor.last.labels
    await mayor.forges("w:cast:audience:not")
    assert mayor.sees("as many steps as one can follow")


@once
async def test_two_have_to_agree(town: Town) -> None:
    mayor, grace, cora, anna = [
        await town.mayor(),
        await council(town),
        await town.coordinator(),
        await town.resident(),
    ]
    await up_to_audience(mayor)
    await mayor.taps("Everyone")
    await mayor.taps("Go on")
    assert mayor.sees("1 other person has to say yes")
    await mayor.taps("Yes, ask")
    assert mayor.sees("Waits for the yes of 1 more. With it, it goes out at once.")
    one = await newest(town)
    await mayor.forges(f"cast:approve:{one.id}:0:")
    assert mayor.sees("noted already")
    await mayor.forges(f"cast:decline:{one.id}:0:sure")
    assert mayor.sees("You wrote this yourself")
    await anna.says("/week")
    await anna.forges(f"cast:approve:{one.id}:0:")
    assert anna.sees("Only coordinators")
    await town.settles()
    await grace.looks()
    assert grace.sees("wants to send this to many people")
    assert grace.sees("The river is high.")
    await grace.taps("See it")
    assert "writes for" in grace.shown[-2].text
    await grace.taps("Yes, send it")
    assert grace.sees("On its way")
    await cora.looks()
    await cora.taps("Yes, send it")
    assert cora.sees("on its way already")
    await town.settles()
    await town.settles()
    await anna.looks()
    assert anna.has_seen("The river is high.", times=1)
    await mayor.looks()
    assert mayor.has_seen("Grace Dube said yes to your message")


@once
async def test_no_ends_it_and_silence_too(town: Town) -> None:
    mayor, grace = await town.mayor(), await council(town)
    await propose(town, mayor, "One thing.")
    await propose(town, mayor, "Another thing.")
    await town.settles()
    await grace.looks()
    await grace.taps("No", on=next(one for one in grace.shown if "One thing." in one.text))
    await grace.taps("Yes, say no")
    assert grace.sees("Declined")
    await town.moves(days=3.1)
    await mayor.looks()
    assert mayor.has_seen("Grace Dube said no to your message")
    assert mayor.has_seen("Nobody said yes to your message in time", times=1)
    await grace.taps("Yes, send it", on=next(one for one in grace.shown if "Another thing." in one.text))
    assert grace.sees("called off")


@crosswise
async def test_what_cannot_wait(town: Town) -> None:
    """It passes what was turned off and the quiet hours, and two people answer for it."""
    mayor, cora, anna = [await town.mayor(), await town.coordinator(), await town.resident()]
    await cora.says("/emergency")
    assert cora.sees("Only the mayor or a coordinator of the whole town")
    await town.moves(hours=14)
    await mayor.says("/emergency The dam is breaking. Go up the hill.")
    assert "Urgent from the town" in mayor.shown[-2].text
    assert mayor.sees("all residents")
    assert mayor.sees("1 other person has to say yes")
    await mayor.taps("Other languages")
    await mayor.taps("Español")
    await mayor.says("La presa se rompe. Sube al cerro.")
    await mayor.taps("Go on")
    await mayor.taps("Yes, ask")
    await town.settles()
    await cora.looks()
    assert cora.sees("wants to warn people at once")
    await cora.taps("Yes, send it")
    await town.settles()
    await anna.looks()
    assert anna.sees("The dam is breaking.")
    await cora.says("/broadcasts")
    one = await newest(town)
    await cora.forges(f"cast:history:{one.id}:0:")
    assert cora.sees("Naledi Mokoena wrote it")
    assert cora.sees("Pieter van Wyk says yes")


@once
async def test_hold_go_on_stop(town: Town) -> None:
    mayor = await town.mayor()
    people = await town.residents(3)
    await town.moves(hours=14)  # into the quiet hours, in which all of it waits
    one = await town.broadcast("Bread is late.", by=mayor)
    await town.settles()
    await mayor.says("/broadcasts")
    await mayor.taps("1.")
    assert mayor.sees("3 people are still waiting")
    await mayor.taps("Hold it")
    assert mayor.sees("Held")
    await mayor.forges(f"cast:pause:{one}:0:")
    assert mayor.sees("held at the moment")
    await town.moves(hours=12)
    await people[0].looks()
    assert people[0].has_not_seen("Bread is late.")
    await town.moves(hours=12)
    await mayor.says("/broadcasts")
    await mayor.taps("1.")
    await mayor.taps("Go on")
    assert mayor.sees("On its way")
    await mayor.taps("Stop it")
    await mayor.taps("Yes, stop it")
    assert mayor.sees("Stopped")
    await mayor.forges(f"cast:stop:{one}:0:sure")
    assert mayor.sees("stopped already")
    await mayor.taps("What happened")
    assert mayor.sees("Naledi Mokoena stops it")
    await town.moves(hours=12)
    await people[0].looks()
    assert people[0].has_not_seen("Bread is late.")


@once
async def test_tomorrow_or_now_after_all_or_never(town: Town) -> None:
    mayor, anna, *_others = [await town.mayor(), *await town.residents(4)]
    await lives(town, anna, "Hill Road")
    tomorrow = town.clock.now() + timedelta(hours=20)
    for words in ("First.", "Second."):
        await town.broadcast(words, by=mayor, due_at=tomorrow)
    await mayor.says("/broadcast Third.")
    await mayor.taps("News")
    await mayor.says("hill road")
    assert mayor.sees("1 person")
    await mayor.taps("Go on")
    await mayor.taps("When")
    await mayor.says("tomorrow 8:00")
    await mayor.taps("Yes, send it")
    assert mayor.sees("Goes out")
    await mayor.taps("Call it off")
    await mayor.taps("Yes, call it off")
    assert mayor.sees("Called off")
    await mayor.taps("All messages")
    await mayor.taps("2. Second")
    await mayor.taps("Send it now")
    await mayor.taps("Yes, send it now")
    assert mayor.sees("On its way")
    await town.settles()
    await anna.looks()
    assert anna.has_seen("Second.", times=1)
    assert anna.has_not_seen("First.")
    await town.moves(days=1)
    await anna.looks()
    assert anna.has_seen("First.", times=1)
    assert anna.has_not_seen("Third.")


@once
async def test_a_projects_coordinator_writes_to_its_people(town: Town) -> None:
    cora, anna, ben, *_ = [await town.coordinator(), *await town.residents(5)]
    farm = await town.project("Farm")
    shift = await town.shift("Bread baking", day=1)
    await anna.joins(shift)
    await up_to_audience(cora, "Bring an apron.")
    assert cora.last.labels == ["A project's people", "Who was there", "Back", "Leave it"]
    await cora.forges("w:cast:whom:town")
    assert cora.sees("That is for the mayor")
    await cora.says("Farm")
    assert cora.sees("I find nothing called")
    await cora.taps("Who was there")
    await cora.taps("Wed 25 Nov Bread")
    assert cora.sees("those of the shift “Bread baking” on Wednesday 25 November")
    await cora.taps("But not")
    await cora.forges(f"w:cast:whom:{'project'}")
    await cora.says("farm")
    assert cora.sees("but not the people of Farm"), "whom to leave out, anybody may say"
    await cora.taps("Go on")
    assert "Pieter van Wyk, Bakery, writes:" in cora.shown[-2].text
    await cora.taps("Yes, send")
    await town.settles()
    await anna.looks()
    await ben.looks()
    assert anna.has_seen("Bring an apron.", times=1)
    assert ben.has_not_seen("Bring an apron.")
    assert farm


@once
async def test_a_photo_and_the_room_that_it_leaves(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident()
    await town.residents(3)
    async with town.app.database.unit() as unit:
        await residents.change(unit, anna.resident_id, street="Hill Road 2")
    await mayor.says("/broadcast " + "The river is high. " * 50)
    await mayor.taps("News")
    await mayor.says("hill road 9")
    await mayor.taps("Go on")
    await mayor.taps("The photo")
    assert mayor.sees("room for 700 characters only")
    await mayor.sends_photo(jpeg())
    assert mayor.sees("With a photo there is room for 700")
    await mayor.taps("Shorten")
    await mayor.says("The river is high.")
    await mayor.taps("The photo")
    assert mayor.sees("Does a photo go with it?")
    await mayor.sends_photo(b"no photo at all")
    await mayor.sends_photo(jpeg())
    assert mayor.sees("Shall I send it?")
    await mayor.taps("Other languages")
    assert mayor.sees("in other languages too")
    await mayor.taps("Español")
    await mayor.says("x" * 701)
    assert mayor.sees("700 characters at most")
    await mayor.says("El río está alto.")
    assert mayor.sees("Written so far: Español")
    await mayor.taps("Español")
    await mayor.taps("Not in Español")
    await mayor.taps("Go on")
    await mayor.taps("Yes, send")
    one = await newest(town)
    assert one.picture_id is not None
    await town.settles()
    await anna.looks()
    assert anna.sees("The river is high.")


@once
async def test_each_reads_their_own_language(town: Town) -> None:
    mayor = await town.mayor()
    lucia, zanele = await town.resident("Lucía Gómez", language="es"), await town.resident("Zanele", language="zu")
    await town.broadcast("The river is high.", by=mayor, texts={"es": "El río está alto."})
    await town.settles()
    await lucia.looks()
    await zanele.looks()
    assert lucia.has_seen("El río está alto.", times=1)
    assert lucia.has_not_seen("The river is high.")
    assert zanele.has_seen("The river is high.", times=1)
    assert zanele.sees("English")


@once
async def test_everything_can_be_changed_at_the_end(town: Town) -> None:
    """Also the words under a photo, and whom it is for; the way back from there leads to the last look."""
    mayor = await town.mayor()
    await town.residents(2)
    await up_to_audience(mayor)
    await mayor.taps("Everyone")
    await mayor.taps("Go on")
    await mayor.taps("The words")
    await mayor.says("The river has fallen.")
    assert "The river has fallen." in mayor.shown[-2].text
    await mayor.taps("Who gets it")
    await mayor.taps("But not")
    await mayor.taps("Back")
    assert mayor.sees("It is for: all residents")
    await mayor.taps("But not")
    await mayor.taps("By role")
    await mayor.taps("The mayor")
    await mayor.taps("Go on")
    assert mayor.sees("but not the mayor")
    await mayor.taps("When")
    await mayor.says("yesterday")
    assert mayor.sees("When does it go out?")
    await mayor.says("tomorrow 23:00")
    assert mayor.sees("It is quiet then")
    await mayor.says("nonsense")
    assert mayor.sees("Shall I send it?")
    await mayor.taps("Leave it")
    await mayor.says("/broadcast")
    assert mayor.sees("Shall we go on where you were?")
    await mayor.taps("Go on")
    assert mayor.sees("but not the mayor"), "nothing of it is lost"


@once
async def test_names_of_groups(town: Town) -> None:
    mayor, cora = await town.mayor(), await town.coordinator()
    await town.residents(2)
    await up_to_audience(mayor)
    await mayor.says("mill lane")
    await mayor.taps("Keep under")
    await mayor.says("Riverside <b>")
    assert mayor.sees("Kept under the name “Riverside <b>”")
    await mayor.taps("Keep under")
    await mayor.says("Riverside <b>")
    assert mayor.sees("already. Please choose another name")
    await mayor.taps("Back")
    await mayor.taps("Also")
    await mayor.says("riverside")
    await mayor.taps("Keep under")
    await mayor.says("Twice")
    assert mayor.sees("people who have a name already")
    await mayor.says("/cancel")
    await cora.says("/broadcasts")
    await cora.taps("Named groups")
    await cora.taps("Riverside")
    assert cora.sees("those who live in Mill Lane")
    assert "Forget the name" not in cora.last.labels
    await cora.forges("cast:forget:1:0:sure")
    assert cora.sees("That is for the mayor")
    waiting = await town.broadcast(by=mayor, audience="saved:1", due_at=town.clock.now() + timedelta(hours=2))
    await mayor.says("/broadcasts")
    await mayor.taps("Named groups")
    await mayor.taps("Riverside")
    await mayor.taps("Forget the name")
    await mayor.taps("Yes, forget it")
    assert mayor.sees("has not gone out yet")
    await mayor.forges(f"cast:cancel:{waiting}:0:sure")
    await mayor.forges("cast:forget:1:0:sure")
    assert mayor.sees("There is none so far")


@once
async def test_who_may_not_and_what_is_not_there(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident()
    one = await town.broadcast("For the council.", by=mayor)
    for words in ("/broadcast", "/broadcasts", "/emergency"):
        await anna.says(words)
        assert anna.sees("Only coordinators can do that")
    await anna.says("/week")
    for do in ("page", "see", "history", "pause", "stop", "cancel", "now", "approve", "decline", "names", "name"):
        await anna.forges(f"cast:{do}:{one}:0:sure")
        assert "can do that" in anna.toast or "That is for the mayor" in anna.toast, do
    await mayor.says("/broadcasts")
    for do in ("page", "see", "history", "pause", "stop", "cancel", "now", "approve", "name", "forget"):
        await mayor.forges(f"cast:{do}:999:0:sure")
        assert "any more" in mayor.toast, do
    await mayor.says("/broadcast " + "x" * 3501)
    assert mayor.sees("3,500 characters at most")


async def loses(town: Town, person: Person, role: Role) -> None:
    async with town.app.database.unit() as unit:
        ended = await roles.end(
            unit,
            resident_id=person.resident_id,
            role=role,
            project_id=None,
            by=person.resident_id,
            now=town.clock.now(),
        )
    assert ended is not None


@once
async def test_a_role_that_has_ended_answers_for_nothing(town: Town) -> None:
    """What waits for a yes needs as many as before; what waits for its time is asked about anew."""
    mayor, grace, anna = [await town.mayor(), await council(town), await town.resident()]
    cora = await town.resident("Cora Smit")
    await town._give(cora, Role.COORDINATOR, None)
    await town.broadcast("Tomorrow.", by=cora, due_at=town.clock.now() + timedelta(hours=2))
    await propose(town, cora, "The river is high.")
    await loses(town, cora, Role.COORDINATOR)
    await town.settles()
    await grace.looks()
    await grace.taps("Yes, send it")
    assert grace.sees("Thank you. 1 more yes is needed.")
    assert grace.sees("Waits for the yes of 1 more")
    await mayor.looks()
    await mayor.taps("Yes, send it")
    assert mayor.sees("On its way")
    await town.moves(hours=3)
    await anna.looks()
    assert anna.has_seen("The river is high.", times=1)
    assert anna.has_not_seen("Tomorrow.")
    await grace.looks()
    assert grace.sees("Goes out: at once")
    await grace.taps("Yes, send it")
    assert grace.sees("On its way")
    await grace.taps("What happened")
    assert grace.sees("It waits for another yes")
    await town.settles()
    await anna.looks()
    assert anna.has_seen("Tomorrow.", times=1)


@once
async def test_what_somebody_else_calls_off_its_author_hears(town: Town) -> None:
    mayor, cora = await town.mayor(), await town.coordinator()
    await town.residents(2)
    one = await town.broadcast(by=cora, due_at=town.clock.now() + timedelta(hours=2))
    await mayor.says("/broadcasts")
    await mayor.forges(f"cast:cancel:{one}:0:sure")
    await town.settles()
    await cora.looks()
    assert cora.sees("Naledi Mokoena said no to your message, so it does not go out")


@once
async def test_a_warning_that_nobody_could_approve_is_not_begun(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident()
    await mayor.says("/emergency")
    assert mayor.sees("The mayor can give somebody a role")
    await town._give(anna, Role.COUNCIL, None)
    await mayor.says("/emergency")
    assert mayor.sees("This reaches people at once")


@once
async def test_no_yes_comes_too_late(town: Town) -> None:
    """A call for hands whose shift has begun is not sent, however fast the yes is; a message goes out late."""
    mayor, grace, _anna = await town.mayor(), await council(town), await town.resident()
    shift = await town.shift("Bread baking", day=1)
    soon = town.clock.now() + timedelta(hours=1)
    task: dict[str, Any] = {"kind": BroadcastKind.TASK, "topic": "shifts", "shift_id": shift}
    call = await propose(town, mayor, **task, expires_at=soon)
    one = await propose(town, mayor, "Come at noon.", due_at=soon)
    await grace.says("/broadcasts")
    await grace.taps("2. Come")
    assert grace.sees("With it, it goes out Tuesday 24 November, 10:30")
    town.clock.move_to(soon + timedelta(hours=1))  # no tick has come by since
    await grace.forges(f"cast:approve:{call}:0:")
    assert grace.sees("It is too late for this")
    await grace.forges(f"cast:page:{one}:0:")
    assert grace.sees("With it, it goes out at once.")
    await grace.forges(f"cast:approve:{one}:0:")
    assert grace.sees("On its way")


@once
async def test_who_sees_no_card_is_told_how_it_ended(town: Town) -> None:
    mayor = await town.mayor()
    await town.residents(2)
    one = await town.broadcast(by=mayor)
    async with town.app.database.unit() as unit:
        lost = update(outbox).where(outbox.c.dedupe_key == broadcasts.card_key(one)).values(state="failed")
        await unit.run(lost)
    await town.settles()
    await town.settles()
    await mayor.looks()
    assert mayor.has_seen("Your message has reached 2 of 2 people", times=1)


@once
async def test_the_desk_leads_to_all_that_the_town_says(town: Town) -> None:
    mayor, cora = await town.mayor(), await town.coordinator()
    for words in ("One.", "Two.", "Three.", "Four.", "Five.", "Six."):
        await town.broadcast(words, by=cora, due_at=town.clock.now() + timedelta(hours=2))
    for person in (mayor, cora):
        await person.says("/desk")
        await person.taps("More at the desk")
        await person.taps("Speak to people")
    of_a_project = ["Write to people", "All messages", "Call for hands", "Not delivered", "Back", "My week"]
    of_the_town = ["Campaigns", "Warn everybody", "The weekly update", "Groups and channels"]
    assert cora.last.labels == of_a_project
    assert mayor.last.labels == of_a_project[:4] + of_the_town + of_a_project[4:]
    for label, data in mayor.last.buttons[:8]:
        shown = await mayor.forges(data)
        assert "any more" not in mayor.toast, label
        assert shown.labels != of_a_project[:4] + of_the_town + of_a_project[4:], label
    await mayor.says("/cancel")
    await mayor.says("/broadcasts")
    assert "Named groups" in mayor.last.labels
    assert len(mayor.last.labels) <= 10
    await mayor.taps("More")
    assert "Named groups" in mayor.last.labels
    await mayor.forges("desk:labour:0:0")
    assert mayor.last.labels == [
        *("Reported hours", "Contested hours", "The town's labour", "Exemptions"),
        *("Back", "My week"),
    ]
