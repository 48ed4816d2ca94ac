"""The pages people read: HTML that needs no script.

    render.py      meetings and feeds as pages
    record.py      a meeting as JSON-LD, for machines that read pages
    base.html      what every page has: head, header, footer
    list.html      meetings under their days, on the index and on feed pages
    index.html     the latest meetings, and every feed
    feed.html      one feed
    meeting.html   one meeting: facts, coverage, and why
    moved.html     where a removed meeting went
    style.css      the one stylesheet
"""
