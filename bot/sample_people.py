"""The people, projects and shifts of Riverbend. All of it is made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody of the sample town. `phone`: one of the three that the page begins with. `opens_with`: what their chat
    has been asked when it is first seen."""

    address: int
    name: str
    street: str
    language: str = "en"
    role: str = ""
    title: str = "Resident"
    skills: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    free_times: int = 0
    phone: bool = False
    opens_with: tuple[str, ...] = ("/week",)


@dataclass(frozen=True, slots=True)
class SampleProject:
    name: str
    place: str
    interest: str
    coordinator: str


@dataclass(frozen=True, slots=True)
class SampleShift:
    """A shift of every week; `weekday` 0 is Monday."""

    project: str
    title: str
    weekday: int
    starts: time
    minutes: int
    places: int
    skills: tuple[str, ...] = ()


PEOPLE = (
    SamplePerson(
        1001,
        "Thandi Nkosi",
        "Mill Lane",
        skills=("Baking", "Cooking"),
        interests=("Bread and food", "Nature"),
        phone=True,
    ),
    SamplePerson(
        1002,
        "Pieter van Wyk",
        "Station Road",
        role="coordinator",
        title="Coordinator of the bakery",
        skills=("Baking", "Driving"),
        interests=("Bread and food",),
        phone=True,
        opens_with=("/desk",),
    ),
    SamplePerson(
        1003,
        "Naledi Mokoena",
        "Church Square",
        role="mayor",
        title="Mayor",
        skills=("Office work", "Teaching"),
        interests=("Energy", "Children and learning"),
        phone=True,
        opens_with=("/town",),
    ),
    SamplePerson(
        1004,
        "Sipho Dlamini",
        "River Street",
        language="zu",
        role="coordinator",
        title="Coordinator of the farm",
        skills=("Gardening", "Driving"),
        interests=("Farming", "Animals"),
        opens_with=("/desk",),
    ),
    SamplePerson(
        1005,
        "Sofía Herrera",
        "Orchard Road",
        language="es",
        role="coordinator",
        title="Coordinator of the clinic",
        skills=("First aid", "Caring for people"),
        interests=("Health",),
        opens_with=("/desk",),
    ),
    SamplePerson(
        1006,
        "Anna Botha",
        "Mill Lane",
        language="af",
        role="coordinator",
        title="Coordinator of the workshop",
        skills=("Carpentry", "Welding"),
        interests=("Making things",),
        opens_with=("/desk",),
    ),
    SamplePerson(1007, "James Carter", "Hill Street", skills=("Electrical work",), interests=("Energy", "Technology")),
    SamplePerson(1008, "Lindiwe Zulu", "River Street", language="zu", skills=("Sewing",), interests=("Making things",)),
    SamplePerson(1009, "Mateo Ruiz", "Orchard Road", language="es", skills=("Plumbing",), interests=("Farming",)),
    SamplePerson(1010, "Grace Adams", "Church Square", skills=("Teaching",), interests=("Children and learning",)),
    SamplePerson(1011, "Willem Smit", "Station Road", language="af", skills=("Building",), interests=("Animals",)),
    SamplePerson(1012, "Ayesha Patel", "Hill Street", skills=("Cooking",), interests=("Bread and food", "Health")),
    SamplePerson(1013, "Tom Fisher", "River Street", skills=("Driving",), interests=("Nature",)),
    SamplePerson(1014, "Zanele Moyo", "Mill Lane", skills=("Caring for people",), interests=("Health",)),
)

NEWCOMERS = tuple(range(1901, 1911))
"""Accounts nobody has signed up with yet, to try the sign-up."""

PROJECTS = (
    SampleProject("Bakery", "Mill Lane 2", "Bread and food", "Pieter van Wyk"),
    SampleProject("Farm", "River Field", "Farming", "Sipho Dlamini"),
    SampleProject("Clinic", "Church Square 5", "Health", "Sofía Herrera"),
    SampleProject("Workshop", "Old Station", "Making things", "Anna Botha"),
)

SHIFTS = (
    SampleShift("Bakery", "Morning bread", 0, time(6), 180, 4, ("Baking",)),
    SampleShift("Farm", "Weeding the beds", 0, time(9), 120, 6),
    SampleShift("Clinic", "Visits to the elderly", 1, time(14), 120, 3, ("Caring for people",)),
    SampleShift("Bakery", "Rolls for the school", 2, time(7, 30), 90, 4),
    SampleShift("Workshop", "Mending chairs", 2, time(16), 120, 3, ("Carpentry",)),
    SampleShift("Bakery", "Morning bread", 3, time(6), 180, 4, ("Baking",)),
    SampleShift("Farm", "Picking tomatoes", 3, time(8), 180, 8),
    SampleShift("Clinic", "Reception desk", 4, time(9), 180, 2, ("Office work",)),
    SampleShift("Workshop", "Sewing circle", 4, time(18), 120, 5, ("Sewing",)),
    SampleShift("Bakery", "Saturday market", 5, time(8), 240, 6),
    SampleShift("Farm", "Feeding the animals", 5, time(16), 60, 2),
    SampleShift("Farm", "Harvest morning", 6, time(8), 180, 10),
)
