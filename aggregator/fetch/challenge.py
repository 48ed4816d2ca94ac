"""Whether an answer is not the document but a page in its place: a challenge for browsers, a block, a login.

Told apart so that the operator knows what to do: a challenge needs a word with the
publisher, a login needs `headers`. We never pretend to be a browser.

Touches: nothing.
"""

from __future__ import annotations

import re

from aggregator.fetch.headers import Headers, only

HEAD = 16 * 1024        # bytes of a page that are looked at; such pages are short and say so at their head

# Headers that nothing but a challenge carries.
HEADERS = (
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-vercel-mitigated", "challenge", "Vercel"),
    ("x-vercel-mitigated", "deny", "Vercel"),
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
    ("x-amzn-waf-action", "captcha", "AWS WAF"),
    ("sg-captcha", "challenge", "SiteGround"),
)

# Words of the page itself, folded to lower case; chosen so that an ordinary page behind the same service has none of them.
PAGES = (
    ("Cloudflare",  (b"<title>just a moment...</title>", b"_cf_chl_opt", b"<title>attention required! | cloudflare</title>", b"cf-error-details")),
    ("DataDome",    (b"captcha-delivery.com/captcha", b"captcha-delivery.com/interstitial", b"var dd={'rt'")),
    ("Imperva",     (b"incapsula incident id", b"/_incapsula_resource?swudnsai")),
    ("Sucuri",      (b"sucuri website firewall - access denied", b"sucuri_cloudproxy_js")),
    ("DDoS-Guard",  (b"<title>ddos-guard</title>", b"check.ddos-guard.net")),
    ("Akamai",      (b"errors.edgesuite.net", b"sec-if-cpt-container")),
    ("F5",          (b"the requested url was rejected. please consult with your administrator",)),
    ("AWS WAF",     (b"awswafcookiedomainlist", b"window.gokuprops")),
    ("PerimeterX",  (b"px-captcha",)),
    ("Anubis",      (b"anubis_challenge", b"making sure you&#39;re not a bot")),
    ("SiteGround",  (b"/.well-known/sgcaptcha",)),
    ("testcookie",  (b"slowaes.decrypt",)),
    ("Vercel",      (b"vercel security checkpoint",)),
)
TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,300})")
TITLES = (b"checking your browser", b"one moment, please", b"verify you are human", b"are you a robot", b"are you human", b"bot verification",
          b"security check", b"human verification", b"ddos protection")
BLOCKED = re.compile(rb"user[- ]?agent|\bbots?\b|crawlers?|scrap(?:ing|er)|automated (?:access|quer|request|traffic)")
ERROR_CODE = re.compile(rb"error code: ?(10\d\d)")
PASSWORD = re.compile(rb"<input[^>]{0,500}type\s*=\s*[\"']?password", re.IGNORECASE)


def challenge(headers: Headers, body: bytes) -> str:
    """Who challenges us, "" when nobody does. `body` may be the beginning of the page, or nothing of it.

    >>> challenge((), b"<html><head><title>Just a moment...</title>")
    'Cloudflare'
    """
    for name, value, who in HEADERS:
        if only(headers, name).strip().lower() == value:
            return who
    if not is_page(body):
        return ""
    said = body[:HEAD].lower()
    who = next((who for who, signs in PAGES if any(sign in said for sign in signs)), "")
    title = TITLE.search(said)
    return who or ("the server" if title and any(words in title[1] for words in TITLES) else "")


def why_turned_away(status: int, headers: Headers, body: bytes) -> str:
    """What an error answer lets us know beyond its status, for the operator; "" when nothing."""
    who = challenge(headers, body)
    if who:
        return f"a challenge for browsers by {who}"
    if status not in (401, 402, 403, 406, 429, 451, 503):
        return ""
    said = body[:HEAD].lower()
    if found := ERROR_CODE.search(said):
        return f"blocked by Cloudflare, error {found[1].decode()}"
    return "its page speaks of bots or our User-Agent" if status != 503 and BLOCKED.search(said) else ""


def is_page(body: bytes) -> bool:
    """Whether the bytes look like HTML."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<body", b"<title", b"<meta")) or b"<html" in head


def wants_login(body: bytes) -> bool:
    """Whether the page asks for a password."""
    return is_page(body) and PASSWORD.search(body[: 16 * HEAD]) is not None
