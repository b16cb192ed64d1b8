"""Patterns of numbers, dates, names, terms, sources … in running English, for the kinds of loss (``kinds``)."""

from __future__ import annotations

import regex

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
UNIT = (
    r"(?:miles?|yards?|feet|foot|inch(?:es)?|acres?|hectares?|pounds?|ounces?|tons?|tonnes?|gallons?|barrels?|degrees?"
    r"|(?:square|cubic)\s\p{Ll}+|(?:kilo|centi|milli)?met(?:re|er)s?|(?:kilo|milli)?grams?|lit(?:re|er)s?|watts?"
    r"|seconds?|minutes?|hours?|days?|weeks?|months?|years?|mph|kph|km/h|km²?|cm|mm|m²?|kg|lbs?|mg|g|ft|in\.|ml|mi"
    r"|k[Ww]h?|[MG]W|°\s?[CF]|[KMGT]B|[GM]?Hz|percentage points?|per ?cent|times)"
)
_SCALE = r"(?:\s(?:hundred|thousand|million|billion|trillion)|(?:bn|tn|m|k)(?![\p{L}\p{N}]))"
_FIGURE = r"[-−–±]?\d+(?:,\d{3})*(?:\.\d+)?"
_ALONE = r"(?<![\p{L}\p{N}.,/:$£€¥#-])"
_ENDED = r"(?![\p{L}\p{N}]|[.,:/]\d)"

NUMBER = regex.compile(rf"{_ALONE}{_FIGURE}(?:\s?[–-]\s?{_FIGURE})?{_SCALE}?{_ENDED}")
MEASURE = regex.compile(rf"{_ALONE}(?P<n>{_FIGURE}(?:\s?[–-]\s?{_FIGURE})?{_SCALE}?)[\s-]?{UNIT}{_ENDED}")
AMOUNT = regex.compile(
    rf"[$£€¥]\s?(?P<n>{_FIGURE})(?P<s>{_SCALE})?{_ENDED}|(?P<p>{_ALONE}{_FIGURE})\s?(?:%|per\s?cent)"
)
DATE = regex.compile(
    rf"\b(?:(?:{_DAY},?\s)?{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?|\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTH}(?:\s\d{{4}})?"
    rf"|{_MONTH}\s\d{{4}}|(?<=\b(?:on|last|next|until|since|by)\s){_DAY}|(?<=\b(?:[Ii]n|since|until|by|from|to|before"
    r"|after|of|and|between)\s)(?:1[5-9]|20)\d\ds?|\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b\.?)(?!\p{L}|\d)"
)
_NAMED = r"(?:(?:\p{Lu}\.){2,}|\p{Lu}(?:[\p{L}\p{N}&-]|[.'’](?=\p{L}(?!\b)))*+(?<!-))"
_NAME = rf"(?>{_NAMED}(?:\s{_NAMED}){{0,3}}+)(?<!\b(?:Mr|Mrs|Ms|Dr|Sen|Gov|Rep|Gen|St|Col|Lt|Jr|Sr|No|\p{{Lu}}))"
POSSESSOR = regex.compile(
    r"(?<![\w&-])(?:(?:(?:Mrs?\.|Ms\.|Dr\.|Gov\.|Sen\.|Rep\.|St\.|\p{Lu}\.|\p{Lu}[\p{L}&-]*+)\s){0,3}\p{Lu}[\p{L}&-]++|\p{Ll}{4,}+)"
    r"(?=['’]s\b)"
)
CONTRACTED = frozenset(
    "everyone someone anyone nobody everybody somebody anybody nothing something everything anything let here today".split()
)
_NOTED = r"(?:the\s|a\s|an\s)?(?P<x>[\p{L}\p{N}][\p{L}\p{N}'’&-]*(?:\s[\p{L}\p{N}][\p{L}\p{N}'’&-]*){0,3}?)"
CALLED = regex.compile(
    r"\b(?:called|named|known as|dubbed|termed|titled|entitled|nicknamed|said to be|the (?:word|term|phrase|name))\s"
    rf"(?P<q>[“\"‘]?){_NOTED}(?=[”\"’]|[,.;:!?)]|\s(?:and|or|in|on|of|by|for|from|to|with|at|is|was|are|were|that|which)\b)"
)
CLOSING_NOUN = regex.compile(
    r"\b(?:a|an|the|its|their|his|our|of|in|by|from|with|for|as|into|on)\s"
    r"(?P<x>\p{Ll}[\p{Ll}-]{2,}(?:\s\p{Ll}[\p{Ll}-]{3,})?)(?=[,.;:)])"
)
QUOTED = regex.compile(r"“(?P<x>[^“”\"\n]{2,40})”|(?<![\p{L}\p{N}])\"(?P<x>[^“”\"\n]{2,40})\"(?![\p{L}\p{N}])")
BRACKETED = regex.compile(r"(?<=\()(?P<x>[^()\n]{1,60}?)(?=[;)])")
IDENTIFIER = regex.compile(
    r"(?<![\p{L}\p{N}@#/.-])(?:https?://\S+[\p{L}\p{N}/]|[@#]\p{L}[\p{L}\p{N}_]+|\p{L}[\p{L}\p{N}_-]*+(?:\.[\p{L}\p{N}_-]++){0,8}"
    r"\.(?:com|org|net|gov|edu|io|py|js|txt|pdf|html|exe|uk)|\p{L}+_\w+|\p{Ll}+\(\)|(?!Ma?c\p{Lu})\p{Ll}*+(?:\p{Lu}\p{Ll}++){2,8}"
    r"|\p{Lu}{2,}[\s-]?\d[\d.]*(?<!\.)|\p{L}+-?\d+\p{L}*)(?![\p{L}\p{N}@_])"
)
FORMULA = regex.compile(
    r"(?<![\p{L}\p{N}'’.&;=+×*/<>^≤≥\[-])(?<!['’]\s)(?:(?:\p{L}|\d+)(?:\s?[=+×*/<>^≤≥]\s?(?:\p{L}|\d+(?:\.\d+)?)(?!\p{L})){1,12}"
    r"|[b-hj-zB-HJ-Z])(?![\p{L}\p{N}'’.&)\]/-]|\s?[=+×*/<>^≤≥])"
)
INNER_NAME = regex.compile(rf"(?<=[\p{{Ll}},]\s)(?P<x>{_NAME})(?!['’]\p{{L}})")
_ARTICLE = r"(?:(?:the|a|an|its|their|his)\s)?"
_JOINED = rf"(?:{_NAME}|\p{{Ll}}[\p{{L}}-]*+)"
PAIR = regex.compile(
    rf"\b(?:[Nn]either|[Bb]oth|[Ee]ither|[Bb]etween|[Nn]ot only|[Ww]hether|[Ff]rom)\s{_ARTICLE}(?P<x>{_JOINED})\s"
    rf"(?:nor|and|or|but also|but|to)\s{_ARTICLE}(?P<y>{_JOINED})(?![\w'’-])"
)
CITED = regex.compile(
    r"\b(?:[Aa]ccording to|described (?:in|by)|cited (?:in|by)|reported (?:in|by)|(?:report|study|survey|poll|analysis|"
    r"article|book|paper) (?:by|in|from)|published (?:in|by)|interview with|told|quoted (?:in|by)|[Aa]s)\s"
    rf"(?P<x>(?:[Tt]he\s)?{_NAME})"
)
ACRONYM = regex.compile(
    r"\b\p{Lu}{2,6}(?=s\b|['’]s\b|[,;:)]|\.(?:\s|$)|\s(?:\p{Ll}+(?:ed|s)|in|on|to|and|or|had|will|that)\b)"
)
POWER = regex.compile(r"(?<=\b(?:km|m|cm|ft|mi|s))[²³]|(?<=\d)[½¼¾²³]|(?<=\bCO|\bH)2")
VERB = regex.compile(
    r"(?<=\p{L})\s(?P<x>\p{Ll}{2,}ed|won|lost|made|took|gave|found|held|left|met|quit|cut|put|set|hit|led|paid|sent|sold"
    r"|built|broke|began|brought|bought|caught|chose|drew|fell|fought|got|grew|kept|knew|ran|rose|saw|spoke|spent|stood"
    r"|threw|wrote|went|came|told|said|says|is|was|are|were)\s(?=(?:the|a|an|his|her|their|its|him|them|that|on|in|to|at"
    r"|for|with|by|from|out|up)\b)"
)
INFINITIVE = regex.compile(
    r"\b(?:will|would|can|could|must|should|may|might|shall|cannot|not|to|won['’]t|can['’]t)\s(?P<x>\p{Ll}{3,})\s"
    r"(?=(?:the|a|an|his|her|their|its|him|them|that|in|to|at|for|with|by|from)\b)"
)
SENTENCE_BREAK = regex.compile(r"(?<=[.!?]['\"”’)]?)\s+(?=[\p{Lu}“\"‘'])")
"""White space between sentences, roughly: abbreviations count as ends."""

