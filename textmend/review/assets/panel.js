// The decision about the current gap: how sure, why, the ranked fills, and every other verdict.

const KEYED = 9; // fills that a digit takes
const ORIGINS = {
  model: ["model", "The language model proposes it."],
  echo: ["echo", "The article says so elsewhere, among the same words."],
  source: ["source", "It stands in the page or copy that the text came from."],
  reviewer: ["reviewer", "A person wrote it."],
};
const ADDING = "Words are missing elsewhere: point at the place";
const PLACES = { text: "in this article", title: "in the title", metadata: "in the metadata", page: "in the page",
  reference: "in another copy" };

class PanelView {
  /** `actions`: take(fill), write(), verdict(name), skip(), add(), next(), previous(), tryFill(fill), reveal(rank). */
  constructor(root, model, actions) {
    this.root = root;
    this.model = model;
    this.actions = actions;
    this.index = null;
    this.every = false;
    this.scrolled = false; // kept here, as asking or setting makes the browser lay out the page
    root.addEventListener("scroll", () => { this.scrolled = true; }, { passive: true });
  }

  show(index, { place, size }) {
    const other = index !== this.index;
    if (!other && this.isWriting) return this.refreshFills(); // nothing that is being written is lost
    if (other) this.every = false;
    this.index = index;
    const active = this.root.contains(document.activeElement) ? document.activeElement : null;
    const gap = this.model.gaps[index];
    this.root.replaceChildren(
      this.#heading(gap, place, size),
      ...this.#signs(gap),
      ...this.#others(gap),
      ...this.#beside(gap),
      this.#writing(),
      this.#fills(gap),
      this.#verdicts(),
    );
    if (other && this.scrolled) this.root.scrollTop = 0;
    if (other) this.scrolled = false;
    if (active) {
      const same = active.dataset.action && this.root.querySelector(`[data-action="${CSS.escape(active.dataset.action)}"]`);
      (same || this.root).focus({ preventScroll: true });
    }
  }

  /** Draw the fills anew, and nothing else. */
  refreshFills() {
    this.root.querySelector(".fills, .empty")?.replaceWith(this.#fills(this.model.gaps[this.index]));
  }

  /** Say why there is nothing to decide; a gap can be added all the same. */
  showEmpty(message, { canAdd }) {
    if (this.isWriting) this.closeWriting();
    this.index = null;
    this.root.replaceChildren(make("p", { class: "soft empty" }, message));
    if (canAdd) this.root.append(make("div", { class: "verdicts", role: "group", "aria-label": "Decisions" },
      this.#button("a", "Add gap", "Add gap", null, ADDING, () => this.actions.add()),
      this.#button("u", "Undo", "Undo", null, "Take the last decision back", () => this.actions.undo())));
  }

  /** Open the line for words of one's own. */
  openWriting(words = "") {
    const decision = this.model.decisions.get(this.index);
    this.form.hidden = false;
    this.input.value = words || (decision?.verdict === "fill" ? decision.text : "");
    this.actions.tryFill(this.#written());
    this.input.focus();
    this.input.select();
  }

  /** Return what was written: the fill that says the same, or words of one's own; null where there is nothing. */
  #written() {
    const text = strip(this.input.value);
    return text ? this.model.gaps[this.index].fills.find((fill) => fill.text === text) ?? { text } : null;
  }

  closeWriting() {
    this.form.hidden = true;
    this.actions.tryFill(null);
  }

  get isWriting() {
    return this.form !== undefined && !this.form.hidden && this.form.isConnected;
  }

  #heading(gap, place, size) {
    const decision = this.model.decisions.get(gap.index);
    const by = decision?.by && decision.by !== this.actions.me() ? ` by ${plain(decision.by)}` : "";
    const document = this.model.documents[gap.document];
    const where = place === undefined ? "not in this list" : `${(place + 1).toLocaleString("en")} of ${size.toLocaleString("en")}`;
    return make("div", { class: "panel-head" },
      make("div", { class: "steps" },
        make("button", { type: "button", class: "tool", "data-action": "previous", title: "Previous (k)", "aria-label": "previous gap", onclick: () => this.actions.previous() }, "‹"),
        make("span", { class: "where" }, where),
        make("button", { type: "button", class: "tool", "data-action": "next", title: "Next (j)", "aria-label": "next gap", onclick: () => this.actions.next() }, "›"),
        this.model.documents.length > 1 ? words(document.id, { class: "soft of" }) : null),
      make("h2", { class: "verdict-line" }, decision ? `Decided${by}: ${said(decision)}` : question(gap)),
      make("p", { class: "soft sure" }, sureness(gap)));
  }

  /** What others decided who disagree, and how that is settled. */
  #others({ index }) {
    const decision = this.model.decisions.get(index);
    const others = this.model.state(index) === DISPUTED ? this.model.others.get(index) : [];
    if (!others.length) return [];
    const list = make("ul", {});
    for (const one of [decision, ...others]) {
      list.append(make("li", {}, make("b", {}, words(one.by ?? "unnamed")), `: ${said(one)}`));
    }
    return [make("div", { class: "others", role: "note" }, make("h3", {}, "People disagree; what you decide now settles it"), list)];
  }

  /** The paragraph of the page that the text came from, with the words in it that the text does not have. */
  #beside(gap) {
    const { beside } = this.model.documents[gap.document];
    const one = beside.find(({ from, to }) => from <= gap.to && gap.from <= to);
    if (!one) return [];
    const quote = make("blockquote", { dir: "auto", tabindex: 0 });
    let position = 0;
    for (const [from, to] of one.more) {
      show(quote, one.text.slice(position, from), { oneLine: true });
      quote.append(words(one.text.slice(from, to), { class: "more-words" }));
      position = to;
    }
    show(quote, one.text.slice(position), { oneLine: true });
    this.#bringIntoView(quote, one, gap);
    return [make("section", { class: "beside", "aria-label": "The page says" }, make("h3", {}, "The page says"), quote)];
  }

