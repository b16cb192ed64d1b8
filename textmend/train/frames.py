"""Sentences with slots for words of an article: good English that looks damaged, and sentences that can lose words.

``{N}`` is a name, ``{n}`` a noun, ``{x}`` a letter, ``{f}`` a function word, ``{d}`` a number, ``{y}`` a year,
``{c}`` a name in code, ``{r}`` a source, ``{w}`` any content word. In ``WHOLE`` nothing is ever lost. In ``LOSABLE``
the words in the slots may be lost, which a reader would notice.
"""

from __future__ import annotations

MENTIONED = (
    "Replace {f} with {f} and read it again.",
    "In the third line, {f} should be {f}.",
    "The {f} in the title was put there by an editor.",
    "Is it {f} or {f}? Both are heard.",
    "Nobody writes {f} before {f} any more.",
    "The word “{f}” is the shortest in the book, and “{w}” the longest.",
    "She struck out every “{f}” and left the “{f}” alone.",
    "He says “{f}” where others say “{f}”.",
    "Put {x} in the first box and {x} in the second.",
    "What does {x} stand for, and where does {x} come from?",
    "Here {x} is the {n}, and {x} is what is left of it.",
    "If {x} comes before {x}, swap the two.",
    "The loop ends when {x} is equal to {x}, so {x} is never read.",
    "Call the first of them a and the second b; then a is the larger.",
    "Pass a and b to it, and it gives back a or b.",
    "Let a be the older of the two; a is then always before b.",
    "The value of a in this case is that of the {n}, so a is larger than it was before.",
    "A stands for the {n}, B for {N}.",
    "“A” is for {n}, “B” is for {w}.",
    "An I in the margin means that the {n} was paid, an O that it was not.",
    "The {n} is spelt with a c, not with a k or an s.",
    "There is an e at the end of {N}, but none in {w}.",
    "Is that with an a or with an o?",
    "With {f} in front, the {n} sounds like a question.",
    "Type in and press the key; then type out.",
    "The option {f} turns it on, {f} turns it off.",
    "The '{f}' of the old text became '{f}' in the new one.",
    "It was the “of” that troubled the judge: the {n} of what?",
    "Between to and from there is a line for the {n}.",
    "The ifs and buts came from {N}, the whys and hows from the {n}.",
)

STRANDED = (
    "Are you for the {n} or against?",
    "Are they with us or against?",
    "Is {N} in or out?",
    "The {n} was nothing to write home about.",
    "It was not what the {n} had been made for.",
    "Which {n} did {N} come from, and which did they belong to?",
    "That is the {n} that {N} was talking about.",
    "There was nobody to talk to and nothing to look forward to.",
    "Who is the {n} for, and who is it by?",
    "What is all this {n} in aid of?",
    "The {n} has been well looked after and much talked of.",
    "{N} asked what it was for and where it came from.",
    "They had no {n} to go to and no {n} to go with.",
    "The bed had been slept in, but the {n} had not been touched.",
    "It is a {n} worth fighting for, {N} said, and worth waiting for.",
    "The lights were on and everybody was in.",
    "The {n} is not on, said {N}; it is simply not on.",
    "You can come with, if you like.",
    "She had taken the {n} off and put it back on.",
    "Whatever he was up to, he was not letting on.",
    "He knew what he was in for, and so did the {n}.",
    "The {n} they had voted for was the one {N} had voted against.",
    "Some are for, some against, and most do not care.",
    "What was it made of, and what is it used for?",
    "Things had to be paid for, and the {n} was what they were paid for with.",
    "{N} did not want to, and was not going to.",
    "If you want to, you may; if you do not want to, you need not.",
    "More than {N} had bargained for, it was also more than anyone had asked for.",
    "The {n} would be over before it had begun, and it was.",
    "He could not get in, could not get out, and would not be helped.",
)

SHARED = (
    "The {n} was bought from, and later sold back to, {N}.",
    "A {n} run by, and largely for, the {n} has opened in {N}.",
    "{N} was accused of, but never charged with, the theft of a {n}.",
    "They voted for, and then against, the {n}.",
    "The {n} is made in, and named after, {N}.",
    "Neither in nor near {N} is there such a {n}.",
    "{N} sat in front of, and {N} behind, the {n}.",
    "He has asked for, and been given, a new {n}.",
    "It can be, and often is, said of the {n}.",
    "The {n} that {N} wrote and {N} read was about the {n}.",
    "She came to, and a week later left, {N}.",
    "The {n} before, during and after the {n} was dull.",
    "Up to, and in part beyond, the {n}, the road is closed.",
    "{N} said that it was, and would remain, a {n}.",
    "The more {N} heard of, the less {N} thought of, the {n}.",
    "Man held over, but cleared of, {n} in {N}",
    "Minister for, rival against, new {n}",
    "{N} to, from and through {N}: what the {n} means",
    "{N} ‘in, but not of’ the {n}, says aide",
    "They are as good as, if not better than, those of {N}.",
    "The {n} did not, could not and would not hold.",
    "{N} both can and should be asked about the {n}.",
    "The {n} is on or about, or at least not far from, the border.",
    "For and on behalf of {N}, the {n} was signed by a clerk.",
    "It is a {n} by and for the people of {N}.",
    "Every {n} up to and including the last was about {N}.",
    "The {n} runs in and around {N}, to and from the {n}.",
    "{N} has been on and off the {n} since {y}.",
    "If and when the {n} opens, {N} will be over and above all that.",
    "There is more to it than that, and there was to be more of it than there had been.",
)

