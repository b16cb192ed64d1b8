"""Closed-class English words: all of them, and some by what can stand beside them.

For cues, echoes and the choice of what to lose in training. The models know no word lists.
"""

from __future__ import annotations

ARTICLES = frozenset({"a", "an", "the"})

DETERMINERS = ARTICLES | {"its", "their", "my", "your", "our", "every"}
"""Words that ask for a noun. ``his``, ``her``, ``some``, ``that`` … are left out: they stand alone too."""

POINTING = frozenset({"this", "these"})
"""Determiners that stand alone too, though hardly before ``of``."""

PREPOSITIONS = frozenset(
    "about above across after against along alongside amid amidst among amongst around at before behind below "
    "beneath beside besides between beyond by concerning despite down during except for from in including inside "
    "into like near of off on onto outside over past per regarding round since than through throughout till to "
    "toward towards under underneath until up upon via with within without".split()
)

OBJECT_NEEDED = frozenset(
    "against among amongst amid amidst at between by despite during for from in into of on onto than to toward "
    "towards upon via with".split()
)
"""Prepositions that seldom stand without their noun, and are seldom adverbs."""

PARTICLES = frozenset({"away", "back", "down", "fro", "off", "out", "up"})

NEVER_STRANDED = frozenset("amid amidst among amongst despite during onto than toward towards via".split())
"""Prepositions that hardly ever end a clause, as ``with`` does in ``those we work with``."""

BEFORE_OF_WRONG = frozenset("at by for from in into of on onto to upon via with".split())
"""Words after which ``of`` is wrong, unlike ``out of``, ``because of``, ``made up of``."""

CONJUNCTIONS = frozenset({"and", "or", "but", "nor"})

AUXILIARIES = frozenset(
    "am are been could did does had has have is shall should was were would aren't couldn't didn't doesn't hadn't "
    "hasn't haven't isn't shouldn't wasn't weren't won't wouldn't".split()
)
"""Auxiliary verbs that are no nouns, unlike ``will``, ``can``, ``might``, ``do``."""

AFTER_DETERMINER_WRONG = OBJECT_NEEDED | CONJUNCTIONS | AUXILIARIES | {"because", "although", "which", "whose", "whom"}
"""Words that a determiner can't stand before."""

OBJECT_TAKING = frozenset(
    "accusing achieving allowing becoming bringing causing concerning containing creating denying describing enabling "
    "ensuring finding following getting giving having holding improving including involving joining keeping leaving "
    "maintaining making mentioning naming obtaining offering preserving promoting providing putting reaching receiving "
    "regarding rejecting replacing representing requiring restoring seeking sending showing strengthening supporting "
    "taking telling undermining using violating".split()
)
"""Participles that seldom stand without an object."""

COMMON = (
    ARTICLES
    | DETERMINERS
    | POINTING
    | PREPOSITIONS
    | CONJUNCTIONS
    | AUXILIARIES
    | frozenset(
        "as be because can do he her here his how i if it may might must no not now she so some that there they those "
        "though we what when where which while who whom whose why will yet you".split()
    )
)
"""Words frequent enough that one glued to a neighbour is no name."""

NAME_PARTICLES = frozenset("al ap bin da de del della den der di du el ibn la le ten ter van von".split())
"""Lower-case words that names begin with."""

ABBREVIATIONS = frozenset(
    "adm al ala approx apr apt ariz ark assn assoc aug ave blvd bros ca calif capt cf ch cmdr co col colo conn "
    "corp cpl cr dec del dept dist dr ed eds eg esq est et etc ext feb fed fig figs fla fr fri ft ga gen gov govt "
    "hon hr hrs ibid ie ill inc incl ind intl jan jr jul jun kan ky lb lbs lt ltd maj mar mass max messrs mfg "
    "mich min minn misc miss mme mo mon mont mr mrs ms mt mts neb nev no nos nov oct okla ore oz pa penn pl pls "
    "pp prof pt pvt rep reps ret rev sen sens sept sgt spc sq sr st ste supt tenn tex thu tue univ va viz vol "
    "vols vs vt wash wed wis wyo yr yrs".split()
)
"""Words that a full stop may follow within a sentence, case-folded, without it."""

FUNCTION_WORDS = frozenset(
    (
        "a an the this that these those such what which who whom whose when where why how whether if because as although "
        "though unless until while since than then so and or but nor yet not no nor of in on at by for with from to into "
        "onto out off up down over under above below about against between among through during before after within "
        "without across along around behind beyond near toward towards upon via per i you he she it we they me him her us "
        "them my your his its our their mine yours hers ours theirs myself yourself himself herself itself ourselves "
        "themselves is are was were be been being am has have had having do does did doing done will would can could may "
        "might shall should must ought there here all any both each either every few many more most much neither none "
        "other another some several same own only also just even still again too very s t d ll m re ve"
    ).split()
)
"""Words that tell little about what a text says."""
