"""Writes places.json beside it: names of countries, languages, regions and organisations.

Run it at development time, with babel installed, when CLDR has a new release:
`python feeds/data/build_places.py`. Names come from CLDR (Unicode licence) through
babel; regions are those of the UN's M49 standard as CLDR 49 lists them, with
Taiwan and Kosovo placed as CLDR does.

Touches: feeds/data/places.json, which it writes.
"""

from __future__ import annotations

import json
from pathlib import Path

from babel import Locale

LANGUAGES = ("en", "vi", "fr", "ru", "es", "zh")

# Short names where CLDR's English one is long, holds an alternative in brackets, or reads badly in a title.
SHORTER = {
    "BA": "Bosnia and Herzegovina", "CD": "DR Congo", "CG": "Congo", "CI": "Ivory Coast", "FK": "Falkland Islands", "HK": "Hong Kong", "MM": "Myanmar",
    "MO": "Macao", "PS": "Palestine", "TR": "Türkiye",
}

PARENTS = {
    "002": "011 014 015 017 018", "009": "053 054 057 061", "019": "005 013 021 029", "142": "030 034 035 143 145", "150": "039 151 154 155",
    "202": "011 014 017 018", "419": "005 013 029",
}

LEAVES = {
    "005": "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    "011": "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    "013": "BZ CR GT HN MX NI PA SV",
    "014": "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    "015": "DZ EG EH LY MA SD TN",
    "017": "AO CD CF CG CM GA GQ ST TD",
    "018": "BW LS NA SZ ZA",
    "021": "BM CA GL PM US",
    "029": "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    "030": "CN HK JP KP KR MN MO TW",
    "034": "AF BD BT IN IR LK MV NP PK",
    "035": "BN ID KH LA MM MY PH SG TH TL VN",
    "039": "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    "053": "AU CC CX HM NF NZ",
    "054": "FJ NC PG SB VU",
    "057": "FM GU KI MH MP NR PW UM",
    "061": "AS CK NU PF PN TK TO TV WF WS",
    "143": "KG KZ TJ TM UZ",
    "145": "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    "151": "BG BY CZ HU MD PL RO RU SK UA",
    "154": "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    "155": "AT BE CH DE FR LI LU MC NL",
}

# Names as the bodies write them in English. A body that is not here is shown by its code.
ORGANISATIONS = {
    "APEC": "APEC", "ASEAN": "ASEAN", "ASEANAPOL": "ASEANAPOL", "AU": "African Union", "BIMSTEC": "BIMSTEC", "BRICS": "BRICS", "CARICOM": "CARICOM",
    "CIS": "Commonwealth of Independent States", "COE": "Council of Europe", "CSTO": "Collective Security Treaty Organization", "ECOWAS": "ECOWAS",
    "EAEU": "Eurasian Economic Union", "EU": "European Union", "EUROJUST": "Eurojust", "EUROPOL": "Europol", "FAO": "FAO",
    "FATF": "Financial Action Task Force", "FRONTEX": "Frontex", "G20": "G20", "G7": "G7", "G77": "Group of 77", "GCC": "Gulf Cooperation Council",
    "IAEA": "IAEA", "ICAO": "ICAO", "ICC": "International Criminal Court", "ICJ": "International Court of Justice",
    "ICRC": "International Committee of the Red Cross", "ILO": "ILO", "IMF": "International Monetary Fund",
    "IMO": "International Maritime Organization", "INTERPOL": "INTERPOL", "IOM": "International Organization for Migration", "ITU": "ITU",
    "LAS": "Arab League", "MERCOSUR": "Mercosur", "MRC": "Mekong River Commission", "NAM": "Non-Aligned Movement", "NATO": "NATO",
    "OAS": "Organization of American States", "OECD": "OECD", "OIC": "Organisation of Islamic Cooperation", "OIF": "La Francophonie", "OPCW": "OPCW",
    "OPEC": "OPEC", "OSCE": "OSCE", "PIF": "Pacific Islands Forum", "SAARC": "SAARC", "SADC": "SADC", "SCO": "Shanghai Cooperation Organisation",
    "UN": "United Nations", "UNDP": "UNDP", "UNESCO": "UNESCO", "UNHCR": "UNHCR", "UNICEF": "UNICEF", "UNODC": "UNODC", "WB": "World Bank",
    "WCO": "World Customs Organization", "WHO": "WHO", "WIPO": "WIPO", "WTO": "WTO",
}


def main() -> None:
    countries = sorted({code for members in LEAVES.values() for code in members.split()} | {"AQ"})
    names: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        territories = Locale(language).territories
        names[language] = {code: territories[code].replace(" & ", " and ") for code in countries if code in territories}
    names["en"] |= SHORTER
    english = Locale("en")
    regions = {}
    for code in sorted([*PARENTS, *LEAVES]):
        members = [country for leaf in PARENTS.get(code, code).split() for country in LEAVES[leaf].split()]
        regions[code] = {"name": english.territories[code], "members": " ".join(sorted(members))}
    languages = {code: name for code, name in sorted(english.languages.items()) if len(code) in (2, 3) and "_" not in code}
    places = {"countries": names, "regions": regions, "languages": languages, "organisations": ORGANISATIONS}
    path = Path(__file__).with_name("places.json")
    path.write_text(json.dumps(places, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
