"""The document at an address.

fetcher.py      polite, conditional, bounded, guarded HTTP; the only file that imports httpx. Read this first
connecting.py   whom we dial, and the connections kept for the next request
addresses.py    which network addresses may be visited
turns.py        whose turn it is: one request at a time to a host, with a pause
headers.py      what an answer's headers say
challenge.py    whether an answer is a challenge, a block or a login in the document's place
inflate.py      gunzip within a limit
"""
