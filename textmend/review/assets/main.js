// Wires the parts: what a key, a click or another tab does, and what is said of it.

class Review {
  constructor(data) {
    this.model = new Model(data);
    this.model.me = data.served?.reviewer ?? null;
    this.server = data.served ? new Server(data.served, data.digest) : null;
    this.store = new Store(data.digest);
    this.store.addEventListener("failed", () => this.#warn());
    this.settings = new Settings(this.store, this.server?.reviewer ?? data.by, Boolean(this.server));
    this.#restore(data);
    this.article = new ArticleView(byId("article"), this.model, (index) => this.go(index));
    this.place = new PlaceView(this.article, { add: (from, to) => this.#addAt(from, to), say: (words) => this.#say(words) });
    this.list = new ListView(byId("rows"), this.model, (index) => {
      this.#openList(false);
      this.go(index);
    });
    this.panel = new PanelView(byId("panel"), this.model, {
      take: (fill) => this.verdict("fill", fill),
      write: () => this.write(),
      verdict: (name) => this.verdict(name),
      skip: () => this.skip(),
      add: () => this.add(),
      undo: () => this.undo(),
      next: () => this.step(1),
      previous: () => this.step(-1),
      tryFill: (fill) => this.article.tryFill(fill),
      reveal: (rank) => this.article.reveal(rank),
      cancel: () => this.#escape(),
      me: () => this.settings.by,
    });
    this.filters = new Filters(this.model, () => this.#arrange());
    this.current = null;
    this.downloaded = exportLines(this.model);
    this.#listen(data);
    this.#name(data);
    this.#arrange();
    if (!this.model.size) this.#openWhole(0);
    this.#serve();
  }

  /** Make a gap the current one. */
  go(index, { aloud = "" } = {}) {
    if (this.panel.isWriting) this.panel.closeWriting();
    if (this.model.pending !== index) this.model.begin(null);
    this.place.clear();
    getSelection().removeAllRanges();
    this.current = index;
    const gap = this.model.gaps[index];
    this.article.focus(index, marksOf(gap));
    this.list.focus(index);
    this.#draw({ scroll: true });
    this.store.set(`at:${this.model.digest}`, String(index));
    this.#say(`${aloud} ${this.#spokenGap(gap)}`);
  }

  step(by) {
    const { order, placeOf } = this.list;
    if (!order.length) return;
    const place = placeOf.get(this.current) ?? (by > 0 ? -1 : order.length);
    const next = order[place + by];
    if (next === undefined) this.#tell(by > 0 ? "That was the last gap of this list." : "That was the first gap of this list.");
    else this.go(next);
  }

  verdict(name, fill = null) {
    if (this.current === null) return;
    const { added } = this.model.gaps[this.current];
    if (added && name === "not_a_gap") return this.#takeOut();
    const next = this.#nextOpen();
    this.model.change([[this.current, decide(name, fill, this.settings.by, this.#knowsOthers(this.current)), false]]);
    const words = spoken(this.model, this.current);
    this.#went(next, `${words[0].toUpperCase()}${words.slice(1)}.`);
  }

  skip() {
    if (this.current === null) return;
    const next = this.#nextOpen();
    this.model.change([[this.current, this.model.decisions.get(this.current) ?? null, true]]);
    this.#went(next, "Skipped.");
  }

  /** Write words; those that are selected, on the page beside or in the article, stand in the line already. */
  write() {
    if (this.current === null) return;
    const selection = getSelection();
    const inside = [byId("panel"), byId("article")].some((pane) => selection.rangeCount && pane.contains(selection.anchorNode));
    this.panel.openWriting(inside ? strip(String(selection)).replace(/\s+/g, " ") : "");
  }

  /** Add a gap where a person points, or begin to point by keys, near the current gap. */
  add() {
    if (this.place.take()) return;
    if (!this.article.document) return;
    const gap = this.model.gaps[this.current];
    this.place.begin(gap ? gap.to : 0);
    this.#tell("Where are words missing? Click there, or move with the arrows; Enter adds a gap, Escape leaves.", { silent: true });
  }

  /** Take all echoes and source words that are sure, as one step. */
  accept() {
    const sure = this.model.sure();
    if (!sure.length) return this.#tell("No open gap has an echo or source words with a joint probability of at least 95%.");
    this.model.change(sure.map(([index, fill]) => [index, decide("fill", fill, this.settings.by), false]));
    const next = this.model.state(this.current) === OPEN ? this.current : this.#nextOpen();
    this.#went(next, `${count(sure.length, "fill")} accepted; one undo takes ${sure.length === 1 ? "it" : "all of them"} back.`);
  }

  undo() {
    const indexes = this.model.undo();
    if (indexes === null) return this.#tell("There is nothing to undo.");
    this.#tell(indexes.length > 1 ? `${indexes.length} decisions undone.` : "Undone.", { silent: true });
    const index = indexes.find((one) => !this.model.gaps[one].gone) ?? this.#left();
    if (index !== null) this.go(index, { aloud: "Undone." });
    else this.#openWhole(this.model.gaps[indexes[0]].document);
  }

  download() {
    const content = exportLines(this.model);
    if (!content) return this.#tell("Nothing is decided yet.");
    offer(byId("download").dataset.name, content);
    this.downloaded = content;
    this.#tell(`${count(this.model.decisions.size, "decision")} downloaded.`);
  }

  /** Take over the decisions of a file; where both decided, the later decision counts. */
  load(content) {
    const { changes, others, foreign, broken } = importLines(this.model, content);
    const news = changes.filter(([index, decision]) => {
      const here = this.model.decisions.get(index);
      return decision ? !here || (decision.at ?? "") > (here.at ?? "") : false;
    });
    for (const [index] of news) this.model.others.set(index, others.get(index));
    if (news.length) this.model.change(news);
    const notes = [`${count(news.length, "decision")} taken over`];
    const older = changes.filter(([, decision]) => decision).length - news.length;
    if (older) notes.push(`${older} not newer than what is decided here`);
    if (foreign) notes.push(`${foreign} about other texts or places`);
    if (broken.length) notes.push(`${count(broken.length, "line")} unreadable, the first is line ${broken[0]}`);
    this.#tell(notes.join("; ") + ".", { stay: foreign > 0 || broken.length > 0 });
    const next = news.length && this.model.state(this.current) !== OPEN ? this.#nextOpen() : null;
    if (next !== null) this.go(next);
  }

  #addAt(from, to) {
    const { number } = this.article.document;
    const index = this.model.place(number, from, to);
    if (index === null) return this.#tell("No gap can be added there.");
    const gap = this.model.gaps[index];
    if (!gap.gone) {
      this.#tell("There is a gap already.");
      return this.go(index);
    }
    this.model.begin(index);
    this.go(index);
    queueMicrotask(() => this.panel.openWriting()); // when the panel is drawn
    this.#ask(gap);
  }

  /** Ask the server what may have stood at a gap that a person adds. */
  async #ask(gap) {
    if (!this.server || gap.asked !== undefined || gap.fills.length) return;
    gap.asked = true;
    gap.fills = await this.server.fills(gap.document, gap.start, gap.end);
    gap.asked = false;
    if (this.current === gap.index) this.panel.refreshFills();
  }

  /** Take out a gap that a person added. */
  #takeOut() {
    const index = this.current;
    const next = this.#left();
    if (this.model.decisions.has(index)) this.model.change([[index, null, false]]);
    this.#tell("The added gap is taken out.", { silent: next !== null });
    if (next !== null) this.go(next, { aloud: "The added gap is taken out." });
    else this.#openWhole(this.model.gaps[index].document);
  }

  /** Return a gap to go on with when the current one may be gone; null where there is none. */
  #left() {
    const open = this.#nextOpen();
    return open ?? this.list.order.find((index) => index !== this.current && !this.model.gaps[index].gone) ?? null;
  }

  /** Return whether a person who decides about a gap now sees what others decided. */
  #knowsOthers(index) {
    const before = this.model.decisions.get(index);
    return Boolean(before && (before.settles || before.by !== this.settings.by) || this.model.others.get(index)?.length);
  }

  #restore(data) {
    const changes = new Map();
    for (const [number, start, end, decision, others] of data.decided) {
      const index = this.model.at(number, start, end, { add: true });
      if (index === null) continue;
      changes.set(index, [index, decision, false]);
      if (others.length) this.model.others.set(index, others);
    }
    if (this.server) {
      const waiting = importLines(this.model, this.server.waiting.join("\n")).changes;
      for (const [index, decision] of waiting) changes.set(index, [index, decision, false]);
    } else {
      for (const [name, value] of this.store.load()) {
        const index = this.model.named(name);
        const given = changes.get(index)?.[1];
        if (index === null || given && (given.at ?? "") > (value.at ?? "")) continue;
        changes.set(index, [index, value.verdict ? decisionOf(value) ?? null : null, value.skipped === true]);
      }
    }
    this.model.change([...changes.values()], { undoable: false });
    this.model.remember(this.server ? this.server.reviewer : null);
    this.model.addEventListener("change", ({ detail }) => this.#changed(detail));
  }

  #changed({ indexes, moved, remote }) {
    if (!remote) this.#keep(indexes);
    this.article.refresh(moved);
    for (const index of indexes) this.article.update(index);
    if (moved.length || this.filters.byState) this.list.set(select(this.model, this.filters.values));
    this.#draw();
  }

  #keep(indexes) {
    const me = this.settings.by;
    const lines = [];
    for (const index of indexes) {
      const decision = this.model.decisions.get(index);
      const skipped = this.model.skipped.has(index);
      if (!this.server) this.store.put(this.model.nameOf(index), decision ?? { skipped, at: now() }); // or it would come back
      else if (decision?.by === me) lines.push(lineOf(this.model, this.model.gaps[index], { ...decision, at: now() }));
      else if (!skipped) lines.push(lineOf(this.model, this.model.gaps[index], { verdict: "undo", text: null, by: me, at: now() }));
    }
    if (lines.length) this.server.send(lines);
  }

  /** Take what others decided from the server, as it comes. */
  #serve() {
    if (!this.server) return;
    this.server.addEventListener("news", ({ detail: { news, refused } }) => {
      const changes = [];
      for (const [number, start, end, decision, others] of news) {
        const index = this.model.at(number, start, end, { add: true });
        if (index === null || this.server.waitsFor(number, start, end, this.model.documents)) continue;
        const before = [this.model.decisions.get(index) ?? null, this.model.others.get(index) ?? []];
        if (JSON.stringify(before) === JSON.stringify([decision, others])) continue;
        this.model.others.set(index, others);
        changes.push([index, decision, this.model.skipped.has(index)]);
      }
      if (changes.length) this.model.change(changes, { undoable: false, remote: true });
      if (refused.length) this.#tell(`The server refused a decision: ${refused[0]}`, { stay: true });
    });
    this.server.addEventListener("state", () => this.#progress());
    this.server.start();
  }

  /** Draw once what one key, click or message changed, when all of it is known. */
  #draw({ scroll = false } = {}) {
    if (!this.drawing) queueMicrotask(() => {
      const { scroll: moved } = this.drawing;
      this.drawing = null;
      this.list.draw();
      if (this.current !== null) {
        this.panel.show(this.current, { place: this.list.placeOf.get(this.current), size: this.list.order.length });
      }
      this.#progress();
      if (moved) this.#scrollTo(this.article.sites.get(this.current));
    });
    this.drawing = { scroll: scroll || Boolean(this.drawing?.scroll) };
  }

