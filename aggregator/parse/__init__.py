"""A document as entries. Read reader.py first.

entry.py        the nouns: a document, its entries, what it says of itself
reader.py       which format a document is in, and its entries
feed.py         RSS, RDF, Atom and CDF, through feedparser with its dangers fenced
wellformed.py   well-formed RSS and Atom as feedparser would give it, by lxml
vocabularies.py what feedparser makes of elements' names (tables)
jsonfeed.py     JSON Feed 1.0 and 1.1
page.py         an HTML listing as entries, by the source's CSS selectors
discovery.py    the feeds a page names, and selectors proposed for a page without one
article.py      an article page as one entry: title, date, text, author
metadata.py     what a page states of itself for machines
boilerplate.py  what on a page is not the article
sitemap.py      sitemaps, news sitemaps, and the sitemaps an index names
opml.py         lists of subscriptions, in and out
dates.py        a moment read from the words a document writes it in
months.py       the words of the calendar in many languages (a table)
text.py         bytes as text, and HTML as blocks of text
worker.py       all of this in processes that can be killed

Touches: nothing.
"""
