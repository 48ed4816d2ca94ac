"""What a reader's browser would act upon in a piece of HTML that should hold a few plain tags.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html.parser import HTMLParser


def dangers(markup: str, tags: Collection[str], attributes: Mapping[str, set[str]]) -> list[str]:
    """Everything in `markup` that is not one of `tags` with its `attributes`, or leads elsewhere than http, https or mailto."""
    judge = _Judge(tags, attributes)
    judge.feed(markup)
    judge.close()
    return judge.found


class _Judge(HTMLParser):
    def __init__(self, tags: Collection[str], attributes: Mapping[str, set[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags, self.attributes = tags, attributes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.tags:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.attributes["*"] | self.attributes.get(tag, set()) | {"rel"}:
                self.found.append(f"<{tag} {name}>")
            if name == "href" and not (value or "").startswith(("http://", "https://", "mailto:")):
                self.found.append(f"{tag} leads to {value}")

    def handle_comment(self, data: str) -> None:
        self.found.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.found.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.found.append("an instruction")
