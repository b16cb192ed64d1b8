// The article in the reading pane: its lines in chunks that are drawn as they come near the window, then the rest
// when the browser is idle, so that its own search finds everything. Layout of what is out of sight is skipped
// (`content-visibility` in article.css).

const CHUNK = 1500; // UTF-16 units after which the next line end closes a chunk
const LONGEST = 4000; // and those at which a line without end is parted
const GROUP = 24; // chunks that the browser passes over together when they are out of sight
const SLICE = 8; // milliseconds of drawing at a time

class ArticleView {
  constructor(root, model, choose) {
    this.root = root;
    this.model = model;
    this.choose = choose;
    this.document = null;
    this.chunks = [];
    this.sites = new Map(); // gap index -> its element
    this.current = null;
    this.marks = []; // [{from, to, rank}] words of the text to be highlighted, disjoint and in order
    this.preview = null;
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#draw(this.#chunkOf.get(entry.target));
    }, { rootMargin: "1200px" });
  }

  #chunkOf = new WeakMap();

  /** Show a document, unless it is shown already. */
  open(number) {
    if (this.document?.number === number) return;
    const document = this.model.documents[number];
    this.observer.disconnect();
    this.sites.clear();
    this.document = { ...document, number };
    this.marks = [];
    this.chunks = chunksOf(document).map((span) => ({ ...span, drawn: false, element: this.#placeholder(span) }));
    const heading = document.title && !document.text.trimStart().startsWith(document.title.trim())
      ? show(make("h2", { class: "title", dir: "auto" }), document.title, { oneLine: true })
      : null;
    const groups = [];
    for (let at = 0; at < this.chunks.length; at += GROUP) groups.push(groupOf(this.chunks.slice(at, at + GROUP)));
    this.root.replaceChildren(...(heading ? [heading] : []), ...groups);
    for (const chunk of this.chunks) {
      this.#chunkOf.set(chunk.element, chunk);
      this.observer.observe(chunk.element);
    }
    this.#drawIdly(this.document, 0);
  }

  /** Make a gap the current one; highlight `marks`; return its element. */
  focus(index, marks) {
    this.open(this.model.gaps[index].document);
    const before = this.current;
    this.current = index;
    this.preview = null;
    this.#highlight(marks);
    const number = this.#chunkNumber(this.model.gaps[index].from);
    // Its neighbours too: drawn later, they would push it out of sight.
    for (const chunk of this.chunks.slice(Math.max(0, number - 2), number + 3)) this.#draw(chunk);
    if (before !== null) this.update(before);
    this.update(index);
    return this.sites.get(index);
  }

  /** Draw a gap anew after something about it changed. */
  update(index) {
    const site = this.sites.get(index);
    if (!site) return;
    const { from, to, reach } = this.model.gaps[index];
    if (reach > to) this.#redraw(this.chunks[this.#chunkNumber(from)]);
    else this.#fillSite(site, index);
  }

  /** Show a fill in the current gap as if it were decided; null: no longer. */
  tryFill(fill) {
    if (this.preview === fill || this.current === null) return;
    this.preview = fill;
    this.update(this.current);
  }

  /** Bring the mark with this rank into view. */
  reveal(rank) {
    const mark = this.marks.find((one) => one.rank === rank);
    if (!mark) return;
    this.#draw(this.chunks[this.#chunkNumber(mark.from)]);
    const element = this.root.querySelector(`mark[data-rank="${rank}"]`);
    element?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
    element?.animate?.([{ outlineColor: "currentColor" }, { outlineColor: "transparent" }], 1600);
  }

  #highlight(marks) {
    const touched = new Set();
    for (const mark of [...this.marks, ...marks]) {
      for (let at = this.#chunkNumber(mark.from); at < this.chunks.length && this.chunks[at].from < mark.to; at++) {
        touched.add(this.chunks[at]);
      }
    }
    this.marks = marks;
    for (const chunk of touched) {
      this.#redraw(chunk);
    }
  }

  #redraw(chunk) {
    if (!chunk.drawn) return;
    chunk.drawn = false;
    this.#draw(chunk);
  }

  #chunkNumber(offset) {
    let low = 0;
    for (let high = this.chunks.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.chunks[middle].from <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #placeholder(span) {
    const element = make("div", { class: span.parted ? "chunk parted" : "chunk" });
    element.style.containIntrinsicSize = `auto ${heightOf(span)}px`;
    element.style.minHeight = `${heightOf(span)}px`;
    return element;
  }

  #drawIdly(document, number) {
    const later = globalThis.requestIdleCallback ?? ((callback) => setTimeout(callback, 30));
    later(() => {
      if (this.document !== document) return;
      const until = performance.now() + SLICE;
      while (number < this.chunks.length && performance.now() < until) this.#draw(this.chunks[number++]);
      if (number < this.chunks.length) this.#drawIdly(document, number);
    });
  }

  #draw(chunk) {
    if (!chunk || chunk.drawn) return;
    chunk.drawn = true;
    this.observer.unobserve(chunk.element);
    const held = this.#heldBy(chunk);
    const lines = new Lines();
    const { text, gaps } = this.document;
    let position = chunk.from;
    let struck = 0; // the end of words that a fill stands for too
    const draw = (to) => {
      const middle = Math.max(position, Math.min(struck, to));
      if (middle > position) lines.text(text.slice(position, middle), "del");
      this.#drawText(lines, text, middle, to);
    };
    for (let at = firstGapFrom(gaps, chunk.from); at < gaps.length && gaps[at].from < chunk.last; at++) {
      draw(gaps[at].from);
      const site = make("span", { class: "site" });
      this.sites.set(gaps[at].index, site);
      this.#fillSite(site, gaps[at].index);
      lines.add(site);
      position = gaps[at].to;
      const { replaces = 0 } = this.#shownIn(gaps[at].index);
      struck = Math.max(struck, position + unitsOf(text, position, replaces));
    }
    draw(chunk.to);
    chunk.element.replaceChildren(...lines.all);
    chunk.element.style.minHeight = "";
    if (held !== null) this.sites.get(held)?.querySelector("button")?.focus({ preventScroll: true });
  }

  #heldBy(chunk) {
    const active = document.activeElement;
    return active && chunk.element.contains(active) && active.dataset.gap ? Number(active.dataset.gap) : null;
  }

  #drawText(lines, text, from, to) {
    for (const mark of this.marks) {
      if (mark.to <= from || mark.from >= to) continue;
      lines.text(text.slice(from, mark.from));
      const start = Math.max(from, mark.from);
      from = Math.min(to, mark.to);
      const kind = mark.rank === null ? { class: "context" } : { class: "echo", "data-rank": mark.rank };
      lines.text(text.slice(start, from), "mark", kind);
    }
    lines.text(text.slice(from, to));
  }

  #fillSite(site, index) {
    const gap = this.model.gaps[index];
    const decision = this.model.decisions.get(index);
    const current = index === this.current;
    const shown = this.#shownIn(index);
    const closed = shown.kind === "none"; // the white space stays as it is
    const button = make("button", {
      type: "button",
      class: `gap ${shown.kind}${current ? " current" : ""}`,
      "data-gap": index,
      tabindex: current ? 0 : -1,
      "aria-current": current ? "true" : null,
      "aria-label": `gap ${index - this.document.first + 1}, ${spoken(this.model, index)}`,
      onclick: () => this.choose(index),
    });
    if (shown.text !== null) button.append(fillWords(shown.text));
    const held = site.contains(document.activeElement);
    site.replaceChildren();
    const [left, right] = shown.spacing ?? [gap.left, gap.right];
    show(site, closed || decision?.verdict === "drop" ? gap.exact : left);
    site.append(button);
    if (!closed && decision?.verdict !== "drop") show(site, right);
    if (held) button.focus({ preventScroll: true });
  }

  #shownIn(index) {
    return inGap(this.model, index, index === this.current ? this.preview : null);
  }
}

