// The list of gaps: only the rows in sight exist, so that it is as quick with 10,000 gaps as with ten.

const ROW = 66; // pixels; `.row` in list.css has the same height
const SPARE = 6; // rows drawn beyond what is in sight

class ListView {
  constructor(root, model, choose) {
    this.root = root;
    this.model = model;
    this.choose = choose;
    this.order = [];
    this.placeOf = new Map(); // gap index -> place in `order`
    this.current = null;
    this.room = make("div", { class: "room", role: "presentation" });
    root.append(this.room);
    this.top = 0; // where the list is scrolled to, and
    this.height = 0; // how much is in sight; kept here, as asking the browser makes it lay out the page
    root.addEventListener("scroll", () => {
      this.top = root.scrollTop;
      this.draw();
    }, { passive: true });
    new ResizeObserver(() => {
      this.height = root.clientHeight;
      if (this.current !== null) this.focus(this.current);
      this.draw();
    }).observe(root);
  }

  set(order) {
    this.order = order;
    this.placeOf = new Map(order.map((index, place) => [index, place]));
    this.room.style.height = `${order.length * ROW}px`;
  }

  focus(index) {
    this.current = index;
    const place = this.placeOf.get(index);
    if (place !== undefined) {
      const top = place * ROW;
      if (top < this.top || top + ROW > this.top + this.height) {
        this.top = Math.round(Math.max(0, Math.min(top - (this.height - ROW) / 2, this.order.length * ROW - this.height)));
        this.root.scrollTop = this.top;
      }
    }
  }

  draw() {
    const first = Math.max(0, Math.floor(this.top / ROW) - SPARE);
    const last = Math.min(this.order.length, Math.ceil((this.top + this.height) / ROW) + SPARE);
    const held = this.room.contains(document.activeElement) ? document.activeElement.dataset.gap : null;
    const rows = [];
    for (let place = first; place < last; place++) rows.push(this.#row(place));
    this.room.replaceChildren(...rows);
    if (!this.order.length) this.room.append(make("p", { class: "soft empty" }, this.model.size ? "No gap fits these filters." : "No gaps."));
    if (held) this.room.querySelector(`[data-gap="${held}"]`)?.focus({ preventScroll: true });
  }

  #row(place) {
    const index = this.order[place];
    const gap = this.model.gaps[index];
    const { text } = this.model.documents[gap.document];
    const state = this.model.state(index);
    const current = index === this.current;
    const before = stretch(text, gap.from - 28, gap.from);
    const shown = inGap(this.model, index, null);
    const follows = gap.to + unitsOf(text, gap.to, shown.replaces ?? 0);
    const after = stretch(text, follows, follows + 34);
    const hole = make("span", { class: `hole ${shown.kind}` });
    hole.append(shown.text === null ? make("span", { class: "heard" }, "gap") : fillWords(shown.text));
    const line = make("span", { class: "snippet", dir: "auto" }, words(before), " ", hole, " ", words(after));
    const best = gap.fills[0];
    const { by } = this.model.decisions.get(index) ?? {};
    const facts = make("span", { class: "facts" }, gap.added ? "added" : `gap ${perCent(gap.probability)}`);
    if (by && state !== DISPUTED && (gap.added || this.model.me !== null && by !== this.model.me)) facts.append(" · ", words(by));
    if (state === DISPUTED) facts.append(" · ", make("b", { class: "disputed" }, "people disagree"));
    else if (best) facts.append(" · ", fillWords(head(best.text, 0, 40)), `: fill ${perCent(best.probability)}`);
    const row = make("div", { class: "row", role: "listitem", "aria-setsize": this.order.length, "aria-posinset": place + 1 },
      make("button", {
        type: "button", class: `entry ${state}`, "data-gap": index, tabindex: current ? 0 : -1,
        "aria-current": current ? "true" : null, onclick: () => this.choose(index),
      }, line, facts, make("span", { class: "heard" }, `, ${spoken(this.model, index)}`)));
    row.style.top = `${place * ROW}px`;
    return row;
  }
}
