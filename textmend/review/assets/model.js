// The articles, their gaps, and what was decided. Offsets named `from` and `to` count UTF-16 units, as strings do
// here; those named `start` and `end` count code points, as decisions do.

const OPEN = "open", SKIPPED = "skipped", DECIDED = "decided", DISPUTED = "disputed";
const SURE = 0.95; // from here on echoes and words of a source are taken all at once

class Model extends EventTarget {
  constructor(data) {
    super();
    this.documents = data.documents;
    this.cues = data.cues;
    this.placeholder = data.placeholder;
    this.digest = data.digest;
    this.reach = data.reach;
    this.gaps = []; // all there ever were; those of a document are in its own list, in order, while they are there
    this.places = new Map(); // "document:start:end" -> gap index
    this.documents.forEach((document, number) => {
      for (const gap of document.gaps) {
        const most = Math.max(0, ...gap.fills.map((fill) => fill.replaces ?? 0));
        const reach = gap.to + unitsOf(document.text, gap.to, most); // the end of what any of its fills changes
        this.#register(Object.assign(gap, { document: number, reach }));
      }
    });
    this.candidates = this.gaps.filter(isSure).map((gap) => gap.index);
    this.articles = data.articles;
    this.useful = data.order;
    this.decisions = new Map(); // gap index -> {verdict, text, by, at}
    this.others = new Map(); // gap index -> what others decided who disagree
    this.skipped = new Set();
    this.pending = null; // a gap that a person is adding
    this.past = []; // of decide, skip and load: [[gap index, decision before, skipped before], …]
  }

  /** How many gaps there are. */
  get size() {
    return this.documents.reduce((sum, document) => sum + document.gaps.length, 0);
  }

  state(index) {
    const decision = this.decisions.get(index);
    if (!decision) return this.skipped.has(index) ? SKIPPED : OPEN;
    return this.others.get(index)?.length && !decision.settles ? DISPUTED : DECIDED;
  }

  /** Return gap indexes: article by article, the most useful one first, or the most useful gap first. */
  order(sort) {
    if (sort !== "useful") return this.articles.flatMap((number) => this.documents[number].gaps.map((gap) => gap.index));
    const added = this.gaps.slice(this.useful.length).filter((gap) => !gap.gone).map((gap) => gap.index);
    return [...added, ...this.useful];
  }

  /** Return the name of a gap, by which it is kept, and found again in another page of the same articles. */
  nameOf(index) {
    const { added, document, start, end } = this.gaps[index];
    return added ? `${document}:${start}:${end}` : String(index);
  }

  /** Return the gap of such a name, or null; a place where the machine saw none is a gap that a person added. */
  named(name) {
    const [number, start, end] = name.split(":").map(Number);
    if (end !== undefined) return this.at(number, start, end, { add: true });
    return number < this.useful.length ? number : null;
  }

  /** Return the gap at a place, counted in code points; null where there is none and none can be added. */
  at(number, start, end, { add = false } = {}) {
    const found = this.places.get(`${number}:${start}:${end}`);
    if (found !== undefined || !add || !this.documents[number]) return found ?? null;
    const { text } = this.documents[number];
    const from = unitsOf(text, 0, start);
    const to = from + unitsOf(text, from, end - start);
    if (pointsIn(text, 0, from) !== start || pointsIn(text, from, to) !== end - start) return null;
    const gap = this.gaps[this.place(number, from, to)];
    return gap?.start === start && gap.end === end ? gap.index : null; // not one that it touches
  }

