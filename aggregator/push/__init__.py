"""Documents that hubs push to us (WebSub, the subscriber's side).

lease.py      what becomes of a subscription: asked for, confirmed, refused, renewed
hubs.py       asks hubs, and takes in what they push. Read this first
callback.py   the address hubs call
"""
