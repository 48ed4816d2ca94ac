"""The language packs: complete where we say so, well formed everywhere, and read once."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest
from babel import Locale

from aggregator.understand.countries import mentions
from aggregator.understand.data.build_gazetteer import RULES
from aggregator.understand.packs import GENERIC, MODEL, base_language, flattened, having, languages, read_for, table
from aggregator.understand.topics import SHIPPED, SIGNED
from aggregator.understand.words import Words, expanded

COMPLETE = ("en", "vi", "ru", "zh", "fr", "es")
MAIN = ("de", "it", "pt", "sr", "uk", "tr", "ar", "ja", "ko", "th", "km", "lo", "hi", "ur", "nl")

# What a complete pack has, by table. Labels that only some languages have use for (what a town's ending means, where a range is joined) are not here.
LABELS = {
    "acts": (
        "held.talks", "held.reception", "held.courtesy-call", "held.call", "held.signing", "held.conference", "held.visit", "held.dialogue", "joint", "declared",
        "side", "wide", "noun.talks", "noun.conference", "noun.dialogue", "noun.visit", "noun.call", "noun.signing", "base", "told", "not",
    ),
    "kinds": ("announced", "future", "arrival", "memory", "opinion", "cancelled", "postponed", "denied", "sport"),
    "splits": ("next", "turn", "apart", "opener", "roundup"),
    "elsewhere": ("near", "wide", "said", "vague"),
    "names": ("title", "none", "through", "counterpart"),
    "parties": ("post", "counterpart", "side", "apart", "visit", "to", "people", "about", "together"),
    "places": ("in",),
    "rails": ("ends",),
    "dates": ("months", "weekdays", "yesterday", "today", "tomorrow", "day_before", "last", "next"),
    "signing": ("verb", "paper", "other"),
    "agreements": ("paper", "signed"),
    "posts": ("forms", "portfolio", "post"),
    "language": ("name",),
}
ACTS = ("held.talks", "held.reception", "held.call", "held.signing", "held.visit", "held.conference", "joint")
POSTS = ("President", "Prime Minister", "Minister", "Deputy Minister", "Ambassador", "Police Chief")
PORTFOLIOS = ("Minister of Public Security", "Minister of Internal Affairs", "Minister of Foreign Affairs", "Minister of Defence", "Minister of Justice")
NUMBERED_MONTHS = ("zh", "ja", "ko", "vi")      # months are numbers there: 5月, tháng 5


def labels(language: str, name: str) -> set[str]:
    """The labels of a table, those of its sections too: "held.talks" and "held"."""
    found = set(table(language, name)) | set(flattened(table(language, name)))
    return found | {label.split(".")[0] for label in found}


def lacking(language: str, wanted: dict[str, tuple[str, ...]]) -> list[str]:
    """What a pack lacks: "acts: held.call"."""
    return [f"{name}: {label}" for name, needed in wanted.items() for label in needed if label not in labels(language, name)]


@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_pack_has_every_table_and_label(language: str) -> None:
    wanted = LABELS | ({"dates": tuple(label for label in LABELS["dates"] if label != "months")} if language in NUMBERED_MONTHS else {})
    assert lacking(language, wanted) == []


@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_pack_shows_every_topic(language: str) -> None:
    shown = set(table(language, "topics"))
    assert [topic.id for topic in SHIPPED if topic.id not in shown and topic.id != SIGNED] == []


@pytest.mark.parametrize("language", COMPLETE)
def test_a_complete_pack_names_every_office_the_english_one_names(language: str) -> None:
    offices = {section: set(table(language, "posts").get(section, ())) for section in ("portfolio", "post")}
    offices["post"] |= offices["portfolio"]
    # Offices that only one country has, under one name everywhere, or that a language says with the words of another office.
    local = {"State Councilor", "Member of the Political Bureau", "Head of Commission", "Executive Director", "Secretary of State"}
    wanted = {section: set(table(MODEL, "posts")[section]) - local for section in ("portfolio", "post")}
    assert {section: sorted(wanted[section] - offices[section]) for section in wanted} == {"portfolio": [], "post": []}


@pytest.mark.parametrize("language", MAIN)
def test_a_main_pack_knows_the_calendar_the_offices_and_the_acts(language: str) -> None:
    calendar = ("weekdays",) if language in NUMBERED_MONTHS else ("months", "weekdays")
    missing = lacking(language, {"dates": calendar, "acts": ACTS, "language": ("name",)})
    posts = table(language, "posts")
    missing += [f"posts: {title}" for title in POSTS if title not in posts.get("post", {})]
    missing += [f"posts: {title}" for title in PORTFOLIOS if title not in posts.get("portfolio", {}) and title not in posts.get("post", {})]
    assert missing == []


@pytest.mark.parametrize("language", (*COMPLETE, *MAIN))
def test_every_country_is_known_by_its_name(language: str) -> None:
    names = Locale.parse(language).territories
    unknown = []
    for code, name in names.items():
        if len(code) != 2 or not code.isalpha() or code in RULES["left_out"]:
            continue
        plain = re.sub(r"\s*[(（].*", "", name)
        if not any(mention.code == code for text in (name, plain, f"{name} – {name}", f"x {plain} x") for mention in mentions(text, language)):
            unknown.append(f"{code} {name}")
    assert unknown == []


@pytest.mark.parametrize("language", languages())
def test_months_and_weekdays_are_twelve_and_seven(language: str) -> None:
    calendar = table(language, "dates")
    assert len(calendar.get("months", [""] * 12)) == 12
    assert len(calendar.get("weekdays", [""] * 7)) == 7


@pytest.mark.parametrize("language", (*languages(), GENERIC))
def test_every_table_is_one_the_english_pack_has(language: str) -> None:
    folder = files("aggregator.understand").joinpath("data").joinpath("packs").joinpath(language)
    ours = {file.name for file in files("aggregator.understand").joinpath("data").joinpath("packs").joinpath(MODEL).iterdir()}
    strange = [file.name for file in folder.iterdir() if file.name not in ours | {"cases.toml", "organisations.tsv"}]
    assert strange == []


@pytest.mark.parametrize("name", ("acts", "kinds", "splits", "elsewhere"))
def test_phrases_are_lower_case_and_their_labels_are_known(name: str) -> None:
    known = set(flattened(table(MODEL, name)))
    wrong = []
    for language in sorted(having(name)):
        for label, phrases in flattened(table(language, name)).items():
            if label not in known:
                wrong.append(f"{language}: no label {label}")
            wrong += [f"{language}: {label}: {phrase}" for phrase in phrases if phrase != phrase.lower() and phrase.lower() != phrase.replace("İ", "i̇").lower()]
    assert wrong == []


def test_a_pack_without_a_table_is_read_with_those_of_all() -> None:
    assert read_for("sk", "signing") == tuple(sorted(having("signing")))
    assert read_for("fr", "acts") == ("fr", "en")
    assert read_for("en", "acts") == ("en",)


@pytest.mark.parametrize("tag, pack", [("pt-BR", "pt"), ("zh_Hant", "zh"), ("hr", "sr"), ("ms", "id"), ("da", "no"), ("xx", ""), ("", ""), ("../en", "")])
def test_a_language_tag_names_its_pack(tag: str, pack: str) -> None:
    assert base_language(tag) == pack


def test_a_table_is_read_once() -> None:
    assert table("fr", "acts") is table("fr", "acts")


def test_alternatives_make_every_phrase() -> None:
    assert expanded("(held|had) (a |)talk") == ["held a talk", "held talk", "had a talk", "had talk"]
    assert expanded("plain") == ["plain"]


def test_a_phrase_in_two_parts_is_found_within_one_sentence() -> None:
    words = Words(lambda _: {"talks": ["kommt … zusammen"]}, lambda _: ("de",))

    found = words.find("er kommt am dienstag mit ihr zusammen. sie kommt. zusammen ist es schön.", "de")

    assert [(hit.start, hit.end) for hit in found] == [(3, 8)]


def test_the_tables_are_what_the_readme_says_they_are() -> None:
    folder = files("aggregator.understand").joinpath("data").joinpath("packs").joinpath(MODEL)
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# "), f"{file.name} does not say what it holds"
        assert tomllib.loads(text)