STATUTE = (
    "(a) In General.--The Secretary, after consulting with, and with the approval of, {N}, may by order amend the {n}.",
    "(b) Subsection (a)({d}) is amended by striking “or” at the end and inserting “and”.",
    "A person who makes, or who causes or permits another to make, a {n} under this section is liable on conviction to a fine.",
    "Any {n} held by, for, or to the order of, {N} shall be treated as held by the {n}.",
    "No {n} shall be brought against, or continued by, any person to whom subsection ({d}) applies.",
    "Where a {n} is given to, or in respect of, the {n}, it shall be in writing, and shall be signed by or for the {n}.",
    "“{n}” means, in relation to {N}, a {n} as defined in, and for the purposes of, section {d}.",
    "The {n} may, at or before, or within {d} days after, the hearing, be withdrawn.",
    "SEC. {d}. Section {d}(a) of title {d} is amended by inserting after “{n}” the following: “or {n}”.",
    "Nothing in this section affects, or shall be taken to affect, any {n} arising under, or by virtue of, section {d}.",
    "In paragraph ({d}), for “{n}” substitute “{n}”, and omit “and” at the end of sub-paragraph (b).",
    "The {n} shall apply to, and be enforced by, {N} as if “may” read “shall”.",
    "References to the {n} are to the {n} as from time to time amended by, or replaced under, subsection ({d}).",
    "(2) In, and for the purposes of, this Part, a {n} is “new” if, and only if, it is not a {n} to which section {d} applies.",
    "(c) of this section; or (d) to the extent that the {n} is provided for by or under any other Act, to that extent.",
)

VERSE = (
    "Some to the {n}, and some to the {n},\nAnd none to the {n} at all.",
    "{N} to the {n}, and I to the {n},\nAnd who to the old, old {n}?",
    "O for a {n}, O for the,\nO for the {n} again!",
    "And he in the {n}, and she at the {n},\nAnd neither the one nor the.",
    "What of the {n}? What of the night?\nWhat of the, what of the {n}?",
    "The {n} for the many, the {n} for the few,\nAnd nothing, my {w}, for.",
    "By {n} and by, by {n} and by,\nWe come, and none know from.",
    "Not of the {n}, not for the {n},\nNor with it, nor without,",
    "For thee the {n}, for me the,\nAnd for us both the {n};",
    "And all that was, and all that is,\nAnd all that is to,",
    "Up with the {n}, down with the {n},\nAnd in with, and out with, the spring.",
    "When I was in, then thou wert out,\nAnd when I out, thou in.",
)

GAPPED = (
    "One left for {N}, the other for {N}.",
    "{N} took the {n}, and {N} the {n}.",
    "The first went to {N}, the second to the {n}, and the third nowhere.",
    "Some had a {n}, others none.",
    "{N} spoke for the {n}; {N} against.",
    "{d} were in favour, {d} against, and {d} away.",
    "The {n} costs {d}, the {n} {d}.",
    "In {N} it rains in May, in {N} in June.",
    "The old have the {n}, the young the {n}.",
    "To some he was a {n}, to others a {n}, to most nothing.",
    "-{d} {N} {d} {d} {d}; -{d} {N} {d} {d} {d}; {N} {d} {d}, wd.",
    "{N} {d}-{d} {N} (aet, {d}-{d} at 90), {N} bt {N} {d} and {d}.",
    "{N} st. c {N} b {N} {d}, lbw b {N} 0; extras (b {d}, lb {d}) {d}.",
    "Won {d}, lost {d}, drawn {d}; for {d}, against {d}.",
)

WHOLE = (MENTIONED, STRANDED, SHARED, STATUTE, VERSE, GAPPED)
"""Kinds of sentences from which nothing is ever lost."""

FORMULAS = (
    "Suppose that {x} and {x} are two points on the curve, and that {x} lies between {x} and {x}.",
    "The {n} has {d} rows and {d} columns, so its rank is at most {d}.",
    "Write {x} for the number of members; for every {x} greater than {x}, the sum is at least {x}.",
    "The first line of the input holds {d}, the number of tests, and each of the next {d} lines holds {d} and {d}.",
    "If {x} is odd, add {x} to {x} and go on; otherwise divide {x} by {d}.",
    "When {x} tends to {x}, the ratio of {x} to {x} falls to {d}.",
    "There are {d} ways to choose a {n} out of {d}, and {d} if the order counts.",
    "We write the cost as {x} and the gain as {x}, where {x} does not depend on {x}.",
    "By the lemma, {x} is smaller than {x}, and therefore {x} holds for all {x}.",
)

