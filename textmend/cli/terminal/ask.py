"""``textmend review --terminal``: one gap at a time, in the manner of ``git add -p``."""

from __future__ import annotations

from collections.abc import Iterator

import regex
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from textmend.cli.find import signs
from textmend.cli.suggest import fill_column, fills_table, length
from textmend.cli.terminal.article import Piece, Places, draw, inserted, label
from textmend.cli.terminal.decided import SAID, words_of
from textmend.cli.terminal.keys import read_key, read_line, reads_single_keys
from textmend.cli.terminal.screen import Screen, is_plain, quoted, show_line, visible
from textmend.edits.plan import with_words
from textmend.policy import Policy
from textmend.records import Gap, Verdict
from textmend.report.numbers import count, per_cent
from textmend.review.decisions import Recorded
from textmend.review.order import KEYS
from textmend.review.session import Session
from textmend.text.words import LINE_ENDS, is_space

_REACH = 320
_VERDICTS: dict[str, Verdict] = {"x": "not_a_gap", "l": "keep", "m": "mark", "d": "drop"}
_PLACEHOLDER = Policy().placeholder
_HELP = """\
1-9  take this fill            a  add a gap after words that you write
e    write the words           s  skip: don't ask again now
x    not a gap                 j  go to the next gap
l    a gap, but leave it       k  go to the previous gap
m    mark it as missing        u  undo the last decision
d    drop the sentence         q  quit; decisions are kept"""


def ask(session: Session, screen: Screen) -> None:
    """Ask about gaps until all are decided or skipped, or the person quits, or the input ends."""
    shown: int | None = None
    while session.number is not None:
        if shown != session.number:
            _draw(session, screen)
            shown = session.number
        screen.out.print(Text(_prompt(session), "bold"), end="", soft_wrap=True)
        screen.out.file.flush()
        key = read_key()
        if key is None or key.strip() in ("q", "Q"):
            screen.out.print()
            return
        if reads_single_keys():
            screen.out.print(show_line(key))
        if _answer(session, screen, key):
            shown = None


def _prompt(session: Session) -> str:
    most = min(len(session.gap.fills), KEYS)
    fills = [] if not most else ["1"] if most == 1 else [f"1-{most}"]
    return f"[{','.join([*fills, *'exlmdasjkuq?'])}] "


def _answer(session: Session, screen: Screen, key: str) -> bool:
    """Do what a key says. Return whether the gap that is asked about has to be drawn (again)."""
    key, _, rest = key.strip().partition(" ")

    def say(words: str) -> None:
        screen.out.print(Text(words, "dim"))

    if key.isdecimal() and key.isascii():
        if 0 < int(key[:3]) <= min(len(session.gap.fills), KEYS):
            fill = session.gap.fills[int(key) - 1]
            session.take(fill)
            return _taken(fill.text, screen)
        say(f"There is no fill {key[:3]}.")
        return False
    match key.lower():
        case "e":
            return _wrote(session, screen, rest.strip() or _written(screen, "words"))
        case "x" | "l" | "m" | "d" as verdict:
            session.decide(_VERDICTS[verdict])
            screen.out.print(Text(f"Decided: {SAID[_VERDICTS[verdict]]}.", "green"))
            return True
        case "a":
            problem = _added(session, rest.strip() or _written(screen, "words before the place"))
            if problem is None:
                return True
            say(problem)
        case "s":
            session.skip()
            return True
        case "j" | "k" as step:
            if session.move(1 if step == "j" else -1):
                return True
            say("This is the last gap." if step == "j" else "This is the first gap.")
        case "u":
            if session.undo():
                say("Undone.")
                return True
            say("There is nothing to undo.")
        case "?" | "h":
            screen.out.print(Padding(Text(_HELP), (0, 2)))
        case "":
            say("Press ? for help.")
        case _:
            screen.out.print(Text("There is no key ", "dim") + show_line(key[:20]) + Text("; press ? for help.", "dim"))
    return False


def _taken(words: str, screen: Screen) -> bool:
    screen.out.print(Text("Taken: ", "green") + quoted(visible(words), plain=is_plain(screen.out)))
    return True


def _wrote(session: Session, screen: Screen, words: str) -> bool:
    """Decide for words that a person wrote, or for the fill that says the same; false where they are none."""
    if not _is_writable(words):
        screen.out.print(Text("Nothing was written." if not words else "That is no text in UTF-8.", "dim"))
        return False
    same = next((fill for fill in session.gap.fills if fill.text == words), None)
    if same is not None:
        session.take(same)
    else:
        session.decide("fill", words)
    return _taken(words, screen)


def _added(session: Session, before: str) -> str | None:
    """Add a gap after words of the document, and go there; return why there is none."""
    text = session.document.text
    words = before.split()
    if not words:
        return "Nothing was written."
    found = [match.end() for match in regex.finditer(r"\s+".join(map(regex.escape, words)), text)]
    if len(found) != 1:
        return (
            f"These words stand there {len(found)} times: write more of them."
            if found
            else "No such words stand there."
        )
    end = found[0]
    while end < len(text) and is_space(text[end]) and text[end] not in LINE_ENDS:
        end += 1
    return None if session.add(found[0], end) else "There is a gap already."


