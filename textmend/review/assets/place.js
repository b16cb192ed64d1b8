// A place in the article that a person points at, to add a gap there: by a selection, or with the arrow keys.

const SNIPPET = 16; // characters of the text on each side of a place that say which it is
const BREAK = /[\n\r\v\f\x85\u2028\u2029]/;
const WORD_CHAR = /^[\p{L}\p{N}\p{M}’'_\-]$/v;

class PlaceView {
  /** `add(from, to)` adds a gap; `say(words)` is for people who hear the page. */
  constructor(article, { add, say }) {
    this.article = article;
    this.add = add;
    this.say = say;
    this.place = null; // {from, to} of the white space there, or of nothing
    this.byKeys = false;
    this.bar = make("div", { class: "place-bar", hidden: true, "aria-hidden": "true" });
    this.chip = make("button", { type: "button", class: "place-chip", "aria-label": "add a gap here", hidden: true, onclick: () => this.take() });
    // The selection stays when the button is pressed.
    this.chip.addEventListener("pointerdown", (event) => event.preventDefault());
    article.root.parentElement.append(this.bar, this.chip);
    document.addEventListener("selectionchange", () => this.#selected());
  }

  /** Point at a place by keys: at first near `offset` of the text. */
  begin(offset) {
    getSelection().removeAllRanges();
    this.byKeys = true;
    this.#show(this.#next(offset, 1) ?? this.#next(offset, -1));
    if (this.place) this.say(`Where are words missing? Arrows move, Enter adds a gap, Escape leaves. ${this.#aloud()}`);
  }

  clear() {
    if (!this.place && !this.byKeys) return; // what is hidden already costs nothing
    this.place = null;
    this.byKeys = false;
    this.bar.hidden = this.chip.hidden = true;
  }

  /** Add a gap at the place, if there is one. */
  take() {
    if (!this.place) return false;
    const { from, to } = this.place;
    getSelection().removeAllRanges();
    this.clear();
    this.add(from, to);
    return true;
  }

  /** Do what a key says while a place is pointed at; return whether it was one of these. */
  key(key) {
    if (!this.place) return false;
    if (key === "Escape") {
      getSelection().removeAllRanges();
      this.clear();
      return true;
    }
    if (key === "a" || key === "Enter" && this.byKeys) return this.take();
    if (!this.byKeys) return false;
    const moved = { ArrowRight: () => this.#next(this.place.to, 1), ArrowLeft: () => this.#next(this.place.from, -1),
      ArrowDown: () => this.#line(1), ArrowUp: () => this.#line(-1) }[key];
    if (!moved) return false;
    this.#show(moved() ?? this.place);
    this.say(this.#aloud());
    return true;
  }

  #selected() {
    const selection = getSelection();
    const inside = selection.rangeCount && this.article.root.contains(selection.anchorNode)
      && this.article.root.contains(selection.focusNode) && this.article.document;
    const ends = inside ? [offsetOf(selection.anchorNode, selection.anchorOffset), offsetOf(selection.focusNode, selection.focusOffset)] : [];
    const found = ends.length && !ends.includes(null)
      ? placeIn(this.article.document.text, Math.min(...ends), Math.max(...ends)) : null;
    if (found) {
      this.byKeys = false;
      this.#show(found);
    } else if (!this.byKeys) {
      this.clear();
    }
  }

  /** Return the place before or after the next word in a direction; null at the text's end. */
  #next(offset, step) {
    const { text } = this.article.document;
    const ahead = (at) => (step > 0 ? text[at] : text[at - 1]);
    let at = offset;
    while (ahead(at) !== undefined && isSpace(ahead(at))) at += step;
    while (ahead(at) !== undefined && !isSpace(ahead(at))) at += step;
    return at === offset ? null : spaceAround(text, at);
  }

  /** Return the place a line above or below. */
  #line(step) {
    const { left, top, height } = this.bar.getBoundingClientRect();
    for (let lines = 1; lines < 6; lines++) {
      const found = caretAt(left, top + height / 2 + step * lines * height * 1.3);
      const offset = found && this.article.root.contains(found.node) ? offsetOf(found.node, found.offset) : null;
      const next = offset === null ? null : placeIn(this.article.document.text, offset, offset);
      if (next && next.from !== this.place.from) return next;
    }
    return null;
  }

  #show(place) {
    this.place = place;
    const ends = place && [place.from, place.to].map((offset) => this.article.rangeAt(offset)?.getBoundingClientRect());
    if (!ends?.[0]) return this.clear();
    const [first, last = first] = ends;
    const left = Math.abs(first.top - last.top) < 3 ? (first.left + last.left) / 2 : first.left;
    const pane = this.article.root.parentElement;
    const { left: x, top: y, width, height } = pane.getBoundingClientRect();
    if (this.byKeys && (first.top < y + 40 || first.bottom > y + height - 60)) {
      pane.scrollBy({ top: first.top - y - height / 2 });
      return this.#show(place);
    }
    Object.assign(this.bar.style, { left: `${left - x + pane.scrollLeft}px`, top: `${first.top - y + pane.scrollTop}px`, height: `${first.height}px` });
    const { text } = this.article.document;
    this.chip.replaceChildren(make("kbd", {}, this.byKeys ? "Enter" : "a"), "Add a gap: ",
      make("q", {}, words(tail(text, place.from, SNIPPET)), " ▢ ", words(head(text, place.to, SNIPPET))));
    this.bar.hidden = this.chip.hidden = false;
    const room = Math.max(8, Math.min(left - x - this.chip.offsetWidth / 2, width - this.chip.offsetWidth - 8));
    Object.assign(this.chip.style, { left: `${room + pane.scrollLeft}px`, top: `${first.bottom - y + pane.scrollTop + 8}px` });
  }

  #aloud() {
    const { text } = this.article.document;
    return `Between “${plain(tail(text, this.place.from, 40))}” and “${plain(head(text, this.place.to, 40))}”.`;
  }
}