  #went(next, said) {
    const done = this.model.decisions.size === this.model.size;
    const last = this.server ? "All gaps are decided." : "All gaps are decided: download the decisions.";
    this.#tell(done ? `${said} ${last}` : said, { silent: next !== null, stay: done });
    if (next !== null) this.go(next, { aloud: said });
  }

  /** Return the next gap to decide, in the list's order, from the current one on; null where there is none. */
  #nextOpen() {
    const { order, placeOf } = this.list;
    const place = placeOf.get(this.current) ?? -1;
    for (let step = 1; step <= order.length; step++) {
      const index = order[(place + step) % order.length];
      if (index !== this.current && this.model.state(index) === OPEN) return index;
    }
    return null;
  }

  #arrange() {
    this.list.set(select(this.model, this.filters.values));
    const { order, placeOf } = this.list;
    if (this.current !== null && placeOf.has(this.current)) {
      this.list.focus(this.current);
    } else if (order.length) {
      this.go(this.#first(order, placeOf));
    } else if (this.filters.values.document !== "") {
      this.#openWhole(Number(this.filters.values.document));
    }
    this.#draw();
  }

  /** Show an article of which no gap is to be decided: a person may read it, and add gaps. */
  #openWhole(number) {
    const document = this.model.documents[number];
    if (this.model.pending !== null) this.model.begin(null);
    this.current = null;
    this.list.current = null;
    this.place.clear();
    this.article.leave();
    if (document) this.article.open(number);
    const why = !document ? "There is no article here."
      : document.gaps.length ? "No gap of this article fits these filters."
        : "No gaps were found in this article. Where you see one, point at the place and choose Add gap.";
    this.panel.showEmpty(why, { canAdd: Boolean(document) });
    this.#say(why);
  }

  /** Return the gap to begin with: where the person left off, or the first open one of their first article. */
  #first(order, placeOf) {
    const last = this.current === null ? Number(this.store.setting(`at:${this.model.digest}`) ?? NaN) : NaN;
    const article = this.model.articles[this.server?.article ?? 0];
    const from = placeOf.get(last) ?? Math.max(0, order.findIndex((index) => this.model.gaps[index].document === article));
    const around = [...order.slice(from), ...order.slice(0, from)];
    return around.find((index) => this.model.state(index) === OPEN) ?? around[0];
  }

  #progress() {
    const { size } = this.model.decisions;
    const all = this.model.size;
    byId("progress").max = Math.max(1, all);
    byId("progress").value = size;
    const { disputed } = this.model;
    byId("count").textContent = `${size.toLocaleString("en")} of ${all.toLocaleString("en")} decided`
      + (disputed ? `, ${disputed.toLocaleString("en")} to settle` : "");
    byId("undo").disabled = !this.model.past.length;
    byId("download").classList.toggle("ready", !this.server && all > 0 && size === all);
    const sure = this.model.sure().length;
    byId("accept").hidden = !sure;
    byId("accept").textContent = `Accept ${sure.toLocaleString("en")} sure`;
    this.filters.offerDisputed(disputed > 0);
    const [words, failed] = this.#kept();
    byId("saved").textContent = words;
    byId("saved").classList.toggle("failed", failed);
  }

  /** Return in words where decisions are kept, and whether something is wrong. */
  #kept() {
    if (!this.server) return this.store.failed ? ["not kept", true] : ["kept in this browser", false];
    const { waiting: { length }, trouble, reviewer, keeps } = this.server;
    if (!trouble) return [length ? `${reviewer}: saving…` : `${reviewer}: saved`, false];
    const [waits, are] = length === 1 ? ["waits", "is"] : ["wait", "are"];
    const where = keeps ? `${waits} in this browser` : `${are} kept nowhere else`;
    return [length ? `${count(length, "decision")} ${where}: ${trouble}` : trouble, true];
  }

  #scrollTo(site) {
    const button = site?.querySelector("button");
    if (!button) return;
    const view = byId("reading").getBoundingClientRect();
    const { top, bottom } = button.getBoundingClientRect();
    const margin = Math.min(120, view.height / 4);
    if (top < view.top + margin || bottom > view.bottom - margin) button.scrollIntoView({ block: "center", inline: "nearest" });
  }

  #spokenGap(gap) {
    const { text } = this.model.documents[gap.document];
    const before = plain(tail(text, gap.from, 60));
    const after = plain(head(text, gap.to, 60));
    const best = gap.fills[0];
    const offer = gap.added ? "Added by a person." : best ? `First of ${count(gap.fills.length, "fill")}: ${plainFill(best.text)}, fill ${perCent(best.probability)}.` : "No fills.";
    return `${before} (gap, ${perCent(gap.probability)}) ${after}. ${offer}`;
  }

  #say(message) {
    byId("status").textContent = message;
  }

  #tell(message, { silent = false, stay = false } = {}) {
    const toast = byId("toast");
    toast.textContent = message;
    toast.hidden = false;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => { toast.hidden = true; }, stay ? 12_000 : 3_000);
    if (!silent) this.#say(message);
  }

  #warn() {
    const warning = byId("warning");
    if (warning.hidden) {
      warning.replaceChildren(`Decisions can’t be kept in this browser: ${this.store.failed}. `
        + "Download them before you close the page; load them again to go on.");
      warning.hidden = false;
    }
    if (this.list) this.#draw();
  }

  #name(data) {
    const name = data.documents.length === 1 ? data.documents[0].id : count(data.documents.length, "article");
    byId("name").replaceChildren(words(name));
    byId("download").dataset.name = data.file;
  }

  #openList(open) {
    byId("list").classList.toggle("open", open);
    byId("open-list").setAttribute("aria-expanded", String(open));
    if (open) {
      this.list.focus(this.current);
      this.list.draw();
      byId("close-list").focus();
    }
  }

  #listen() {
    byId("undo").addEventListener("click", () => this.undo());
    byId("accept").addEventListener("click", () => {
      this.#openList(false);
      this.accept();
    });
    byId("download").addEventListener("click", () => this.download());
    byId("open-list").addEventListener("click", () => this.#openList(true));
    byId("close-list").addEventListener("click", () => {
      this.#openList(false);
      byId("open-list").focus();
    });
    byId("load").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", async ({ target }) => {
      const [file] = target.files;
      target.value = "";
      this.settings.help.close();
      if (file) this.load(await file.text());
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    window.addEventListener("storage", (event) => this.#otherTab(event));
    window.addEventListener("beforeunload", (event) => {
      const unkept = this.server ? !this.server.keeps && this.server.waiting.length : this.store.failed;
      if (unkept && exportLines(this.model) !== this.downloaded) event.preventDefault();
    });
  }

  #otherTab({ key, newValue }) {
    const name = key === null || this.server ? null : this.store.nameOf(key);
    const index = name === null || newValue === null ? null : this.model.named(name);
    if (index === null) return;
    const value = parse(newValue);
    const decision = value?.verdict ? decisionOf(value) ?? null : null;
    if (value) this.model.change([[index, decision, value.skipped === true]], { undoable: false, remote: true });
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return this.#escape();
    const typing = event.target.closest?.("input:not([type=range], [type=checkbox]), select, textarea, [contenteditable]");
    if (typing || this.settings.help.open || !this.settings.single.checked) return;
    const pressed = event.key === "Enter" && event.target.closest?.("button, a, summary");
    if (!pressed && this.place.key(event.key)) return event.preventDefault();
    if (event.target === document.body && scroll(byId("reading"), event)) return event.preventDefault();
    const action = this.#action(event.key);
    if (!action || event.repeat && !"jk".includes(event.key)) return;
    event.preventDefault();
    action();
  }

  #escape() {
    this.place.key("Escape");
    if (this.panel.isWriting) {
      this.#stopWriting();
      byId("panel").focus({ preventScroll: true });
    }
    this.#openList(false);
  }

  /** Leave the line for words; a gap that was being added, and stays undecided, is taken out. */
  #stopWriting() {
    this.panel.closeWriting();
    if (this.model.pending === null || this.model.decisions.has(this.model.pending)) return;
    const { document } = this.model.gaps[this.model.pending];
    const next = this.#left();
    if (next !== null) this.go(next);
    else this.#openWhole(document);
  }

  #action(key) {
    if (key === "?") return () => this.settings.open();
    if (key === "u") return () => this.undo();
    if (key === "j") return () => this.step(1);
    if (key === "k") return () => this.step(-1);
    if (key === "w") return () => this.download();
    if (key === "a") return () => this.add();
    if (key === "A") return () => this.accept();
    if (this.current === null) return null;
    const fill = /^[1-9]$/.test(key) ? this.model.gaps[this.current].fills[Number(key) - 1] : null;
    if (fill) return () => this.verdict("fill", fill);
    switch (key) {
      case "e": return () => this.write();
      case "x": return () => this.verdict("not_a_gap");
      case "m": return () => this.verdict("mark");
      case "d": return () => this.verdict("drop");
      case "l": return () => this.verdict("keep");
      case "s": return () => this.skip();
      case "o": return () => this.#revealFirst();
      default: return null;
    }
  }

  #revealFirst() {
    const ranks = this.article.marks.map((mark) => mark.rank).filter((rank) => rank !== null);
    if (ranks.length) this.article.reveal(Math.min(...ranks));
    else this.#tell("No fill stands elsewhere in the article.");
  }
}

/** Scroll a pane as the browser would if it had the focus; return whether the key is one that scrolls. */
function scroll(pane, { key, shiftKey }) {
  const page = pane.clientHeight * 0.85;
  const by = { PageDown: page, PageUp: -page, ArrowDown: 48, ArrowUp: -48, " ": shiftKey ? -page : page }[key];
  if (by === undefined) return false;
  pane.scrollBy({ top: by, behavior: calm() ? "auto" : "smooth" });
  return true;
}

new Review(JSON.parse(byId("data").textContent));