  /** Return the gap that a person adds at a place, or the one that is there; null where none can be. */
  place(number, from, to) {
    const document = this.documents[number];
    const { text, gaps } = document;
    if (![...text.slice(from, to)].every(isSpace)) return null;
    const near = gaps[firstThat(gaps, (gap) => gap.to >= from)];
    if (near && near.from <= to) return near.index;
    const start = pointsIn(text, 0, from);
    const end = start + pointsIn(text, from, to);
    const before = text.slice(0, from).slice(-2 * this.reach), after = text.slice(to, to + 2 * this.reach);
    const [left, right] = spacingAt(text, from, to);
    return this.places.get(`${number}:${start}:${end}`) ?? this.#register({
      document: number, start, end, from, to, reach: to, left, right, exact: text.slice(from, to), added: true, gone: true,
      prefix: [...before].slice(-this.reach).join(""), suffix: [...after].slice(0, this.reach).join(""),
      probability: 1, lengths: [], cues: [], fills: [],
    });
  }

  /** Begin to add a gap: it is there while it is the one that is decided about. */
  begin(index) {
    const before = this.pending;
    this.pending = index;
    const touched = [before, index].filter((one) => one !== null && this.gaps[one].added);
    const moved = this.#settle(touched);
    if (moved.length) this.dispatchEvent(new CustomEvent("change", { detail: { indexes: [], moved, remote: true } }));
  }

  /** Set what is decided of gaps, as one step that can be undone. `changes`: [[index, decision or null, skipped]]. */
  change(changes, { undoable = true, remote = false } = {}) {
    const before = changes.map(([index]) => [index, this.decisions.get(index) ?? null, this.skipped.has(index)]);
    for (const [index, decision, skipped] of changes) {
      if (decision) this.decisions.set(index, decision);
      else this.decisions.delete(index);
      if (skipped && !decision) this.skipped.add(index);
      else this.skipped.delete(index);
    }
    if (undoable) this.past.push(before);
    const indexes = changes.map(([index]) => index);
    this.dispatchEvent(new CustomEvent("change", { detail: { indexes, moved: this.#settle(indexes), remote } }));
  }

  /** Take back the last step; return the gaps it was about, or null. */
  undo() {
    const step = this.past.pop();
    if (!step) return null;
    this.change(step, { undoable: false });
    return step.map(([index]) => index);
  }

  /** Decisions that were there when the page was opened can be undone too, the newest first; `by`: one's own only. */
  remember(by = null) {
    const dated = [...this.decisions].filter(([, decision]) => by === null || decision.by === by)
      .sort(([, a], [, b]) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.past = dated.map(([index]) => [[index, null, false]]);
  }

  /** Return open gaps whose first fill is an echo or of a source and sure, with that fill. */
  sure() {
    return this.candidates.filter((index) => this.state(index) === OPEN).map((index) => [index, this.gaps[index].fills[0]]);
  }

  /** How many gaps people disagree about. */
  get disputed() {
    return [...this.others.keys()].filter((index) => this.state(index) === DISPUTED).length;
  }

  #register(gap) {
    gap.index = this.gaps.length;
    this.gaps.push(gap);
    this.places.set(`${gap.document}:${gap.start}:${gap.end}`, gap.index);
    return gap.index;
  }

  /** Let added gaps be there, or not, as they are decided or being added; return the documents whose gaps changed. */
  #settle(indexes) {
    const moved = new Set();
    for (const gap of indexes.map((index) => this.gaps[index])) {
      const gone = Boolean(gap.added) && !this.decisions.has(gap.index) && this.pending !== gap.index;
      if (gone === Boolean(gap.gone)) continue;
      const { gaps } = this.documents[gap.document];
      const at = firstThat(gaps, (one) => one.from >= gap.from);
      if (gone) gaps.splice(at, 1);
      else gaps.splice(at, 0, gap);
      gap.gone = gone;
      moved.add(gap.document);
    }
    return [...moved];
  }
}

/** Return gap indexes in the order and the selection that a person asked for. */
function select(model, { sort, state, gapLow, gapHigh, fillLow, origin, cue, document }) {
  const chosen = [];
  for (const index of model.order(sort)) {
    const gap = model.gaps[index];
    const shown = percentOf(gap.probability);
    const found = model.state(index);
    if (state !== "all" && found !== state && !(state === DECIDED && found === DISPUTED)) continue;
    if (document !== "" && gap.document !== Number(document)) continue;
    if (shown < gapLow || shown > gapHigh) continue;
    if (fillLow > 0 && percentOf(gap.fills[0]?.probability ?? 0) < fillLow) continue;
    if (origin === "none" ? gap.fills.length : origin && !gap.fills.some((fill) => fill.origin === origin)) continue;
    if (cue === "none" ? gap.cues.length : cue && !gap.cues.includes(cue)) continue;
    chosen.push(index);
  }
  return chosen;
}

/** Return whether the first fill of a gap stands in the article or its source, and is sure. */
function isSure({ fills: [best], probability }) {
  return best !== undefined && (best.origin === "echo" || best.origin === "source") && !best.introduces.length
    && best.calibrated !== false && best.probability * probability >= SURE;
}

function percentOf(probability) {
  return Math.round(probability * 100);
}

/** Return the white space that words will get which are put in at a place; textmend itself knows it better. */
function spacingAt(text, from, to) {
  const space = text.slice(from, to);
  const before = text.slice(Math.max(0, from - 1), from), after = text.slice(to, to + 1);
  const left = !before || isSpace(before) || /[([{“‘«„‚$£€#@]/.test(before) ? "" : space.slice(0, 1) || " ";
  if (!after || isSpace(after) || /[.,;:!?)\]}”’»…%]/.test(after)) return [left, ""];
  return [left, space.length > 1 ? space.slice(-1) : " "];
}
