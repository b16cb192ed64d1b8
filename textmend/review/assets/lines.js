// Lines of an article, and the chunks of lines that are drawn at once.

const CHUNK = 1500; // UTF-16 units after which the next line end closes a chunk
const LONGEST = 4000; // and those at which a line without end is parted
const GROUP = 24; // chunks that the browser passes over together when they are out of sight

/** Lines of a chunk as paragraphs, each its own for the order of writing directions. */
class Lines {
  constructor() {
    this.all = [];
    this.#open();
  }

  #open() {
    this.line = make("p", { dir: "auto" });
    this.all.push(this.line);
  }

  add(node) {
    this.line.append(node);
  }

  /** Add text that stands at `origin` in its article, in an element of its own where one is named. */
  text(text, origin, element = null, attributes = {}) {
    const add = (piece, at) => {
      if (piece) show(element ? this.line.appendChild(make(element, attributes)) : this.line, piece, { origin: origin + at });
    };
    let position = 0;
    for (const match of text.matchAll(LINE_END)) {
      add(text.slice(position, match.index), position);
      if (!/[\r\n]/.test(match[0])) add(match[0], match.index); // a rarer line end is shown by its name
      position = match.index + match[0].length;
      this.#open();
    }
    add(text.slice(position), position);
  }
}

/** Return spans of a document, from line end to line end outside gaps, that are drawn at once. */
function chunksOf({ text, gaps }) {
  const spans = [];
  let from = 0;
  let at = 0;
  const cut = (to, parted) => {
    while (at < gaps.length && gaps[at].reach < to) at++;
    const gap = gaps[at];
    // A gap belongs to one chunk, with all that its fills change; one that starts at the cut to the chunk after it.
    if (gap && gap.from < to) to = gap.reach;
    spans.push({ from, to, last: to === text.length ? Infinity : to, parted });
    from = to;
  };
  for (const match of text.matchAll(LINE_END)) {
    const end = match.index + match[0].length;
    while (end - from > LONGEST) cut(breakBefore(text, from + LONGEST), true);
    if (end - from >= CHUNK) cut(end, false);
  }
  while (text.length - from > LONGEST) cut(breakBefore(text, from + LONGEST), true);
  if (from < text.length || !spans.length) cut(text.length, false);
  return spans;
}

function groupOf(chunks) {
  const group = make("div", { class: "group" }, ...chunks.map((chunk) => chunk.element));
  group.style.containIntrinsicSize = `auto ${chunks.reduce((sum, chunk) => sum + heightOf(chunk), 0)}px`;
  return group;
}

/** Return how high a chunk will be, about: lines of 64 characters. */
function heightOf({ from, to }) {
  return Math.ceil((to - from) / 64 + 1) * 30;
}

function breakBefore(text, limit) {
  for (let at = limit; at > limit - 200; at--) if (/\s/.test(text[at - 1])) return at;
  return /[\uDC00-\uDFFF]/.test(text[limit]) ? limit - 1 : limit;
}