/** Return where a place in what is drawn stands in the text; null where it is no text of the article. */
function offsetOf(node, offset) {
  if (node.nodeType !== Node.TEXT_NODE) {
    const child = node.childNodes[offset];
    const [inside, at] = child ? [firstText(child), 0] : [lastText(node), Infinity];
    return inside ? offsetOf(inside, Math.min(at, inside.data.length)) : null;
  }
  const origin = DRAWN.get(node);
  return origin === undefined ? DRAWN.get(node.parentElement) ?? null : origin + offset;
}

function firstText(node) {
  return document.createTreeWalker(node, NodeFilter.SHOW_TEXT).nextNode() ?? (node.nodeType === Node.TEXT_NODE ? node : null);
}

function lastText(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  let last = null;
  while (walker.nextNode()) last = walker.currentNode;
  return last;
}

function caretAt(x, y) {
  const found = document.caretPositionFromPoint?.(x, y);
  if (found) return { node: found.offsetNode, offset: found.offset };
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}

/**
 * Return the place that a selection means: where it points, or the one stretch of white space in it, or what stands
 * before the words in it.
 */
function placeIn(text, from, to) {
  const chosen = text.slice(from, to);
  const inner = chosen.trim();
  const spaces = [...inner.matchAll(/\s+/g)];
  if (spaces.length === 1) return spaceAround(text, from + chosen.indexOf(inner) + spaces[0].index);
  return spaceAround(text, edgeOf(text, inner ? from + chosen.indexOf(inner) : from, Boolean(inner)));
}

/** Return the nearer edge of the word that an offset lies in, or its beginning; elsewhere the offset. */
function edgeOf(text, offset, first) {
  let left = offset, right = offset;
  for (let char; WORD_CHAR.test(char = pointBefore(text, left)); ) left -= char.length;
  for (let char; WORD_CHAR.test(char = pointAt(text, right)); ) right += char.length;
  if (left === offset || right === offset) return offset;
  return first || offset - left <= right - offset ? left : right;
}

/** Return the white space at an offset, on its own side of a line end; or the offset itself as an empty place. */
function spaceAround(text, offset) {
  const isBlank = (char) => isSpace(char) && !BREAK.test(char);
  let from = offset, to = offset;
  while (from > 0 && isBlank(text[from - 1])) from -= 1;
  while (to < text.length && isBlank(text[to])) to += 1;
  return { from, to };
}

function pointAt(text, at) {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)) : "";
}

function pointBefore(text, at) {
  const pair = at > 1 && text.codePointAt(at - 2) > 0xffff;
  return at > 0 ? pointAt(text, at - (pair ? 2 : 1)) : "";
}
