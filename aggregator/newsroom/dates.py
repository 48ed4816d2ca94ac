"""A moment as each outlet writes it.

Half of the styles leave the zone out, as half of the world does: only the
outlet's own zone can say what they mean.

Touches: nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

VIETNAMESE_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
SPANISH_DAYS = ("Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom")
ENGLISH_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)


def rfc822(moment: datetime) -> str:
    """RFC 822 with the offset: "Thu, 12 Nov 2026 16:40:00 +0700"."""
    return format_datetime(moment)


def gmt(moment: datetime) -> str:
    """The same moment in GMT, as HTTP wants it too."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def gmt_plus_7(moment: datetime) -> str:
    """A zone nobody defined but many write: "Thu, 12 Nov 2026 16:40:00 GMT+7"."""
    return f"{ENGLISH_DAYS[moment.weekday()]}, {moment.day:02} {ENGLISH_MONTHS[moment.month - 1][:3]} {moment:%Y %H:%M:%S} GMT+7"


def spanish(moment: datetime) -> str:
    """RFC 822 with the day in Spanish: "Jue, 12 Nov 2026 18:45:00 -0500"."""
    return f"{SPANISH_DAYS[moment.weekday()]}, {rfc822(moment).partition(', ')[2]}"


def iso(moment: datetime) -> str:
    return moment.isoformat()


def iso_utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def local(moment: datetime) -> str:
    """No zone: "2026-11-12 16:40:00"."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def dmy(moment: datetime) -> str:
    """No zone, day first: "12/11/2026 16:40"."""
    return f"{moment:%d/%m/%Y %H:%M}"


def vietnamese(moment: datetime) -> str:
    """No zone: "Thứ Năm, 12/11/2026, 13:34"."""
    return f"{VIETNAMESE_DAYS[moment.weekday()]}, {moment:%d/%m/%Y, %H:%M}"


def english(moment: datetime) -> str:
    """No zone, twelve hours: "November 12, 2026 | 7:10 AM"."""
    half = "AM" if moment.hour < 12 else "PM"
    return f"{ENGLISH_MONTHS[moment.month - 1]} {moment.day}, {moment.year} | {moment.hour % 12 or 12}:{moment.minute:02} {half}"


STYLES: dict[str, Callable[[datetime], str]] = {
    "rfc822": rfc822, "gmt": gmt, "gmt+7": gmt_plus_7, "spanish": spanish, "iso": iso, "dc": iso, "utc": iso_utc,
    "local": local, "dmy": dmy, "vietnamese": vietnamese, "english": english,
}
USUAL = {"rss": "rfc822", "atom": "iso", "json": "iso", "page": "vietnamese", "table": "english"}


def written(moment: datetime, style: str, form: str) -> str:
    """`moment` in a named style; "usual" is the one of the format."""
    return STYLES[USUAL[form] if style == "usual" else style](moment)
