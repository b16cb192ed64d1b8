// The article in the reading pane: its lines in chunks that are drawn as they come near the window, then the rest
// when the browser is idle, so that its own search finds everything. Layout of what is out of sight is skipped
// (`content-visibility` in article.css).

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
    this.document = { ...document, number, styles: stylesOf(document) };
    this.marks = [];
    this.chunks = chunksOf(document).map((span) => ({ ...span, drawn: false, element: this.#placeholder(span) }));
    const groups = [];
    for (let at = 0; at < this.chunks.length; at += GROUP) groups.push(groupOf(this.chunks.slice(at, at + GROUP)));
    this.root.replaceChildren(...headOf(document), ...groups);
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

  /** Have no gap the current one. */
  leave() {
    const before = this.current;
    this.current = this.preview = null;
    this.#highlight([]);
    if (before !== null) this.update(before);
  }

  /** Draw a gap anew after something about it changed. */
  update(index) {
    const site = this.sites.get(index);
    if (!site) return;
    const { from, to, reach } = this.model.gaps[index];
    if (reach > to) this.#redraw(this.chunks[this.#chunkNumber(from)]);
    else this.#fillSite(site, index);
  }

  /** Draw the document anew after gaps were added to it or taken out; what is in sight stays where it is. */
  refresh(numbers) {
    if (!numbers.includes(this.document?.number)) return;
    const { number } = this.document;
    const pane = this.root.parentElement;
    const { scrollTop } = pane;
    const seen = this.chunks.filter((chunk) => chunk.drawn).map((chunk) => chunk.from);
    const { marks } = this;
    this.document = null;
    this.open(number);
    this.marks = marks;
    for (const from of seen) this.#draw(this.chunks[this.#chunkNumber(from)]);
    pane.scrollTop = scrollTop;
  }

  /** Return a range of what is drawn at an offset of the text; null where nothing is. */
  rangeAt(offset) {
    const chunk = this.chunks[this.#chunkNumber(offset)];
    this.#draw(chunk);
    const walker = document.createTreeWalker(chunk.element, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      const origin = DRAWN.get(node);
      if (origin === undefined || offset < origin || offset > origin + node.data.length) continue;
      const range = document.createRange();
      range.setStart(node, offset - origin);
      return range;
    }
    return null;
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
      if (middle > position) this.#drawPlain(lines, position, middle, "del");
      this.#drawText(lines, middle, to);
    };
    for (let at = firstThat(gaps, (gap) => gap.from >= chunk.from); at < gaps.length && gaps[at].from < chunk.last; at++) {
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

  #drawText(lines, from, to) {
    for (const mark of this.marks) {
      if (mark.to <= from || mark.from >= to) continue;
      this.#drawPlain(lines, from, mark.from);
      const start = Math.max(from, mark.from);
      from = Math.min(to, mark.to);
      this.#drawPlain(lines, start, from, "mark", mark.rank === null ? { class: "context" } : { class: "echo", "data-rank": mark.rank });
    }
    this.#drawPlain(lines, from, to);
  }

  /** Draw a stretch of text in the style that its emphasis asks for. */
  #drawPlain(lines, from, to, element = null, attributes = {}) {
    const { text, styles } = this.document;
    for (const [end, style] of styled(styles, from, to)) {
      const own = style ? { class: [attributes.class, style].filter(Boolean).join(" ") } : {};
      lines.text(text.slice(from, end), from, element ?? (style ? "span" : null), { ...attributes, ...own });
      from = end;
    }
  }

  #fillSite(site, index) {
    const gap = this.model.gaps[index];
    const decision = this.model.decisions.get(index);
    const current = index === this.current;
    const shown = this.#shownIn(index);
    const closed = shown.kind === "none" || shown.kind === "kept"; // the white space stays as it is
    const button = make("button", {
      type: "button",
      class: ["gap", shown.kind, gap.added && "added", this.model.state(index), current && "current"].filter(Boolean).join(" "),
      "data-gap": index,
      tabindex: current ? 0 : -1,
      "aria-current": current ? "true" : null,
      "aria-label": `gap ${firstThat(this.document.gaps, (one) => one.from >= gap.from) + 1}, ${spoken(this.model, index)}`,
      onclick: () => this.choose(index),
    });
    if (shown.text !== null) button.append(fillWords(shown.text));
    const held = site.contains(document.activeElement);
    site.replaceChildren();
    const [left, right] = shown.spacing ?? [gap.left, gap.right];
    show(site, closed || decision?.verdict === "drop" ? gap.exact : left);
    const space = closed || decision?.verdict === "drop" ? "" : right;
    site.append(space ? button : make("span", { class: "tight" }, button));
    show(site, space);
    if (held) button.focus({ preventScroll: true });
  }

  #shownIn(index) {
    return inGap(this.model, index, index === this.current ? this.preview : null);
  }
}

/** Return what stands in a gap: `{kind, text}`, and `spacing` and `replaces` of a source's words. */
function inGap(model, index, preview) {
  const decision = model.decisions.get(index);
  if (preview !== null) return { ...preview, kind: "tried" };
  switch (decision?.verdict) {
    case "fill": return { ...decision, kind: "filled" };
    case "mark": return { kind: "marked", text: model.placeholder };
    case "drop": return { kind: "dropped", text: null };
    case "not_a_gap": return { kind: "none", text: null };
    case "keep": return { kind: "kept", text: null };
    default: return { kind: "vacant", text: null };
  }
}

/** Say in words what became of a gap. */
function spoken(model, index) {
  const decision = model.decisions.get(index);
  return decision ? said(decision) : model.skipped.has(index) ? "skipped" : "to decide";
}

/** Say a decision in words. */
function said({ verdict, text }) {
  switch (verdict) {
    case "fill": return `filled with “${plainFill(text)}”`;
    case "mark": return "marked as missing";
    case "drop": return "sentence to be dropped";
    case "not_a_gap": return "not a gap";
    default: return "a gap, left as it is";
  }
}

/** Return what stands above an article: its headline, unless the text begins with it, also as Markdown; its address. */
function headOf({ title, text, url }) {
  const parts = [];
  if (title && !text.replace(/^[\s#*_]+/, "").startsWith(title.trim())) {
    parts.push(show(make("h2", { class: "title", dir: "auto" }), title, { oneLine: true }));
  }
  if (url) {
    parts.push(make("p", { class: "published" }, make("a", { href: url, target: "_blank", rel: "noopener noreferrer" },
      words(url.replace(/^https?:\/\//i, "")))));
  }
  return parts;
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
