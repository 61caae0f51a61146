"""Signing up: under a minute, at any pace, in any order of mistakes."""

from __future__ import annotations

import pytest

from tests.people import Town


async def test_the_whole_sign_up(town: Town) -> None:
    person = await town.stranger("Thandi")
    assert person.sees("Welcome to Riverbend")
    await person.taps("English")
    assert person.sees("What is your name?")
    await person.says("Thandi Nkosi")
    assert person.sees("Good to meet you, Thandi Nkosi")
    await person.says("Mill Lane")
    assert person.sees("What can you do?")
    await person.taps("Baking")
    await person.taps("More")
    await person.taps("First aid")
    assert person.sees("Chosen: Baking and First aid")
    await person.taps("Done")
    await person.taps("Bread and food")
    await person.taps("Done")
    await person.taps("Weekend mornings")
    await person.taps("Done")
    assert person.sees("Are you 18 or older?")
    await person.taps("Yes")
    assert person.sees("Your data")
    await person.taps("I agree")
    assert person.sees("Welcome, Thandi Nkosi!")
    await person.taps("My week")
    assert person.sees("0 of 180 min")
    await person.says("/me")
    assert person.sees("Skills: Baking and First aid")
    assert person.sees("Weekend mornings")


async def test_everything_can_be_typed(town: Town) -> None:
    person = await town.stranger()
    for words in ("1", "Sipho Dlamini", "River Street", "2", "done", "none of these", "weekday mornings", "done"):
        await person.says(words)
    for words in ("yes", "i agree"):
        await person.says(words)
    assert person.sees("Welcome, Sipho Dlamini!")
    await person.says("my week")
    assert person.sees("My week")


async def test_going_back_leaving_and_coming_again(town: Town) -> None:
    person = await town.stranger()
    await person.taps("English")
    await person.says("Tandy")
    await person.taps("Back")
    assert person.sees("What is your name?")
    await person.says("Thandi")
    await person.taps("Leave it")
    assert person.sees("I keep what you wrote")
    await person.says("hello again")
    assert person.sees("Good to meet you, Thandi")
    await person.says("Mill Lane")
    assert person.sees("What can you do?")


async def test_mistakes_are_answered_and_change_nothing(town: Town) -> None:
    person = await town.stranger()
    await person.says("???")
    assert person.sees("Please choose one of these")
    await person.taps("English")
    await person.says("x" * 3000)
    assert person.sees("60 characters at most")
    await person.says("\u200b\u202e")
    assert person.sees("a few letters")
    await person.says("/week")
    assert person.sees("What is your name?")
    await person.says("Thandi <b>")
    assert person.sees("Good to meet you, Thandi <b>")


async def test_an_old_button_leads_to_where_we_are(town: Town) -> None:
    person = await town.stranger()
    first = person.last
    await person.taps("English")
    await person.says("Thandi")
    await person.forges("w:signup:language:es", on=first)
    assert person.sees("Which street")


async def test_the_language_is_guessed_and_can_be_changed(town: Town) -> None:
    person = await town.stranger(language="en-GB")
    await person.taps("Español")
    await person.says("Sofía")
    await person.forges("w:signup:street:@back")
    assert len(person.shown) > 1


@pytest.mark.town(join_policy="code", join_code="BREAD7")
async def test_with_a_join_code(town: Town) -> None:
    person = await town.stranger(code="BREAD7")
    await person.taps("English")
    assert person.sees("What is your name?")


@pytest.mark.town(join_policy="approval")
async def test_somebody_has_to_let_them_in(town: Town) -> None:
    mayor = await town.mayor()
    person = await town.stranger()
    await person.taps("English")
    for words in ("Thandi", "Mill Lane", "none of these", "none of these", "none of these", "yes", "i agree"):
        await person.says(words)
    assert person.sees("lets people in")
    await person.says("/week")
    assert person.sees("still has to let you in")
    await town.settles()
    await mayor.looks()
    assert mayor.has_seen("Thandi")
    await mayor.taps("Let")
    await town.settles()
    await person.looks()
    await person.says("/week")
    assert person.sees("My week")
