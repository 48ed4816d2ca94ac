"""The templates, ready to be filled.

Touches: the templates beside it, read once.
"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feeds.content import when_said
from feeds.messages.words import words
from feeds.places import direction
from feeds.presentation import days, moment
from feeds.site import Site


def foreign(language: str) -> Markup:
    """The lang and dir attributes of words in another language than the page's."""
    way = direction(language)
    named = Markup(' lang="{}"').format(language) if language else Markup("")
    return named + Markup(' dir="{}"').format(way) if way != "ltr" else named


TEMPLATES = Environment(loader=PackageLoader("feeds", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
TEMPLATES.globals.update(foreign=foreign, when_said=when_said, in_words=days, moment=moment)


def fill(template: str, site: Site, **values: object) -> str:
    """A template with `values` in their places, in the words of the site's language (`t`)."""
    return TEMPLATES.get_template(template).render(site=site, t=words(site.language), **values)


def page(template: str, site: Site, **values: object) -> bytes:
    """A whole page."""
    return (fill(template, site, **values) + "\n").encode("utf-8")


def style() -> bytes:
    """The stylesheet."""
    loader = TEMPLATES.loader
    assert loader is not None
    return loader.get_source(TEMPLATES, "style.css")[0].encode("utf-8")
