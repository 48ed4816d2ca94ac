"""Pages that stand in a document's place are told from the document."""

from __future__ import annotations

import pytest

from aggregator.fetch.challenge import challenge, is_page, wants_login, why_turned_away


@pytest.mark.parametrize(("headers", "page", "who"), [
    ((), "<!DOCTYPE html><html><head><title>Just a moment...</title></head>", "Cloudflare"),
    ((), "<html><head><title>Attention Required! | Cloudflare</title>", "Cloudflare"),
    ((("cf-mitigated", "challenge"),), "", "Cloudflare"),
    ((), "<html><body><iframe src='https://geo.captcha-delivery.com/captcha/?x'></iframe>", "DataDome"),
    ((), "<html><head><META NAME='ROBOTS'></head><iframe>Incapsula incident ID: 1-2</iframe>", "Imperva"),
    ((), "<html><title>DDOS-GUARD</title>", "DDoS-Guard"),
    ((), "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.", "F5"),
    ((), "<!doctype html><title>Making sure you&#39;re not a bot!</title>", "Anubis"),
    ((), "<html><head><title>Checking your browser - reCAPTCHA</title>", "the server"),
    # and these are none
    ((), "<html><head><title>Ministers meet</title></head><body>He asked: are you a robot? Checking your browser is simple.</body>", ""),
    ((), "<html><head><title>News</title><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script></head>", ""),
    ((), "<?xml version='1.0'?><rss><channel><title>Just a moment...</title></channel></rss>", ""),
    ((("server", "cloudflare"),), "<rss/>", ""),
    ((), "", ""),
])
def test_who_challenges_us(headers, page, who):
    assert challenge(headers, page.encode()) == who


@pytest.mark.parametrize(("status", "page", "why"), [
    (403, "error code: 1010", "blocked by Cloudflare, error 1010"),
    (403, "<html>Automated access is forbidden", "its page speaks of bots or our User-Agent"),
    (429, "Too many requests from bots", "its page speaks of bots or our User-Agent"),
    (403, "<html><meta name=robots content=noindex>Forbidden", ""),
    (500, "<html>Bot failure", ""),
    (503, "<html>Our bots are resting", ""),
    (503, "<html><title>Just a moment...</title>", "a challenge for browsers by Cloudflare"),
])
def test_what_an_error_page_lets_us_know(status, page, why):
    assert why_turned_away(status, (), page.encode()) == why


def test_pages_and_logins_are_known_by_their_bytes():
    assert is_page(b"\xef\xbb\xbf\n<!DOCTYPE HTML>") and is_page(b"<!-- x --><html>") and not is_page(b"<?xml version='1.0'?><feed/>") and not is_page(b"")
    assert wants_login(b'<html><form><input id="p" type="password"></form>')
    assert not wants_login(b'<rss><description>&lt;input type="password"&gt; <input type="password"></description></rss>')
