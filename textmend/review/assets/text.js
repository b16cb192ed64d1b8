// How text of unknown make becomes visible: always as text nodes, never as markup. What can't be seen, or
// would reorder or cover what can, is shown as a labelled box.

const NAMES = {
  0x00: "NUL", 0x08: "BS", 0x0b: "VT", 0x0c: "FF", 0x1b: "ESC", 0x7f: "DEL", 0x85: "NEL", 0xad: "SHY",
  0x34f: "CGJ", 0x61c: "ALM", 0x180e: "MVS", 0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM",
  0x200f: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO",
  0x202e: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0x3164: "HF",
  0xfeff: "BOM", 0xfffc: "OBJ",
};

const SPACES = { " ": "space", "\n": "↵", "\r": "CR", "\t": "tab", "\xA0": "no-break space" };

// Joiners and variation selectors where a script or an emoji needs them: they stay as they are.
const NEEDED = String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})`
  + String.raw`|(?<=[\p{Emoji}--[\u0020-\u007E]])[\uFE0E\uFE0F]|(?<=[0-9#*])\uFE0F(?=\u20E3)`
  + String.raw`|(?<=[\p{sc=Arab}\p{sc=Syrc}\p{sc=Deva}\p{sc=Beng}\p{sc=Gujr}\p{sc=Guru}\p{sc=Knda}\p{sc=Mlym}`
  + String.raw`\p{sc=Orya}\p{sc=Sinh}\p{sc=Taml}\p{sc=Telu}\p{sc=Khmr}\p{sc=Mong}])[\u200C\u200D]`;
// Control, format, private and surrogate characters, separators of lines and all that is drawn as nothing;
// signs that only enclose numbers (Arabic, Syriac, Kaithi) are drawn. Then piles of combining marks.
const HIDDEN = String.raw`[[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{DI}\uFFFC]`
  + String.raw`--[\t\n\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]]`;
const ODD = new RegExp(`(?<needed>${NEEDED})|(?<hidden>${HIDDEN})|(?<=\\p{M}{4})(?<pile>\\p{M}+)`, "gv");
const LINE_END = /\r\n|[\n\r\v\f\x85\u2028\u2029]/g;

function codeName(char) {
  const code = char.codePointAt(0);
  return NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

// What was drawn of an article -> where it begins in the text.
const DRAWN = new WeakMap();

/**
 * Yield the parts of a text: `{text}`, whose line ends are `\n`, and `{box}` with the label of what can't be seen;
 * `at` tells where they begin in the text with such line ends.
 */
function* parts(text) {
  const lines = text.replace(/\r\n?/g, "\n");
  let position = 0;
  for (const match of lines.matchAll(ODD)) {
    if (match.groups.needed !== undefined) continue;
    if (match.index > position) yield { text: lines.slice(position, match.index), at: position };
    const { hidden, pile } = match.groups;
    yield { box: hidden === undefined ? `+${[...pile].length} marks` : codeName(hidden), at: match.index };
    position = match.index + match[0].length;
  }
  if (position < lines.length) yield { text: lines.slice(position), at: position };
}

/** Return text as one line of plain characters, for attributes, labels and what is read aloud. */
function plain(text) {
  let line = "";
  for (const part of parts(text)) line += part.box ? `⟨${part.box}⟩` : part.text;
  return line.replace(/\s+/g, " ").trim();
}

/** Return a stretch of a text as one line; where an end would part a surrogate pair, without that half. */
function stretch(text, from, to) {
  const parted = (at) => /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(Math.max(0, at - 1), at + 1));
  const start = Math.max(0, from);
  return text.slice(parted(start) ? start + 1 : start, parted(to) ? to - 1 : to).replace(/\s+/g, " ");
}

/** Return how many UTF-16 units of a text, from a place on, so many code points take. */
function unitsOf(text, from, points) {
  let to = from;
  for (let left = points; left > 0 && to < text.length; left--) to += text.codePointAt(to) > 0xffff ? 2 : 1;
  return to - from;
}

/** Return how many code points a stretch of a text has. */
function pointsIn(text, from, to) {
  let points = 0;
  for (let at = from; at < to; points++) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return points;
}

/** Return whether a character is white space to Python, which tells what a gap is. */
function isSpace(char) {
  return /^[\s\x1C-\x1F\x85]$/.test(char) && char !== "\uFEFF";
}

/** Return about `length` characters before or after a place, in whole words. */
function tail(text, to, length) {
  const end = stretch(text, to - length, to);
  return to > length ? "…" + end.replace(/^\S*\s/, "") : end;
}

function head(text, from, length) {
  const start = stretch(text, from, from + length);
  return from + length < text.length ? start.replace(/\s\S*$/, "") + "…" : start;
}

/** Make an element. Attributes named `on…` are listeners; children are nodes, or strings, which stay text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * Append text to an element, boxes for what can't be seen; line ends break the line, or become `↵` boxes.
 * `origin`: where a text without line ends stands in its article, to be remembered.
 */
function show(element, text, { oneLine = false, origin = null } = {}) {
  for (const part of parts(text)) {
    if (part.box || origin !== null) {
      const node = part.box ? box(part.box) : document.createTextNode(part.text);
      if (origin !== null) DRAWN.set(node, origin + part.at);
      element.append(node);
      continue;
    }
    const lines = part.text.split("\n");
    lines.forEach((line, index) => {
      if (index) element.append(oneLine ? box("↵") : document.createElement("br"));
      if (line) element.append(oneLine ? line.replaceAll("\t", " ") : line);
    });
  }
  return element;
}

function box(label) {
  return make("span", { class: "box", dir: "ltr", title: `character that can't be seen: ${label}` }, label);
}

/** Return words in an element of their own, which no neighbour can reorder. */
function words(text, attributes = {}) {
  return show(make("bdi", attributes), text, { oneLine: true });
}

/** Return a fill's words, like `words`; white space alone by its names. */
function fillWords(text, attributes = {}) {
  if (strip(text)) return words(text, attributes);
  const element = make("bdi", attributes);
  for (const char of text) element.append(box(SPACES[char] ?? codeName(char)));
  return element;
}

/** Return a fill's words for labels and what is read aloud. */
function plainFill(text) {
  return strip(text) ? plain(text) : "white space alone";
}

/** Return a probability in per cent; what isn't certain is never called so. */
function perCent(probability) {
  if (probability > 0 && probability < 0.005) return "<1%";
  if (probability >= 0.995 && probability < 1) return ">99%";
  return `${Math.round(probability * 100)}%`;
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** Return text without white space around it: what Python takes for such, too. */
function strip(text) {
  return text.trim().replace(/^[\s\x1C-\x1F\x85]+/, "").replace(/[\s\x1C-\x1F\x85]{1,1000}$/, "");
}