  #signs(gap) {
    if (!gap.cues.length) return [];
    const list = make("ul", { class: "signs", "aria-label": "Signs seen here" });
    for (const cue of gap.cues) list.append(show(make("li"), this.model.cues[cue] ?? cue.replaceAll("_", " ")));
    return [list];
  }

  /** Scroll a long paragraph of the page to where the gap is, about: by its place in the article's paragraph. */
  #bringIntoView(quote, { from, to }, gap) {
    const share = (gap.from - from) / Math.max(1, to - from);
    requestAnimationFrame(() => {
      const hidden = quote.scrollHeight - quote.clientHeight;
      if (hidden > 0) quote.scrollTop = share * quote.scrollHeight - quote.clientHeight / 2;
    });
  }

  #fills(gap) {
    if (!gap.fills.length) return make("p", { class: "soft empty" }, gap.asked ? "Looking for words…" : "No proposals: write the words, or say what else it is.");
    const decision = this.model.decisions.get(gap.index);
    const list = make("ol", { class: "fills", "aria-label": "What may have stood here", onpointerleave: () => this.actions.tryFill(null),
      onkeydown: (event) => this.#walk(event) });
    const most = this.every ? gap.fills.length : KEYED;
    gap.fills.slice(0, most).forEach((fill, rank) => list.append(this.#fill(gap, fill, rank + 1, decision)));
    if (gap.fills.length > most) {
      list.append(make("li", {}, make("button", { type: "button", class: "tool more", "data-action": "more", onclick: () => {
        this.every = true;
        list.replaceWith(this.#fills(gap));
        this.root.querySelector(`[data-action="fill-${KEYED + 1}"]`)?.focus();
      } }, `${gap.fills.length - most} more`)));
    }
    return list;
  }

  #fill(gap, fill, rank, decision) {
    const [origin, meaning] = ORIGINS[fill.origin] ?? [fill.origin, ""];
    const chosen = decision?.verdict === "fill" && isSameFill(decision, fill);
    const bar = make("span", { class: "bar-room", "aria-hidden": "true" }, make("span", { class: "bar-full" }));
    bar.firstChild.style.width = `${Math.max(1, fill.probability * 100)}%`;
    const tried = () => this.actions.tryFill(fill);
    const item = make("li", { class: chosen ? "fill chosen" : "fill" },
      make("button", {
        type: "button", class: "take", "data-action": `fill-${rank}`, "aria-pressed": String(chosen),
        onclick: () => this.actions.take(fill), onpointerenter: (event) => event.pointerType === "mouse" && tried(),
        onfocus: (event) => event.target.matches(":focus-visible") && tried(), onblur: () => this.actions.tryFill(null),
      },
      make("kbd", { class: rank > KEYED ? "quiet" : null }, String(rank)),
      fillWords(fill.text, { class: "words" }),
      make("span", { class: `origin ${fill.origin}`, title: meaning }, origin),
      make("span", { class: "per-cent", title: `fill ${perCent(fill.probability)}: these words, given that some are missing; joint ${perCent(gap.probability * fill.probability)}: both` },
        make("span", { class: "heard" }, "fill "), perCent(fill.probability)),
      bar));
    const facts = make("p", { class: "facts" });
    if (fill.replaces) {
      const { text } = this.model.documents[gap.document];
      const moved = text.slice(gap.to, gap.to + unitsOf(text, gap.to, fill.replaces));
      facts.append(make("span", { class: "new" }, "in the place of ", words(moved.trim()), " too, which follows the gap"));
    }
    if (fill.introduces.length) {
      facts.append(make("span", { class: "new", title: "Neither the article nor its title and metadata hold it." }, "new here: ",
        ...fill.introduces.flatMap((item, at) => [at ? ", " : "", words(item)])));
    }
    if (fill.evidence) facts.append(this.#evidence(fill, rank));
    if (facts.firstChild) item.append(facts);
    return item;
  }

  /** Arrow keys go from fill to fill; each is shown in its sentence. */
  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...this.root.querySelectorAll(".take")];
    const next = rows[rows.indexOf(event.target) + step];
    event.preventDefault();
    next?.focus();
  }

  #evidence(fill, rank) {
    const { place, quote, inside, detail, span } = fill.evidence;
    const cited = make("q", { dir: "auto" });
    show(cited, quote.slice(0, inside?.[0] ?? quote.length), { oneLine: true });
    if (inside) {
      cited.append(words(quote.slice(...inside), { class: "echoed" }));
      show(cited, quote.slice(inside[1]), { oneLine: true });
    }
    const where = make("span", { class: "soft", title: detail ? plain(detail) : null }, PLACES[place] ?? place);
    if (detail && place === "metadata") where.append(" (", words(detail), ")"); // an element's path is for its title
    const all = make("span", { class: "evidence" }, where, ": ", cited);
    if (span && rank <= KEYED) {
      all.append(" ", make("button", { type: "button", class: "link", "data-action": `reveal-${rank}`,
        "aria-label": `show where “${plainFill(fill.text)}” stands`, onclick: () => this.actions.reveal(rank) }, "show"));
    }
    return all;
  }

  #writing() {
    this.input = make("input", { type: "text", id: "words", dir: "auto", autocomplete: "off", autocapitalize: "off",
      enterkeyhint: "done", oninput: () => this.actions.tryFill(this.#written()) });
    this.form = make("form", { class: "writing", hidden: true, onsubmit: (event) => {
      event.preventDefault();
      const fill = this.#written();
      if (!fill) return this.input.focus();
      this.closeWriting();
      this.actions.take(fill);
    } },
    make("label", { for: "words" }, "The words that stood here"),
    make("div", { class: "together" }, this.input,
      make("button", { type: "submit", class: "tool main-tool" }, "Take"),
      make("button", { type: "button", class: "tool", onclick: () => this.actions.cancel() }, "Cancel")));
    return this.form;
  }

  #button(key, name, brief, verdict, meaning, action) {
    const decision = this.model.decisions.get(this.index);
    return make("button", { type: "button", class: "tool",
      "data-action": name, title: meaning, "aria-label": name, "aria-pressed": verdict ? String(decision?.verdict === verdict) : null,
      onclick: action },
    make("kbd", { "aria-hidden": "true" }, key), make("span", { class: "wide" }, name), make("span", { class: "brief" }, brief));
  }

  #verdicts() {
    const button = (...what) => this.#button(...what);
    const verdict = (key, name, brief, value, meaning) => button(key, name, brief, value, meaning, () => this.actions.verdict(value));
    return make("div", { class: "verdicts", role: "group", "aria-label": "Other decisions" },
      button("e", "Write the words", "Write", null, "Write what stood here", () => this.actions.write()),
      verdict("x", "Not a gap", "Not a gap", "not_a_gap", "Nothing is missing here"),
      button("s", "Skip", "Skip", null, "Decide later", () => this.actions.skip()),
      verdict("m", "Mark", "Mark", "mark", `Words are missing, nobody knows which: put ${plain(this.model.placeholder)}`),
      verdict("d", "Drop sentence", "Drop", "drop", "Words are missing: take the sentence out"),
      verdict("l", "Leave it", "Leave", "keep", "Words are missing: leave the text as it is"),
      button("a", "Add gap", "Add gap", null, ADDING, () => this.actions.add()),
      button("u", "Undo", "Undo", null, "Take the last decision back", () => this.actions.undo()));
  }
}

