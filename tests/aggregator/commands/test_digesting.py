"""What is new in a feed goes out as a mail, and a password goes nowhere else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from aggregator.commands.digesting import send
from aggregator.errors import AggregatorError
from feeds.catalogue import ALL
from feeds.digest import digest
from feeds.presentation import present
from tests.feeds import danger, sample


class Post:
    """A mail server on this machine that offers no encryption and keeps what it is sent."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.said: list[bytes] = []
        self.mail = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        talk, _ = self._socket.accept()
        with talk, talk.makefile("rb") as lines:
            talk.sendall(b"220 here\r\n")
            for line in lines:
                self.said.append(line)
                if line.upper().startswith(b"DATA"):
                    talk.sendall(b"354 go on\r\n")
                    for part in lines:
                        if part == b".\r\n":
                            break
                        self.mail += part
                talk.sendall(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 well\r\n")

    def close(self) -> None:
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def post() -> Iterator[Post]:
    served = Post()
    yield served
    served.close()


def mail(number: int = 0, **fields):
    meetings = [present(*sample.meetings()[number], sample.SITE)]
    return digest(ALL, meetings, sample.SITE, sample.NOW, sender="desk@news.example", to="reader@a.example", **fields)


def test_a_digest_is_sent_as_text_and_html(post):
    send(mail(), f"smtp://127.0.0.1:{post.port}")
    sent = message_from_bytes(post.mail, policy=policy.default)
    assert (sent["To"], sent["From"], sent["Subject"]) == ("reader@a.example", "desk@news.example", "Communiqué: 1 meeting, 12 March 2026")
    text, page = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for words in ("Russia and Vietnam: ", "Plan of joint work for 2026 and 2027", "https://news.example/meeting/m-00000000.html", "7 outlets, 5 origins"):
        assert words in text and words in page, words


def test_a_password_is_not_sent_in_the_clear_nor_told(post):
    with pytest.raises(AggregatorError) as told:
        send(mail(), f"smtp://me:secret-word@127.0.0.1:{post.port}")
    assert "smtps://" in str(told.value) and "secret-word" not in str(told.value)
    assert not any(line.upper().startswith(b"AUTH") for line in post.said)


@pytest.mark.parametrize("server", ["", "mail.example.org", "https://mail.example.org", "smtp://:25", "smtp://a:x@h:port"])
def test_a_mail_server_that_is_none_is_an_error_with_a_remedy(server):
    with pytest.raises(AggregatorError, match="write smtps://"):
        send(mail(), server)


@pytest.mark.case("S56")
@pytest.mark.parametrize("payload", [payload for payload in danger.PAYLOADS if len(payload) < 1000], ids=lambda payload: ascii(payload[:20]))
def test_no_words_can_break_or_arm_a_mail(payload):
    meeting, members = sample.meetings()[0]
    told = present(replace(meeting, title=payload, summary=payload, place=payload, agreements=(payload,)), members, sample.SITE)
    made = digest(replace(ALL, title=payload, kind="combination"), [told], replace(sample.SITE, title=f"x{payload}"), sample.NOW)
    assert "\n" not in made["Subject"] and "\r" not in made["Subject"]
    body = made.get_body(("html",)).get_content()
    assert danger.dangerous(body[body.index("<body>") + 6 : body.index("</body>")]) == []
