"""A link as the one address of what it leads to.

Two links to one article differ in tracking parameters, fragments, default ports
and escapes; the canonical form drops these and nothing that could lead elsewhere.

Touches: nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

import can_ada

LONGEST = 4096      # characters; longer links are data or attacks, and browsers' address bars end earlier

# Parameters that say where a reader came from, never what is shown. Names that some sites use for content (id, cid, p, from, source, ref) are kept.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|hsa|vero|oly|wt|ns)_[\w.-]*|_?hs(?:enc|mi|ctatracking)|m[ck]_[ce]id|mkt_tok|fb_(?:action|source|ref|comment)\w*"
    r"|(?:fb|g|d|y|ys|tw|tt|sc)clid|msclkid|(?:rb_|ir)clickid|[gw]braid|gclsrc|gad_\w+|srsltid|_g[al]|ga_(?:source|medium|campaign|term|content)"
    r"|igsh(?:id)?|li_fat_id|epik|_openstat|xtor|at_(?:medium|campaign|custom\d|link_\w+|format|bbc_team|ptr_name|content|creation|platform|variant|send_date)"
    r"|cmpid|cmp_?id|campaign_?id|icid|ncid|smid|s_cid|sc_(?:cid|campaign|channel|content|medium|outcome|geo|country)|spm|spm_id_from|ref_(?:src|url)|referrer"
    r"|guccounter|guce_\w+|trk(?:campaign|info)?|__twitter_impression|ocid|taid|mibextid|si_source|soc_(?:src|trk)|_branch_match_id|ceid|ftag|sr_share|rss_id"
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid",
    re.IGNORECASE,
)
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/?;]*", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_SLASHES = re.compile(r"(?<!:)/{2,}")                       # "/web/2020/https://…" is a path, too
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NO_URI = re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%#]")     # RFC 3986, 2; browsers accept more, feed validators do not
_HOST = re.compile(r"[a-z0-9_~-][a-z0-9._~-]*\.?|\[[0-9a-f:.]+\]")


@lru_cache(maxsize=20_000)
def canonical_url(url: str) -> str:
    """The address that `url` means, for comparing and showing; "" when it is not an absolute http or https address.

    >>> canonical_url("HTTPS://user:pw@News.Example:443//a/./b?utm_source=x&amp;id=7#top")
    'https://news.example/a/b?id=7'
    >>> canonical_url("java\\tscript:alert(1)")
    ''
    """
    if len(url) > LONGEST or "\0" in url:      # the parser would read up to the NUL only
        return ""
    try:
        parsed = can_ada.parse(_AMPERSAND.sub("&", url.strip()))
    except (ValueError, TypeError):         # TypeError: half a surrogate pair
        return ""
    host = parsed.hostname
    if parsed.protocol not in ("http:", "https:") or not _HOST.fullmatch(host):
        return ""
    port = f":{parsed.port}" if parsed.port else ""
    path = _SLASHES.sub("/", _SESSION_IN_PATH.sub("", parsed.pathname)).replace("[", "%5B").replace("]", "%5D") or "/"
    kept = [pair for pair in parsed.search[1:].split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    query = "&".join(kept).replace("[", "%5B").replace("]", "%5D")
    return f"{parsed.protocol}//{host.rstrip('.')}{port}{_uri(path)}{'?' if query else ''}{_uri(query)}"


def _uri(part: str) -> str:
    """`part` with every character that a URI may not hold written as %XX."""
    return _NO_URI.sub(lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), _STRAY_PERCENT.sub("%25", part))