COMMA_BEFORE = regex.compile(r"\s*,\s*(?:(?:in|of|on|for|by|to|from|with|the|a|an)\s)?$")
_ITEM_WORD = r"[\p{L}\p{N}](?:[.'’-]*+[\p{L}\p{N}&])*+"
ITEM = regex.compile(rf"{_ITEM_WORD}(?:\s{_ITEM_WORD}){{0,3}}")
LAST_WORD = regex.compile(r"(?<![\p{L}\p{N}'’-])[\p{L}\p{N}'’-]++$")
FIRST_WORD = regex.compile(r"\s?[\p{L}'’-]+")
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’.&][\p{L}\p{M}\p{N}]+)*")
SENTENCE_END = regex.compile(r"[.!?][\"”’)]?(?=\s|$)")
ENDED_PROSE = regex.compile(r"[.!?…][\"'”’)]*\s*$")
ITEMS_END = regex.compile(r"(?<!\s)\s*+(?:,\s*+)?\b(?:and|or|nor)\s++")
# Words before a number without which its noun reads on well: "fewer than people", but not "of 12 people".
ASKS_FOR_A_NUMBER = frozenset(
    "than nearly almost roughly approximately least most exactly another aged age number is was are were".split()
)
HANGING = frozenset(
    "a an the of to at by for from in into on with and or than as that is was are were be been has have will would"
    " his its their our my your very more most between against during until".split()
)
HIDES_A_NUMBER = frozenset("for of in into as with these those the".split())
