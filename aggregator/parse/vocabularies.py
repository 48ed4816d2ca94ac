"""What feedparser makes of the elements of feeds, by their names (tables for wellformed.py).

Names are in lower case, with the prefix feedparser gives their vocabulary.

Touches: nothing.
"""

from __future__ import annotations

# Prefixes of vocabularies that feedparser has no rule for: it keeps their elements under names of their own.
SILENT = frozenset(
    "ag annotate audio blogchannel co cp email ev feedburner fm foaf icbm pingback prism rdf rdfs ref reqv search slash ss str sub sy taxo thr ti trackback"
    " wfw wiki".split()
)
# Names without a prefix that feedparser has a rule for. Such an element, where no rule of ours speaks of it, is left to feedparser.
RULED = frozenset(
    "rss channel feed image textinput author managingeditor contributor name width height url homepage uri email subtitle tagline rights copyright item"
    " entry language webmaster published issued pubdate updated modified lastbuilddate created expirationdate category keywords cloud link guid id title"
    " description abstract info generator summary enclosure source content body fullitem newlocation tags items entries date links authors svg math".split()
)

# Elements of an entry that say nothing we keep, if they hold text only; those of a channel likewise.
PASSED = frozenset(
    "comments enclosure image dcterms:valid dc:rights rights copyright dc:publisher dc:contributor dc:identifier dc:format dc:type dc:source"
    " dc:relation dc:coverage itunes:duration itunes:explicit itunes:episode itunes:season itunes:episodetype itunes:subtitle itunes:image itunes:title"
    " itunes:block itunes:order creativecommons:license cc:license generator".split()
)
PASSED_IN_FEED = PASSED | frozenset(
    "description subtitle tagline managingeditor webmaster pubdate lastbuilddate updated modified published category generator cloud icon logo docs rating"
    " author contributor dc:creator dc:date dc:subject dc:description itunes:author itunes:summary itunes:type itunes:keywords itunes:new-feed-url"
    " itunes:complete"
    " admin:generatoragent admin:errorreportsto".split()
)
RULED_MEDIA = frozenset("media:description media:keywords media:category".split())
TITLES = ("{http://search.yahoo.com/mrss/}title", "{http://search.yahoo.com/mrss}title")
DEEPER = ("items", "itunes:category")
PERSON = frozenset("name email uri".split())
# Elements with children that may be passed over, where their children are these.
CHILDREN = {"contributor": PERSON}
CHILDREN_IN_FEED = {
    "contributor": PERSON, "author": PERSON, "image": frozenset("url title link description width height href".split()),
    "textinput": frozenset("title description name link".split()), "skiphours": frozenset({"hour"}), "skipdays": frozenset({"day"}),
    "itunes:owner": frozenset({"itunes:name", "itunes:email"}), "itunes:category": frozenset({"itunes:category"}), "items": frozenset({"rdf:seq"}),
}

# The field each element of an entry fills; one that would be filled twice is feedparser's to weigh.
SINGLE = {
    "title": "title", "description": "summary", "summary": "summary", "content:encoded": "content", "content": "content", "guid": "id", "id": "id",
    "pubdate": "published", "published": "published", "issued": "published", "dcterms:issued": "published", "updated": "updated", "modified": "updated",
    "dc:date": "updated", "dcterms:modified": "updated", "dcterms:created": "created", "created": "created", "source": "source",
    "feedburner:origlink": "feedburner_origlink", "language": "language", "dc:language": "language",
}
KEPT = frozenset({
    *SINGLE.values(), "title_detail", "summary_detail", "links", "link", "tags", "authors", "author", "ttl",
    "sy_updateperiod", "sy_updatefrequency",
})
