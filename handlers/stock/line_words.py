"""The words in which people type a batch, per language: units, and what stands around times."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from locales.words import vocabulary
from town.batch_line import Words
from town.batch_shorthand import Shorthand
from town.batch_times import Times
from town.vocabulary import AM, PM, fold

_UNITS = {
    "piece": "piece pieces pc pcs pieza piezas unidad unidades ud uds stuk stuks stukke ucezu izingcezu isiqephu "
    "iziqephu",
    "loaf": "loaf loaves loafs loave hogaza hogazas barra barras brood brode ilofu amalofu",
    "bunch": "bunch bunches manojo manojos atado atados bos bosse bossie bossies isixha izixha inyanda izinyanda",
    "bag": "bag bags sack sacks bolsa bolsas saco sacos sak sakke sakkie sakkies isikhwama izikhwama isaka amasaka",
    "box": "box boxes crate crates caja cajas boks bokse kis kiste doos dose ibhokisi amabhokisi",
    "jar": "jar jars frasco frascos tarro tarros bote botes fles flesse ingilazi izingilazi ujeke",
    "bottle": "bottle bottles botella botellas bottel bottels ibhodlela amabhodlela",
    "portion": "portion portions serving servings plate plates porción porciones ración raciones porsie porsies "
    "isabelo izabelo ipuleti amapuleti",
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramo kilogramos kilogramme ikhilogremu amakhilogremu ikhilo "
    "amakhilo",
    "litre": "l lt litre litres liter liters litro litros ilitha amalitha",
    "g": "g gr gram grams gramme grammes gramo gramos igremu amagremu",
    "ml": "ml millilitre millilitres milliliter milliliters mililitro mililitros imililitha amamililitha",
    "cl": "cl",
    "dl": "dl",
}
"""What people call each unit, or a smaller one that amounts are typed in, in all our languages."""

_TIMES = {
    "en": Times(
        until=frozenset({"to", "till", "til", "until"}),
        since=frozenset({"from", "between", "then", "also", "pickup", "pick"}),
        between=(("between", "and"),),
        at=frozenset({"at", "after", "from"}),
    ),
    "es": Times(
        until=frozenset({"a", "a las", "a la", "al", "hasta", "hasta las", "hasta la"}),
        since=frozenset({"de", "desde", "entre", "luego", "también"}),
        between=(("entre", "y"), ("entre las", "y las"), ("entre la", "y las")),
        at=frozenset({"a las", "a la", "desde las", "desde la", "sobre las"}),
    ),
    "af": Times(
        until=frozenset({"tot", "tot by"}),
        since=frozenset({"van", "vanaf", "tussen", "ook", "dan"}),
        between=(("tussen", "en"),),
        at=frozenset({"om", "vanaf", "na"}),
    ),
    "zu": Times(
        until=frozenset(
            {"kuya", "kuya ku", "kuya ngo", "kuze kube", "kuze kube ngu", "kuze kube yi", "kuze kufike ku"}
        ),
        since=frozenset({"kusuka", "kusukela", "ku", "ngo", "phakathi", "kuqala"}),
        between=(("phakathi kuka", "no"), ("phakathi kwe", "ne")),
        at=frozenset({"ngo", "kusukela ngo", "kusukela ku", "kusuka ku"}),
    ),
}
_SHORT = {
    "en": Shorthand(
        instead={
            **dict.fromkeys(("12 noon", "noon", "midday"), "12:00"),
            **dict.fromkeys(("2moro", "2morrow", "tomorow"), "tomorrow"),
            "2day": "today",
            "yesterday": "",
        },
        parts={"morning": AM, "afternoon": PM, "evening": PM, "night": PM},
        of_today={"this morning": AM, "this afternoon": PM, "this evening": PM, "tonight": PM},
        now=frozenset({"now", "right now", "from now", "from now on"}),
        until=frozenset({"till", "til", "until"}),
        dozens=frozenset({"dozen", "dozens", "doz"}),
        half=frozenset({"half a", "half"}),
        one=frozenset({"a", "one"}),
        best=frozenset({"best before", "best by", "use by", "good until", "keeps until", "bb"}),
    ),
    "es": Shorthand(
        instead={**dict.fromkeys(("las 12 del mediodía", "mediodía"), "12:00"), "ayer": ""},
        parts={"tarde": PM, "noche": PM},
        of_today={"esta mañana": AM, "esta tarde": PM, "esta noche": PM},
        now=frozenset({"ahora", "desde ahora", "ahora mismo"}),
        until=frozenset({"hasta", "hasta las", "hasta la"}),
        dozens=frozenset({"docena", "docenas"}),
        half=frozenset({"media"}),
        one=frozenset({"una"}),
        best=frozenset({"consumir antes del", "mejor antes del", "consumir antes de", "caduca el", "caduca"}),
    ),
    "af": Shorthand(
        instead={"twaalfuur": "12:00", "gister": ""},
        parts={"oggend": AM, "middag": PM, "aand": PM},
        of_today={"vanoggend": AM, "vanmôre": AM, "vanmiddag": PM, "vanaand": PM},
        now=frozenset({"nou", "van nou af"}),
        until=frozenset({"tot", "tot by"}),
        dozens=frozenset({"dosyn"}),
        half=frozenset({"halwe", "'n halwe"}),
        one=frozenset({"een", "'n"}),
        best=frozenset({"beste voor", "best voor", "gebruik voor", "hou tot"}),
    ),
    "zu": Shorthand(
        instead={"izolo": ""},
        parts={"emini": PM},
        now=frozenset({"manje", "kusukela manje"}),
        until=frozenset({"kuze kube", "kuze kube ngu", "kuze kufike ku", "kuya ku"}),
        dozens=frozenset({"idazini", "amadazini"}),
        best=frozenset({"sebenzisa ngaphambi kuka", "sebenzisa ngaphambi kwe", "ngaphambi kuka"}),
    ),
}
_SMALL = {
    "en": frozenset({"at", "in", "by", "for", "from", "of", "a", "and", "pickup", "collect", "fresh"}),
    "es": frozenset({"en", "de", "del", "y", "por", "para", "desde", "recoger"}),
    "af": frozenset({"by", "in", "te", "van", "en", "vir", "vars"}),
    "zu": frozenset({"e", "kwa", "ku", "ngo", "no", "ne", "na", "wa", "we", "ye", "la", "ka", "i"})
    | {"kusuka", "kusukela"},
}

_WHERE = {
    "en": frozenset({"at", "in", "by", "near"}),
    "es": frozenset({"en", "junto"}),
    "af": frozenset({"by", "in"}),
    "zu": frozenset({"e", "kwa"}),
}


@lru_cache
def line_words(language: str) -> Words:
    """The words of a language; units are known in all of them, since people mix."""
    dates = vocabulary(language)
    times = replace(_TIMES[language], short=_SHORT[language])
    units = {fold(word): unit for unit, words in _UNITS.items() for word in words.split()}
    return Words(dates, units, times, frozenset(map(fold, _SMALL[language])), _WHERE[language])