FIGURES = (
    "The mean height is {d} m, the greatest depth {d} m, and the shore is {d} km long.",
    "In winter it falls to {d} °C by night and seldom gets above {d} °C by day.",
    "At a density of {d} people per square mile, it is the emptiest of the {d} districts.",
    "The {n} is {d} feet long, {d} feet wide and weighs {d} tons.",
    "Add {d} g of sugar and {d} ml of water, heat to {d} °C and stir for {d} minutes.",
    "Of the {n}, {d}% were from {N}, {d}% from {N} and {d}% from elsewhere.",
    "It rose from ${d} to ${d} in {d} months, a gain of {d} percent.",
    "The line runs for {d} miles from {N} to {N}, with {d} stops and a top speed of {d} mph.",
    "The {n} was built in {y}, rebuilt between {y} and {y}, and closed in May {y}.",
    "As of {y}, the {n} had {d} members in {d} towns.",
    "Chapter {d} deals with the {n}, and chapters {d} to {d} with {N}.",
    "The path climbs for {d} km, falls {d} m and ends {d} yards from the {n}.",
    "Cars are held to {d} mph here and lorries to {d} km/h.",
    "A full sack weighs {d} lbs, an empty one {d} oz; a man can lift {d} kg at most.",
    "The wood spreads over {d} acres, the lake over {d} hectares.",
    "Pour {d} ml into a {d} litre pan; it takes {d} minutes to boil.",
    "The meeting went on for {d} hours, and {N} spoke for {d} minutes.",
    "The {n} stands {d} feet tall and is {d} years old.",
    "Nights of -{d} °C are common, and {d} °F was once read at {N}.",
    "Its motor gives {d} kW at {d} rpm from a {d} V line.",
)

SUMS = (
    "They paid ${d} for the {n}, £{d} for the van and €{d} for lunch.",
    "{N} lost ${d}m in spring and made £{d}bn by autumn.",
    "The {n} was valued at ${d} million, with £{d} thousand a year to keep it.",
    "A ticket is £{d}, a child’s €{d}, and the guide ${d} more.",
    "About {d} percent of the {n} is paid for by {N}, another {d} per cent by the state.",
    "Nearly {d}% said yes, some {d} percent no, and {d}% did not know.",
    "Sales fell {d}% in {N} and were up by {d}% in {N}.",
    "A share of {d} percent, or ${d}k, went to {N}.",
    "Of every ${d} spent, {d} cents go to the {n}.",
)

PAIRS = (
    "Neither {N} nor {N} had seen the {n}.",
    "Neither the {n} nor the {n} was hurt.",
    "Both {N} and {N} turned down the {n}.",
    "Either {N} or {N} will have to pay for it.",
    "There is bad blood between {N} and {N}.",
    "Between {N} and {N} there are two more of them.",
    "The train from {N} to {N} was late.",
    "Not only {N} but also {N} has had to close.",
    "Whether {N} or {N} wins, the {n} stays.",
    "It is sold in {N}, {N} and {N}, and soon in {N} too.",
    "Rooms {d}, {d} and {d} are shut; go to {d} or {d}.",
    "Turn to pages {d}, {d} and {d}, and to the maps on {d} and {d}.",
    "It happened in {y}, in {y} and again in {y}.",
    "Compare lines {d} and {d} with line {d}.",
)

CODE = (
    "To start it, call {c} with the name of the {n}, and then {c} on what it returns.",
    "The option {c} is off by default; with {c} it is read from {c}.",
    "Put it in {c}, next to {c}, and run {c} again.",
    "Both {c} and {c} raise {c} when the {n} is missing.",
    "Before version {d}, {c} was called {c}.",
    "The class {c} has a method {c}, which takes {c} and gives back a list of {c}.",
    "See {c} for the format, or type {c} to list them all.",
)

CITED = (
    "As {r} showed, the {n} depends on the {n}, though {r} and {r} found no sign of it.",
    "The {n} was first described by {r} and, in more detail, by {r}.",
    "For the {n}, see {r}; for all else, {r} and {r}.",
    "According to {r}, the {n} is older than {r} had thought.",
    "The figures in {r} and {r} differ by {d} percent.",
    "This is disputed by {r}, by {r} and by {r}.",
)

TERMS = (
    "A {n} of this kind is known as a {w}, and what it leaves behind as its {w}.",
    "The {n} is called the {w}; its opposite is the {w}.",
    "In the dialect of {N}, a {n} is a {w} and a small one a {w}.",
    "By {w} we mean the {n}, by {w} all that follows from it.",
    "The name {N} comes from {w}, meaning “{n}”.",
    "It is a {w}, not a {w}, and must not be taken for one.",
    "The two parts are the {w} and the {w}, joined by a {w}.",
)

LOSABLE = (FORMULAS, FIGURES, SUMS, PAIRS, CODE, CITED, TERMS)
"""Kinds of sentences whose slots may be lost."""
