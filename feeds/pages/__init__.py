"""The pages people read: HTML that needs no script.

render.py      the pages of a site: front, feeds, meetings, sources
lists.py       meetings as rows, under their days, and along a line of time
charts.py      charts as SVG inside a page
record.py      a meeting as JSON-LD, for machines that read pages
paper.py       the templates, ready to be filled
base.html      what every page has: head, header, footer
list.html      meetings under their days; the ways to subscribe
row.html       a meeting in a list
index.html     the front page: the latest days, the week, ways to narrow them down
feeds.html     every feed
feed.html      one feed; of a country with charts, of a pair along a line of time
meeting.html   one meeting: facts, coverage, and why
moved.html     where a removed meeting went
search.html    what was found
sources.html   the sources, and how they are
style.css      the one stylesheet
"""
