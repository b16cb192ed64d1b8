// Decisions as JSON Lines: written as `textmend apply` reads them, and read back to go on.
// docs/review.md describes the form.

const VERDICTS = ["fill", "not_a_gap", "keep", "mark", "drop"];

/** Return the decisions as JSON Lines in ASCII, in the order of the texts; what others decided who disagree, too. */
function exportLines(model) {
  const lines = [];
  for (const { gaps } of model.documents) {
    for (const gap of gaps) {
      const decision = model.decisions.get(gap.index);
      const others = (model.others.get(gap.index) ?? []).filter((one) => one.by !== decision?.by);
      for (const one of decision ? [...others, decision] : []) lines.push(lineOf(model, gap, one) + "\n");
    }
  }
  return lines.join("");
}

function lineOf(model, gap, decision) {
  return ascii(JSON.stringify({ ...targetOf(model, gap, decision), ...decision, ...(gap.added ? { added: true } : {}) }));
}

function targetOf(model, gap, { replaces = 0 }) {
  const { id, digest, text } = model.documents[gap.document];
  const { start, end, prefix, exact } = gap;
  // What is replaced is quoted too, so that it is found in a text that shifted.
  const suffix = replaces ? text.slice(gap.to, gap.to + unitsOf(text, gap.to, replaces + model.reach)) : gap.suffix;
  return { schema: 1, document: id, digest, start, end, prefix, exact, suffix };
}

/**
 * Read decisions. Returns `changes` (as `Model.change` takes them), `others` who disagree by gap index, how many are
 * `foreign` to these texts, and `broken` line numbers.
 */
function importLines(model, content) {
  const numbers = new Map();
  model.documents.forEach(({ id, digest }, number) => {
    numbers.set(`${digest}:${id}`, number);
    numbers.set(digest, numbers.has(digest) ? null : number); // a renamed text is known by its digest, if only one has it
  });
  const made = new Map(); // gap index -> what stands, one a person
  const broken = [];
  let foreign = 0;
  content.replace(/^\uFEFF/, "").split(/\r\n|\n/).forEach((line, at) => {
    if (!line.trim()) return;
    const data = parse(line);
    const decision = data && data.schema === 1 ? decisionOf(data) : undefined;
    if (decision === undefined) {
      broken.push(at + 1);
      return;
    }
    const number = numbers.get(`${data.digest}:${data.document}`) ?? numbers.get(data.digest) ?? null;
    const index = number === null ? null : model.at(number, data.start, data.end, { add: data.added === true });
    if (index === null) foreign += 1;
    else made.set(index, stands(made.get(index) ?? [], decision, data.by ?? null));
  });
  const counting = [...made].map(([index, stand]) => [index, counts(stand)]);
  return {
    changes: counting.map(([index, decision]) => [index, decision, false]),
    others: new Map(counting.map(([index, decision]) => [index, disagreeing(made.get(index), decision)])),
    foreign,
    broken,
  };
}

/** Return what stands about a gap, one decision a person, after one more; null takes back one's own, or else all. */
function stands(before, decision, by) {
  const others = before.filter((one) => one.by !== by);
  if (decision) return [...others, decision];
  return others.length < before.length ? others : [];
}

/** Return the decision that counts: the last that settles, or else the last; null where none stands. */
function counts(stand) {
  return stand.findLast((one) => one.settles) ?? stand.at(-1) ?? null;
}

/** Return the decisions of others, where they disagree with the one that counts and nobody settled it. */
function disagreeing(stand, decision) {
  const said = ({ verdict, text }) => `${verdict} ${(text ?? "").trim().replace(/\s+/g, " ")}`;
  const differ = !decision?.settles && stand.some((one) => said(one) !== said(decision));
  return differ ? stand.filter((one) => one !== decision) : [];
}

/** Return the decision in data of unknown make, null where it takes one back, undefined where it is none. */
function decisionOf({ verdict, text, by, at, spacing, replaces, settles }) {
  if (verdict === "undo") return null;
  const fill = verdict === "fill";
  const fits = fill ? typeof text === "string" && text !== "" : (text ?? spacing ?? null) === null && !replaces;
  if (!VERDICTS.includes(verdict) || !fits || !isSpacing(spacing ?? null) || !isCount(replaces ?? 0)) return undefined;
  const string = (value) => (typeof value === "string" ? value : null);
  return { verdict, text: string(text), by: string(by), at: string(at), ...ofSource({ spacing, replaces }),
    ...(settles === true ? { settles } : {}) };
}

/**
 * Return a decision; `fill` is `{text}`, of a source with `spacing` and `replaces`, and goes with the verdict "fill".
 * `settles`: it is made knowing what others decided.
 */
function decide(verdict, fill, by, settles) {
  return { verdict, text: fill?.text ?? null, by: by || null, at: now(), ...ofSource(fill ?? {}),
    ...(settles ? { settles: true } : {}) };
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
