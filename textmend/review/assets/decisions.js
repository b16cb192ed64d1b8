// Decisions as JSON Lines: written as `textmend apply` reads them, and read back to go on.
// docs/review.md describes the form.

const VERDICTS = ["fill", "not_a_gap", "keep", "mark", "drop"];

/** Return the decisions as JSON Lines in ASCII, in the order of the texts. */
function exportLines(model) {
  const lines = [];
  for (const gap of model.gaps) {
    const decision = model.decisions.get(gap.index);
    if (decision) lines.push(ascii(JSON.stringify({ ...targetOf(model, gap, decision), ...decision })) + "\n");
  }
  return lines.join("");
}

function targetOf(model, gap, { replaces = 0 }) {
  const { id, digest, text } = model.documents[gap.document];
  const { start, end, prefix, exact } = gap;
  // What is replaced is quoted too, so that it is found in a text that shifted.
  const suffix = replaces ? text.slice(gap.to, gap.to + unitsOf(text, gap.to, replaces + model.reach)) : gap.suffix;
  return { schema: 1, document: id, digest, start, end, prefix, exact, suffix };
}

/**
 * Read decisions; the last one about a gap counts.
 * Returns `changes` (as `Model.change` takes them), how many are `foreign` to these texts, and `broken` line numbers.
 */
function importLines(model, content) {
  const places = new Map();
  for (const gap of model.gaps) {
    const { id, digest } = model.documents[gap.document];
    const place = `${digest}:${gap.start}:${gap.end}`;
    places.set(`${place}:${id}`, gap.index);
    places.set(place, places.has(place) ? null : gap.index); // a renamed text is known by its digest, if only one has it
  }
  const latest = new Map();
  const broken = [];
  let foreign = 0;
  content.replace(/^\uFEFF/, "").split(/\r\n|\n/).forEach((line, number) => {
    if (!line.trim()) return;
    const data = parse(line);
    const decision = data && data.schema === 1 ? decisionOf(data) : undefined;
    if (decision === undefined) {
      broken.push(number + 1);
      return;
    }
    const place = `${data.digest}:${data.start}:${data.end}`;
    const index = places.get(`${place}:${data.document}`) ?? places.get(place) ?? null;
    if (index === null) foreign += 1;
    else latest.set(index, decision);
  });
  const changes = [...latest].map(([index, decision]) => [index, decision, false]);
  return { changes, foreign, broken };
}

/** Return the decision in data of unknown make, null where it takes one back, undefined where it is none. */
function decisionOf({ verdict, text, by, at, spacing, replaces }) {
  if (verdict === "undo") return null;
  const fill = verdict === "fill";
  const fits = fill ? typeof text === "string" && text !== "" : (text ?? spacing ?? null) === null && !replaces;
  if (!VERDICTS.includes(verdict) || !fits || !isSpacing(spacing ?? null) || !isCount(replaces ?? 0)) return undefined;
  const string = (value) => (typeof value === "string" ? value : null);
  return { verdict, text: string(text), by: string(by), at: string(at), ...ofSource({ spacing, replaces }) };
}

/** Return a decision; `fill` is `{text}`, of a source with `spacing` and `replaces`, and goes with the verdict "fill". */
function decide(verdict, fill, by) {
  return { verdict, text: fill?.text ?? null, by: by || null, at: now(), ...ofSource(fill ?? {}) };
}

/** Return what ties a source's words to their place, as far as there is any. */
function ofSource({ spacing, replaces }) {
  return { ...(spacing ? { spacing } : {}), ...(replaces ? { replaces } : {}) };
}

/** Return whether two are the same words at the same place. */
function isSameFill(one, other) {
  return one.text === other.text && (one.replaces ?? 0) === (other.replaces ?? 0)
    && JSON.stringify(one.spacing ?? null) === JSON.stringify(other.spacing ?? null);
}

function isSpacing(value) {
  return value === null || Array.isArray(value) && value.length === 2
    && value.every((space) => typeof space === "string" && strip(space) === "");
}

function isCount(value) {
  return Number.isInteger(value) && value >= 0;
}

function now() {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}

function ascii(json) {
  return json.replace(/[\u007F-\uFFFF]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));
}

function offer(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/jsonl" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
