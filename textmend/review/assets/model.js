// The articles, their gaps, and what was decided. Offsets named `from` and `to` count UTF-16 units, as strings do
// here; what goes into decisions (`target`) was counted in code points by textmend and is only copied.

const OPEN = "open", SKIPPED = "skipped", DECIDED = "decided";

class Model extends EventTarget {
  constructor(data) {
    super();
    this.documents = data.documents;
    this.cues = data.cues;
    this.placeholder = data.placeholder;
    this.digest = data.digest;
    this.reach = data.reach;
    this.gaps = [];
    this.documents.forEach((document, number) => {
      document.first = this.gaps.length;
      for (const gap of document.gaps) {
        const most = Math.max(0, ...gap.fills.map((fill) => fill.replaces ?? 0));
        const reach = gap.to + unitsOf(document.text, gap.to, most); // the end of what any of its fills changes
        this.gaps.push(Object.assign(gap, { document: number, index: this.gaps.length, reach }));
      }
    });
    this.useful = data.order;
    this.decisions = new Map(); // gap index -> {verdict, text, by, at}
    this.skipped = new Set();
    this.past = []; // of decide, skip and load: [[gap index, decision before, skipped before], …]
  }

  state(index) {
    return this.decisions.has(index) ? DECIDED : this.skipped.has(index) ? SKIPPED : OPEN;
  }

  /** Set what is decided of gaps, as one step that can be undone. `changes`: [[index, decision or null, skipped]]. */
  change(changes, { undoable = true } = {}) {
    const before = changes.map(([index]) => [index, this.decisions.get(index) ?? null, this.skipped.has(index)]);
    for (const [index, decision, skipped] of changes) {
      if (decision) this.decisions.set(index, decision);
      else this.decisions.delete(index);
      if (skipped && !decision) this.skipped.add(index);
      else this.skipped.delete(index);
    }
    if (undoable) this.past.push(before);
    this.dispatchEvent(new CustomEvent("change", { detail: changes.map(([index]) => index) }));
  }

  /** Take back the last step; return the gap it was about, or null. */
  undo() {
    const step = this.past.pop();
    if (!step) return null;
    this.change(step, { undoable: false });
    return step[0][0];
  }

  /** Decisions that were there when the page was opened can be undone too, the newest first. */
  remember() {
    const dated = [...this.decisions].sort(([, a], [, b]) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    this.past = dated.map(([index]) => [[index, null, false]]);
  }
}

/** Return gap indexes in the order and the selection that a person asked for. */
function select(model, { sort, state, gapLow, gapHigh, fillLow, origin, cue, document }) {
  const order = sort === "useful" ? model.useful : model.gaps.keys();
  const chosen = [];
  for (const index of order) {
    const gap = model.gaps[index];
    const shown = percentOf(gap.probability);
    if (state !== "all" && model.state(index) !== state) continue;
    if (document !== "" && gap.document !== Number(document)) continue;
    if (shown < gapLow || shown > gapHigh) continue;
    if (fillLow > 0 && percentOf(gap.fills[0]?.probability ?? 0) < fillLow) continue;
    if (origin === "none" ? gap.fills.length : origin && !gap.fills.some((fill) => fill.origin === origin)) continue;
    if (cue === "none" ? gap.cues.length : cue && !gap.cues.includes(cue)) continue;
    chosen.push(index);
  }
  return chosen;
}

function percentOf(probability) {
  return Math.round(probability * 100);
}
