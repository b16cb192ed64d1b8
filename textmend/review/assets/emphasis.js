// Markdown's emphasis, shown as emphasis; its signs stay where they are, faint. Everything else of Markdown is text.

const STRESSED = {
  "*": /(?<![\p{L}\p{N}*])(\*{1,3})(?=[^\s*])[^*\r\n]*(?<=[^\s*])\1(?![\p{L}\p{N}*])/gv,
  "_": /(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])[^_\r\n]*(?<=[^\s_])\1(?![\p{L}\p{N}_])/gv,
};
const HEADING = /^(#{1,6})[ \t]+\S.*$/gm;
const STRESS = ["", "em", "strong", "strong em"];

/** Return the stretches of a text that are drawn otherwise: `[{from, to, style}]`, disjoint and in order. */
function stylesOf(text) {
  const spans = [];
  for (const match of text.matchAll(HEADING)) spans.push(spanOf(match, match[1].length, 0, "strong"));
  for (const sign of "*_") {
    for (const match of text.matchAll(STRESSED[sign])) {
      const { length } = match[1];
      spans.push(spanOf(match, length, length, STRESS[length]));
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
