"""Names of several words that are written with capitals, though some of their words are not when they stand alone."""

from __future__ import annotations

from collections.abc import Sequence

_LINES = """
European Union
European Commission
European Council
European Parliament
European Central Bank
European Court of Human Rights
European Court of Justice
European Economic Community
United Arab Emirates
United Kingdom
United Nations
United States
United States of America
the US
New Brunswick
New Caledonia
New Delhi
New England
New Hampshire
New Haven
New Jersey
New Mexico
New Orleans
New South Wales
New Testament
New York
New York City
New York Times
New Zealand
Old Testament
Papua New Guinea
Central America
East Africa
East Berlin
East Germany
East Timor
Latin America
North Africa
North America
North Carolina
North Dakota
North Korea
North Macedonia
North Sea
North Vietnam
Northern Ireland
Northern Territory
South Africa
South America
South Australia
South Carolina
South China Sea
South Dakota
South Korea
South Sudan
South Vietnam
Southeast Asia
West Africa
West Bank
West Berlin
West Germany
West Virginia
Western Australia
Western Sahara
Middle East
Atlantic Ocean
Arctic Ocean
Indian Ocean
Pacific Ocean
Black Sea
Dead Sea
Red Sea
Great Britain
Great Lakes
Gulf of Mexico
British Columbia
British Empire
Cape Town
Cape Verde
Costa Rica
Czech Republic
District of Columbia
Dominican Republic
El Salvador
Hong Kong
Isle of Man
Ivory Coast
Kansas City
Las Vegas
Long Beach
Long Island
Los Angeles
Mexico City
Ottoman Empire
Puerto Rico
Rhode Island
Roman Empire
Russian Federation
Salt Lake City
Saudi Arabia
Silicon Valley
Soviet Union
Tel Aviv
The Hague
Vatican City
Wall Street
Wall Street Journal
Washington Post
Affordable Care Act
African Union
American Civil Liberties Union
Amnesty International
Associated Press
Bank of England
Bank of Japan
Capitol Hill
Catholic Church
Church of England
Communist Party
Congressional Budget Office
Democratic National Committee
Downing Street
Federal Reserve
First World War
Financial Times
Great Depression
Human Rights Watch
Industrial Revolution
Internal Revenue Service
International Monetary Fund
Labor Day
Los Angeles Times
Marine Corps
Memorial Day
Middle Ages
National Rifle Association
Native American
Nobel Peace Prize
Nobel Prize
Olympic Games
Oval Office
Planned Parenthood
Premier League
Red Cross
Republican National Committee
Roman Catholic
Second World War
Scotland Yard
Super Bowl
Vietnam War
White House
World Bank
World Cup
World Health Organization
World Trade Center
World Trade Organization
World War
"""

_NAMES = {tuple(line.casefold().split()): tuple(line.split()) for line in _LINES.split("\n") if line}
_LONGEST = max(map(len, _NAMES))
_ENDINGS = ("'s", "’s", "'", "’")


def with_names(words: Sequence[str], *, before: Sequence[str] = (), after: Sequence[str] = ()) -> list[str]:
    """Return words with the names among them in their usual letter case.

    A name may begin before the words or end after them: ``Union`` after ``European``. What stands there stays as it
    is, and has to be written as in the name. Names in capital letters throughout stay so.

    Args:
        words: the words.
        before: the words before them in their line, the nearest last.
        after: the words after them in their line.
    """
    row = [*before, *words, *after]
    own = range(len(before), len(before) + len(words))
    written = list(row)
    start = 0
    while start < len(row):
        name = _name_at(row, start, own)
        written[start : start + len(name)] = name or ()
        start += len(name) or 1
    return written[own.start : own.stop]


def _name_at(row: Sequence[str], start: int, own: range) -> tuple[str, ...]:
    """Return the longest name that begins at a word and holds a word of ``own``; empty where there is none."""
    for end in range(min(len(row), start + _LONGEST), start, -1):
        name = _as_name(row[start:end])
        outside = [at for at in range(start, end) if at not in own]
        inside = [row[at] for at in range(start, end) if at in own]
        if (
            name
            and inside
            and not all(word.isupper() for word in inside)
            and all(row[at] == name[at - start] or name[at - start].islower() for at in outside)
        ):
            return name
    return ()


def _as_name(words: Sequence[str]) -> tuple[str, ...]:
    """Return the name that words are, in its letter case, with its ending (``’s``); empty where they are none."""
    last = words[-1]
    ending = next((ending for ending in _ENDINGS if last.endswith(ending)), "")
    bare = last[: len(last) - len(ending)]
    name = _NAMES.get(tuple(word.casefold() for word in (*words[:-1], bare)))
    return (*name[:-1], name[-1] + ending) if name else ()
