// Markdown's emphasis, shown as emphasis; its signs stay where they are, faint. Everything else of Markdown is text.

const STRESSED = {
  "*": /(?<![\p{L}\p{N}*])(\*{1,3})([^*\r\n]+)\1(?![\p{L}\p{N}*])/gv,
  "_": /(?<![\p{L}\p{N}_])(_{1,3})([^_\r\n]+)\1(?![\p{L}\p{N}_])/gv,
};
const HEADING = /^(#{1,6})[ \t]+\S.*$/gm;
const STRESS = ["", "em", "strong", "strong em"];

/** Return the stretches of an article that are drawn otherwise: `[{from, to, style}]`, disjoint and in order. */
function stylesOf({ text, gaps }) {
  const spans = [];
  for (const match of text.matchAll(HEADING)) spans.push(spanOf(match, match[1].length, 0, "strong"));
  for (const sign of "*_") {
    const pattern = STRESSED[sign];
    for (let match; (match = pattern.exec(text)); ) {
      const { length } = match[1];
      const from = match.index + length;
      if (isStressed(match[2], from, gaps)) spans.push(spanOf(match, length, length, STRESS[length]));
      else pattern.lastIndex = from;
    }
  }
  const styles = [];
  let end = 0;
  for (const { from, to, signs: [before, after], style } of spans.sort((a, b) => a.from - b.from)) {
    if (from < end) continue; // within another one
    styles.push({ from, to: from + before, style: "sign" }, { from: from + before, to: to - after, style });
    if (after) styles.push({ from: to - after, to, style: "sign" });
    end = to;
  }
  return styles;
}

/** Yield `[end, style]` of the pieces of a stretch of text. */
function* styled(styles, from, to) {
  for (let at = firstThat(styles, (one) => one.to > from); at < styles.length && styles[at].from < to; at++) {
    const { from: start, to: end, style } = styles[at];
    if (start > from) yield [start, ""];
    yield [Math.min(end, to), style];
    from = end;
  }
  if (from < to) yield [to, ""];
}

/** Return whether words between two signs are stressed: white space beside a sign means no, unless words are missing there. */
function isStressed(words, from, gaps) {
  const missing = (at, side) => gaps[firstThat(gaps, (gap) => gap[side] >= at)]?.[side] === at;
  const to = from + words.length;
  return strip(words) !== "" && (!isSpace(words[0]) || missing(from, "from")) && (!isSpace(words.at(-1)) || missing(to, "to"));
}

function spanOf(match, before, after, style) {
  return { from: match.index, to: match.index + match[0].length, signs: [before, after], style };
}

/** Return the number of the first item that a condition holds for, and for all after it. */
function firstThat(items, holds) {
  let low = 0;
  for (let high = items.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (holds(items[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
