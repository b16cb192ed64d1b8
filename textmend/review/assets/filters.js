// How the list is sorted and filtered.

const SLIDERS = ["gap-low", "gap-high", "fill-low"];

class Filters {
  constructor(model, changed) {
    this.model = model;
    this.form = byId("filters");
    this.#choices();
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", () => this.#tell(changed));
    this.form.addEventListener("reset", () => setTimeout(() => this.#tell(changed)));
    this.#release();
    this.#describe();
  }

  /** A list that was used with the mouse lets go of the keys, so that they decide again. */
  #release() {
    let pointed = false;
    this.form.addEventListener("pointerdown", () => { pointed = true; });
    this.form.addEventListener("keydown", () => { pointed = false; });
    this.form.addEventListener("change", ({ target }) => pointed && target.matches("select") && target.blur());
  }

  get values() {
    const value = (id) => byId(id).value;
    return {
      sort: value("sort"), state: value("state"), origin: value("origin"), cue: value("cue"), document: value("document"),
      gapLow: Number(value("gap-low")), gapHigh: Number(value("gap-high")), fillLow: Number(value("fill-low")),
    };
  }

  get byState() {
    return byId("state").value !== "all";
  }

  #tell(changed) {
    this.#describe();
    changed();
  }

  #choices() {
    const { gaps, documents, cues } = this.model;
    const origins = new Set(gaps.flatMap((gap) => gap.fills.map((fill) => fill.origin)));
    const seen = new Map();
    for (const gap of gaps) for (const cue of gap.cues) seen.set(cue, (seen.get(cue) ?? 0) + 1);
    const option = (value, label) => make("option", { value }, label);
    byId("origin").append(option("", "anywhere"),
      ...Object.keys(ORIGINS).filter((origin) => origins.has(origin)).map((origin) => option(origin, ORIGINS[origin][0])),
      option("none", "nowhere: no fills"));
    byId("cue").append(option("", "any or none"),
      ...Object.keys(cues).filter((cue) => seen.has(cue)).map((cue) => option(cue, `${plain(cue.replaceAll("_", " "))} (${seen.get(cue)})`)),
      ...[...seen.keys()].filter((cue) => !(cue in cues)).map((cue) => option(cue, plain(cue))),
      option("none", "no sign"));
    byId("document").append(option("", "all"), ...documents.map((document, number) => option(number, head(plain(document.id), 0, 60))));
    byId("document-filter").hidden = documents.length < 2;
  }

  /** Show the choice of what people disagree about where there is such, or might be. */
  offerDisputed(offered) {
    byId("state").querySelector('[value="disputed"]').hidden = !offered;
  }

  #describe() {
    for (const id of SLIDERS) byId(`${id}-value`).value = `${byId(id).value}%`;
    const { gapLow, gapHigh, fillLow, origin, cue, document } = this.values;
    const active = [gapLow > 0 || gapHigh < 100, fillLow > 0, origin, cue, document].filter(Boolean).length;
    byId("filter-note").textContent = active ? ` (${active} on)` : "";
  }
}
