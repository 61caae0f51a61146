"""The places of a shift for each skill: what may be asked for, and which place somebody gets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.facts import BadPlaces, KindsTooMany, NeedsMaster, NeedsSkill, NotAllowed, OpenPlacesTaken, OwnSkill
from town.facts import PlacesTaken as Taken
from town.places import GENERAL, MASTER, SIGNED_OFF, TOLD, Kind, SkillPlaces, choose, could_ever, refusal, suits
from town.skills import Used, Wanted, check_judge, check_kinds, check_used, kept, wanted_of

BAKING, WELDING = 1, 2

LEVELS = st.sampled_from((None, TOLD, SIGNED_OFF, MASTER))
PROOFS = st.sampled_from((TOLD, SIGNED_OFF))
WANTED = st.builds(Wanted, st.integers(0, 6), st.integers(0, 6))
KINDS = st.dictionaries(st.integers(1, 4), WANTED, max_size=4)


@st.composite
def places(draw: st.DrawFn, skill_id: int) -> SkillPlaces:
    own, learners = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    return SkillPlaces(
        skill_id=skill_id,
        places=own,
        taken=draw(st.integers(0, own)),
        learners=learners,
        learning=draw(st.integers(0, learners)),
        level=draw(LEVELS),
        master_there=draw(st.booleans()),
    )


SKILLS = st.lists(st.integers(1, 3), unique=True, max_size=3).flatmap(
    lambda ids: st.tuples(*(places(skill_id) for skill_id in ids))
)


# -- what a shift asks for ---------------------------------------------------------------------------------------------


def test_a_plain_collection_is_of_wishes() -> None:
    assert wanted_of([BAKING, WELDING]) == {BAKING: Wanted(0, 0), WELDING: Wanted(0, 0)}
    assert wanted_of({BAKING: Wanted(2, 1)}) == {BAKING: Wanted(2, 1)}
    check_kinds(wanted_of([BAKING]), 1)


@given(KINDS, st.integers(1, 30))
def test_the_kinds_of_a_shift_fit_into_its_places(kinds: dict[int, Wanted], whole: int) -> None:
    if kept(kinds) <= whole:
        check_kinds(kinds, whole)
    else:
        with pytest.raises(KindsTooMany) as fact:
            check_kinds(kinds, whole)
        assert fact.value.fields == {"kept": kept(kinds), "most": whole}


def test_nobody_keeps_fewer_than_none() -> None:
    with pytest.raises(BadPlaces):
        check_kinds({BAKING: Wanted(3, -1)}, 4)


@given(KINDS, st.dictionaries(st.integers(1, 4), st.builds(Used, st.integers(0, 4), st.integers(0, 4))), st.data())
def test_what_is_taken_stays(kinds: dict[int, Wanted], used: dict[int, Used], data: st.DataObject) -> None:
    """Whatever passes keeps every count of the tables within its bounds."""
    whole, open_taken = data.draw(st.integers(1, 30)), data.draw(st.integers(0, 10))
    try:
        check_used(kinds, used, places=whole, open_taken=open_taken)
    except (KindsTooMany, OpenPlacesTaken, Taken):
        return
    assert kept(kinds) + open_taken <= whole
    for skill_id, now in used.items():
        wanted = kinds.get(skill_id, Wanted())
        assert now.taken <= wanted.places
        assert now.learning <= wanted.learners


@pytest.mark.parametrize(
    ("kinds", "fact"),
    [
        ({BAKING: Wanted(1, 1)}, Taken),
        ({BAKING: Wanted(2, 0)}, Taken),
        ({}, Taken),
        ({BAKING: Wanted(4, 1)}, OpenPlacesTaken),
        ({BAKING: Wanted(6, 1)}, KindsTooMany),
    ],
)
def test_each_way_in_which_taken_places_would_not_fit(kinds: dict[int, Wanted], fact: type[Exception]) -> None:
    with pytest.raises(fact):
        check_used(kinds, {BAKING: Used(2, 1)}, places=6, open_taken=2)


# -- which place somebody gets -----------------------------------------------------------------------------------------


@given(st.integers(0, 3), SKILLS, PROOFS)
def test_every_place_that_is_chosen_is_free_and_suits(
    general: int, skills: tuple[SkillPlaces, ...], proof: str
) -> None:
    by_id = {one.skill_id: one for one in skills}
    chosen = choose(general, skills, proof)
    assert len(set(chosen)) == len(chosen)
    for kind in chosen:
        assert suits(kind, skills, proof)
        if kind.skill_id is None:
            assert general > 0
            continue
        one = by_id[kind.skill_id]
        if kind.learner:
            assert one.learning < one.learners
            assert one.master_there  # nobody learns without a master beside them
            assert not one.has(proof)
        else:
            assert one.taken < one.places
            assert one.has(proof)


@given(st.integers(0, 3), SKILLS, PROOFS)
def test_no_free_place_that_suits_is_passed_over(general: int, skills: tuple[SkillPlaces, ...], proof: str) -> None:
    free = {GENERAL} if general else set()
    free |= {Kind(one.skill_id, False) for one in skills if one.taken < one.places}
    free |= {Kind(one.skill_id, True) for one in skills if one.learning < one.learners}
    assert set(choose(general, skills, proof)) == {kind for kind in free if suits(kind, skills, proof)}


@given(st.integers(0, 3), SKILLS)
def test_proof_takes_places_away_and_gives_none_for_a_skill(general: int, skills: tuple[SkillPlaces, ...]) -> None:
    told, signed = (set(choose(general, skills, proof)) for proof in (TOLD, SIGNED_OFF))
    assert {kind for kind in signed if not kind.learner} <= {kind for kind in told if not kind.learner}


@given(st.integers(1, 3), SKILLS, PROOFS)
def test_a_place_for_the_skill_comes_first_and_a_learners_place_last(
    general: int, skills: tuple[SkillPlaces, ...], proof: str
) -> None:
    """Whoever can do it leaves anybody's place to others; learners' places are kept for when no other is left."""
    order = [
        0 if kind.skill_id and not kind.learner else 2 if kind.learner else 1 for kind in choose(general, skills, proof)
    ]
    assert order == sorted(order)


@given(SKILLS, PROOFS)
def test_a_refusal_tells_who_could_never_from_who_may_wait(skills: tuple[SkillPlaces, ...], proof: str) -> None:
    if choose(0, skills, proof):
        return
    why = refusal("Bread", 0, skills, proof)
    assert isinstance(why, NeedsSkill) is not could_ever(0, skills, proof)


def test_a_learners_place_waits_for_its_master() -> None:
    bread = SkillPlaces(BAKING, 1, 1, 2, 0, None, master_there=False)
    assert choose(0, [bread], TOLD) == ()
    assert isinstance(refusal("Bread", 0, [bread], TOLD), NeedsMaster)
    assert choose(0, [replace(bread, master_there=True)], TOLD) == (Kind(BAKING, True),)
    knows = replace(bread, master_there=True, level=TOLD)
    assert choose(0, [knows], TOLD) == ()  # they know it as far as this town asks
    assert choose(0, [knows], SIGNED_OFF) == (Kind(BAKING, True),)


# -- who judges --------------------------------------------------------------------------------------------------------


@given(LEVELS, st.booleans())
def test_only_masters_sign_off_and_never_themselves(level: str | None, own: bool) -> None:
    if level == MASTER and not own:
        check_judge(level, own=own)
        return
    with pytest.raises(OwnSkill if level == MASTER else NotAllowed):
        check_judge(level, own=own)