function question(gap) {
  if (gap.added) return "Which words are missing here?";
  const most = gap.lengths.length ? gap.lengths.indexOf(Math.max(...gap.lengths)) + 1 : 0;
  if (!most) return "Are words missing here?";
  const more = most === gap.lengths.length && most > 1;
  return `${most === 1 ? "Is a word" : more ? `Are ${most} or more words` : `Are ${most} words`} missing here?`;
}

function sureness(gap) {
  if (gap.added) return "A person added this gap.";
  const sure = `Gap probability ${perCent(gap.probability)}`;
  if (gap.lengths.length < 2) return `${sure}.`;
  const parts = gap.lengths
    .map((probability, at) => [probability, at + 1])
    .sort(([a], [b]) => b - a).slice(0, 3).filter(([probability]) => probability >= 0.05)
    .map(([probability, number]) => `${number}${number === gap.lengths.length ? "+" : ""} (${perCent(probability)})`);
  return `${sure}. How many words, most likely: ${parts.join(", ")}.`;
}

/** Return the stretches of the text to highlight for a gap: words that its fills echo, and what stands around the first. */
function marksOf(gap) {
  const marks = [];
  const free = (from, to) => from < to && marks.every((mark) => to <= mark.from || from >= mark.to);
  let context = null;
  gap.fills.slice(0, KEYED).forEach((fill, at) => {
    const { span, around } = fill.evidence ?? {};
    if (!span || !free(...span)) return;
    marks.push({ from: span[0], to: span[1], rank: at + 1 });
    if (around && !context && fill.origin === "echo") context = { span, around };
  });
  if (context) {
    const { span, around } = context;
    for (const [from, to] of [[around[0], span[0]], [span[1], around[1]]]) {
      if (free(from, to)) marks.push({ from, to, rank: null });
    }
  }
  return marks.sort((a, b) => a.from - b.from);
}
