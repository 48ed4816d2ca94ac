"""What a meeting is called: who met whom, where, in one line.

Composed of facts alone, in the language of the site, so that every meeting is
called in the same way whoever reported it first; the title an outlet gave stands
beside it. Where too little is known there is no such title, and the outlet's serves.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feeds.messages.words import Words
from storage.model import Person, State

LONGEST = 140           # characters before the day: beyond them the posts are left to the entry
MOST_NAMED = 3          # parties by name, where there are more than two of them
LONGEST_NAME = 60       # longer is no name but a piece of a sentence


def title(
    parties: Sequence[tuple[str, str]], people: Sequence[Person], *, act: str, state: State, place: str, when: str, dated: bool, said: Words,
) -> str:
    """The title, or "" when too little is known: it takes two parties.

    `parties` are codes and names; `when` is the day in words, or for a meeting
    that is not `dated` what is known of it. Two meetings of the same people in a
    week are told apart by it.
    """
    if len(parties) < 2:
        return ""
    known = {
        "parties": said.joined((name for _, name in parties), most=len(parties) if len(parties) <= MOST_NAMED + 1 else MOST_NAMED),
        "where": said.say("titles.where", place=place) if place and act != "call" and is_latin(place) else "",
        "when": said.say("titles.dated" if dated else "titles.undated", when=when),
        "does": said.find(f"titles.{state}.{act}") or said.say(f"titles.{state}.other"),
    }
    principals = [person for code, _ in parties if (person := principal(code, people))] if len(parties) == 2 else []
    if not principals:
        return said.say("titles.parties", **known)
    noun = said.find(f"titles.noun.{act}") or said.say("titles.noun.other")
    known["act"] = said.say("titles.noun.planned", noun=noun) if state == "planned" else noun
    form = "titles.people" if len(principals) == 2 else "titles.one_person"
    text = said.say(form, people=_called(principals, said), **known)
    if len(text) - len(known["when"]) > LONGEST:
        text = said.say(form, people=said.joined(person.name for person in principals), **known)
    return text


def principal(country: str, people: Iterable[Person]) -> Person | None:
    """Who came for a country: the first with a post and a full name that the readers of a Latin script can read."""
    found = [person for person in people if person.country == country and len(person.name) <= LONGEST_NAME and len(person.name.split()) > 1]
    found = [person for person in found if is_latin(person.name)]
    return next((person for person in found if person.post), found[0] if found else None)


def is_latin(text: str) -> bool:
    """Whether every letter of `text` is of the Latin script.

    >>> is_latin("Phùng Đức Lộc"), is_latin("坎松")
    (True, False)
    """
    return all(ord(letter) < 0x250 or 0x1E00 <= ord(letter) < 0x1F00 or not letter.isalpha() for letter in text)


def _called(people: Sequence[Person], said: Words) -> str:
    posts = [post if is_latin(post := post_name(person.post, said)) else "" for person in people]
    if len(people) == 2 and posts[0] and posts[0] == posts[1]:
        return said.say("titles.both", names=said.joined(person.name for person in people), post=posts[0])
    return said.joined(
        said.say("titles.person", post=post, name=person.name) if post else person.name for person, post in zip(people, posts, strict=True)
    )


def post_name(post: str, said: Words) -> str:
    """A post as `said` names it, or as it was given."""
    return said.find(f"posts.{post}", post)