/** Lines of a chunk as paragraphs, each its own for the order of writing directions. */
class Lines {
  constructor() {
    this.all = [];
    this.#open();
  }

  #open() {
    this.line = make("p", { dir: "auto" });
    this.all.push(this.line);
  }

  add(node) {
    this.line.append(node);
  }

  /** Add text, in an element of its own where one is named. */
  text(text, element = null, attributes = {}) {
    const add = (piece) => piece && show(element ? this.line.appendChild(make(element, attributes)) : this.line, piece);
    let position = 0;
    for (const match of text.matchAll(LINE_END)) {
      add(text.slice(position, match.index));
      if (!/[\r\n]/.test(match[0])) add(match[0]); // a rarer line end is shown by its name
      position = match.index + match[0].length;
      this.#open();
    }
    add(text.slice(position));
  }
}

/** Return spans of a document, from line end to line end outside gaps, that are drawn at once. */
function chunksOf({ text, gaps }) {
  const spans = [];
  let from = 0;
  let at = 0;
  const cut = (to, parted) => {
    while (at < gaps.length && gaps[at].reach < to) at++;
    const gap = gaps[at];
    // A gap belongs to one chunk, with all that its fills change; one that starts at the cut to the chunk after it.
    if (gap && gap.from < to) to = gap.reach;
    spans.push({ from, to, last: to === text.length ? Infinity : to, parted });
    from = to;
  };
  for (const match of text.matchAll(LINE_END)) {
    const end = match.index + match[0].length;
    while (end - from > LONGEST) cut(breakBefore(text, from + LONGEST), true);
    if (end - from >= CHUNK) cut(end, false);
  }
  while (text.length - from > LONGEST) cut(breakBefore(text, from + LONGEST), true);
  if (from < text.length || !spans.length) cut(text.length, false);
  return spans;
}