def _written(screen: Screen, asked: str) -> str:
    screen.out.print(f"{asked}: ", end="")
    screen.out.file.flush()
    return (read_line() or "").strip()


def _is_writable(words: str) -> bool:
    return bool(words) and not any("\ud800" <= char <= "\udfff" for char in words)


def _draw(session: Session, screen: Screen) -> None:
    document, gap, plain = session.document, session.gap, is_plain(screen.out)
    dot = ", " if plain else " · "
    places = Places(document.text)
    line, column = places.of(gap.start)
    note = dot.join(
        ("", f"gap {session.place + 1} of {len(document.gaps)}", f"{session.left} left of {len(session.items)}")
    )
    name = show_line(document.title or document.id, "bold")
    if len(name) > (room := max(8, screen.width - len(note) - 4)):  # the end of a path tells more than its beginning
        name = Text("..." if plain else "…", "bold") + name[-room:]
    title = name + Text(note)
    screen.out.print()
    screen.out.print(Rule(title, align="left", style="dim", characters="-" if plain else "─"), width=screen.width)
    screen.out.print(Padding(draw(_around(session, plain=plain), screen), (1, 2), expand=False), width=screen.width)
    sure = "added" if session.is_added else f"gap {per_cent(gap.probability)}"
    facts = [f"line {line}, column {column}", sure, length(gap)]
    screen.out.print(Padding(show_line(dot.join(filter(None, facts)), "dim"), (0, 2)), width=screen.width)
    if gap.cues:
        screen.out.print(Padding(show_line(signs(gap), "cyan"), (0, 2)), width=screen.width)
    if (before := session.decision()) is not None:
        screen.out.print(
            Padding(Text("decided: ", "green") + _decided(before, plain=plain), (0, 2)), width=screen.width
        )
    fills = gap.fills[:KEYS]
    table = fills_table(gap, KEYS, fill_column(fills), places, plain=plain)
    screen.out.print(Padding(table, (0, 2)), width=screen.width)
    for rank, fill in enumerate(fills, start=1):
        if fill.replaces:
            moved = quoted(visible(document.text[gap.end : gap.end + fill.replaces].strip()), plain=plain)
            also = Text(f"{rank} stands in the place of ", "dim") + moved + Text(" too, which follows the gap", "dim")
            screen.out.print(Padding(also, (0, 2)), width=screen.width)


def _decided(decision: Recorded, *, plain: bool) -> Text:
    return words_of(decision, plain=plain) + (Text(" by ") + show_line(decision.by) if decision.by else Text())


def _around(session: Session, *, plain: bool) -> Iterator[Piece]:
    """Yield the article around the gap, with this gap and others near it shown."""
    text, here = session.document.text, session.gap
    start, end = max(0, here.start - _REACH), min(len(text), here.end + _REACH)
    dots = "..." if plain else "…"
    if start:
        start = _after_space(text, start, here.start)
        yield Piece(dots, "text")
    if end < len(text):
        end = _before_space(text, end, here.end)
    position = start
    for number, gap in enumerate(session.document.gaps, start=1):
        if gap.start < start or gap.end > end:
            continue
        yield Piece(text[position : gap.start], "text")
        yield from _gap(text, gap, number, session, plain=plain)
        position = gap.end
        if gap is not session.gap and (decision := session.decision(gap)) and decision.replaces:
            position = min(end, position + decision.replaces)
            yield Piece(text[gap.end : position], "removed")
    yield Piece(text[position:end], "text")
    if end < len(text):
        yield Piece(dots, "text")


def _gap(text: str, gap: Gap, number: int, session: Session, *, plain: bool) -> Iterator[Piece]:
    """Yield a gap as it was decided; the one that is asked about keeps its number."""
    decision, own = session.decision(gap), label(number, plain=plain)
    shown = {"mark": _PLACEHOLDER, "drop": "[drop]" if plain else "✂", "not_a_gap": "[ok]" if plain else "✕"}
    words = own if decision is None else decision.text or shown.get(decision.verdict, own)
    if gap is session.gap:
        yield from inserted(text, gap, own if words == own else f"{own} {words}", "gap")
    elif decision is not None and decision.text is not None:
        chosen = with_words(gap, decision.text, decision.spacing, decision.replaces).fills[0]
        yield from inserted(text, gap, words, "inserted", chosen)
    elif decision is not None and decision.verdict == "not_a_gap":
        yield Piece(text[gap.start : gap.end], "text")
    else:
        yield from inserted(text, gap, words, "mark")


def _after_space(text: str, start: int, end: int) -> int:
    found = text.find(" ", start, end)
    return found + 1 if found >= 0 else start


def _before_space(text: str, end: int, start: int) -> int:
    found = text.rfind(" ", start, end)
    return found if found >= 0 else end


def farewell(session: Session, path: str, screen: Screen) -> None:
    """Say what was done, and how to go on."""
    err, total = screen.err, len(session.items)
    if not total:
        err.print("no gaps")
        return
    err.print(show_line(f"{total - session.left} of {count(total, 'gap')} decided; kept in {path}"), soft_wrap=True)
    if session.left:
        err.print(f"{count(session.left, 'gap')} left: the same command goes on", soft_wrap=True)
    else:
        err.print(show_line(f"mend the texts with  textmend apply {path}"), soft_wrap=True)
