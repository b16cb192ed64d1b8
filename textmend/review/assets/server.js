// Talks to the server that handed the page out. What it did not confirm waits in this browser, and is sent again:
// neither a page that is closed nor a server that is stopped loses a decision.

const EVERY = 2000; // milliseconds after which the server is asked for news, or tried again
const AT_ONCE = 200; // decisions sent in one message

class Server extends EventTarget {
  constructor({ reviewer, after, article }, digest) {
    super();
    this.reviewer = reviewer;
    this.article = article; // where this person begins, in the order of the articles
    this.after = after;
    this.key = `textmend-review:waiting:${digest}:${reviewer}`;
    this.waiting = parse(read(this.key))?.lines ?? []; // [line]: each the JSON of a decision
    this.trouble = null;
    this.keeps = true;
    this.busy = false;
  }

  /** Send what waits, then ask for news again and again. */
  start() {
    this.#exchange();
    setInterval(() => this.#exchange(), EVERY);
  }

  send(lines) {
    this.waiting.push(...lines);
    this.#keep();
    this.#exchange();
  }

  /** Return whether a decision about a gap waits. */
  waitsFor(number, start, end, documents) {
    const { id, digest } = documents[number];
    return this.waiting.map(parse).some((one) => one.document === id && one.digest === digest && one.start === start && one.end === end);
  }

  /** Return the fills that the server proposes at a place of a document. */
  async fills(number, start, end) {
    try {
      return (await this.#post("fills", { document: number, start, end })).fills;
    } catch {
      return [];
    }
  }

  async #exchange() {
    if (this.busy) return;
    this.busy = true;
    try {
      let full = true;
      while (full) {
        const lines = this.waiting.slice(0, AT_ONCE);
        const { after, news, refused } = await this.#post("decisions", { after: this.after, decisions: lines.map(parse) });
        this.after = after;
        this.waiting.splice(0, lines.length);
        this.#keep();
        this.trouble = null;
        this.dispatchEvent(new CustomEvent("news", { detail: { news, refused } }));
        full = this.waiting.length > 0;
      }
    } catch (error) {
      this.trouble = error instanceof Refusal ? error.message : "the server can’t be reached";
    } finally {
      this.busy = false;
      this.dispatchEvent(new Event("state"));
    }
  }

  async #post(path, body) {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" },
      body: ascii(JSON.stringify(body)), cache: "no-store", signal: AbortSignal.timeout(60_000) });
    if (!answer.ok) throw new Refusal((await answer.text()).slice(0, 300));
    return answer.json();
  }

  #keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ lines: this.waiting }));
      this.keeps = true;
    } catch {
      this.keeps = false;
    }
  }
}

class Refusal extends Error {}

function read(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}