function groupOf(chunks) {
  const group = make("div", { class: "group" }, ...chunks.map((chunk) => chunk.element));
  group.style.containIntrinsicSize = `auto ${chunks.reduce((sum, chunk) => sum + heightOf(chunk), 0)}px`;
  return group;
}

/** Return how high a chunk will be, about: lines of 64 characters. */
function heightOf({ from, to }) {
  return Math.ceil((to - from) / 64 + 1) * 30;
}

function breakBefore(text, limit) {
  for (let at = limit; at > limit - 200; at--) if (/\s/.test(text[at - 1])) return at;
  return /[\uDC00-\uDFFF]/.test(text[limit]) ? limit - 1 : limit;
}

function firstGapFrom(gaps, offset) {
  let low = 0;
  for (let high = gaps.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (gaps[middle].from < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Return what stands in a gap: `{kind, text}`, and `spacing` and `replaces` of a source's words. */
function inGap(model, index, preview) {
  const decision = model.decisions.get(index);
  if (preview !== null) return { ...preview, kind: "tried" };
  switch (decision?.verdict) {
    case "fill": return { ...decision, kind: "filled" };
    case "mark": return { kind: "marked", text: model.placeholder };
    case "drop": return { kind: "dropped", text: null };
    case "not_a_gap": case "keep": return { kind: "none", text: null };
    default: return { kind: model.skipped.has(index) ? "open skipped" : "open", text: null };
  }
}

/** Say in words what became of a gap. */
function spoken(model, index) {
  const decision = model.decisions.get(index);
  switch (decision?.verdict) {
    case "fill": return `filled with “${plainFill(decision.text)}”`;
    case "mark": return "marked as missing";
    case "drop": return "sentence to be dropped";
    case "not_a_gap": return "not a gap";
    case "keep": return "left as it is";
    default: return model.skipped.has(index) ? "skipped" : "to decide";
  }
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
