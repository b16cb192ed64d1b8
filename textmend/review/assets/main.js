// Wires the parts: what a key, a click or another tab does, and what is said of it.

class Review {
  constructor(data) {
    this.model = new Model(data);
    this.store = new Store(data.digest);
    this.store.addEventListener("failed", () => this.#warn());
    this.#restore(data);
    this.settings = new Settings(this.store, data.by);
    this.article = new ArticleView(byId("article"), this.model, (index) => this.go(index));
    this.list = new ListView(byId("rows"), this.model, (index) => {
      this.#openList(false);
      this.go(index);
    });
    this.panel = new PanelView(byId("panel"), this.model, {
      take: (fill) => this.verdict("fill", fill),
      write: () => this.panel.openWriting(),
      verdict: (name) => this.verdict(name),
      skip: () => this.skip(),
      next: () => this.step(1),
      previous: () => this.step(-1),
      tryFill: (fill) => this.article.tryFill(fill),
      reveal: (rank) => this.article.reveal(rank),
    });
    this.filters = new Filters(this.model, () => this.#arrange());
    this.current = null;
    this.downloaded = exportLines(this.model);
    this.#listen(data);
    this.#name(data);
    this.#arrange();
    if (!this.model.gaps.length) {
      if (this.model.documents.length) this.article.open(0);
      this.panel.showEmpty("No gaps were found: there is nothing to decide.");
    }
  }

  /** Make a gap the current one. */
  go(index, { aloud = "" } = {}) {
    if (this.panel.isWriting) this.panel.closeWriting();
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
    const next = this.#nextOpen();
    this.model.change([[this.current, decide(name, fill, this.settings.by), false]]);
    const said = spoken(this.model, this.current);
    this.#went(next, `${said[0].toUpperCase()}${said.slice(1)}.`);
  }

  skip() {
    if (this.current === null) return;
    const next = this.#nextOpen();
    this.model.change([[this.current, this.model.decisions.get(this.current) ?? null, true]]);
    this.#went(next, "Skipped.");
  }

  undo() {
    const index = this.model.undo();
    if (index === null) return this.#tell("There is nothing to undo.");
    this.#tell("Undone.", { silent: true });
    this.go(index, { aloud: "Undone." });
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
    const { changes, foreign, broken } = importLines(this.model, content);
    const news = changes.filter(([index, decision]) => {
      const here = this.model.decisions.get(index);
      return decision ? !here || (decision.at ?? "") > (here.at ?? "") : false;
    });
    if (news.length) this.model.change(news);
    const notes = [`${count(news.length, "decision")} taken over`];
    const older = changes.filter(([, decision]) => decision).length - news.length;
    if (older) notes.push(`${older} not newer than what is decided here`);
    if (foreign) notes.push(`${foreign} about other texts or places`);
    if (broken.length) notes.push(`${count(broken.length, "line")} unreadable, the first is line ${broken[0]}`);
    this.#tell(notes.join("; ") + ".", { stay: foreign > 0 || broken.length > 0 });
    if (news.length && this.model.state(this.current) !== OPEN) this.go(this.#nextOpen() ?? this.current);
  }

  #restore(data) {
    const here = new Map(this.store.load(this.model.gaps.length));
    const decided = new Map(data.decided);
    const changes = [...decided].map(([index, decision]) => [index, decision, false]);
    for (const [index, value] of here) {
      const given = decided.get(index);
      const kept = value.verdict ? decisionOf(value) ?? null : null;
      if (given && (given.at ?? "") > (value.at ?? "")) continue;
      changes.push([index, kept, value.skipped === true]);
    }
    this.model.change(changes, { undoable: false });
    this.model.remember();
    this.model.addEventListener("change", ({ detail }) => this.#changed(detail));
  }

  #changed(indexes) {
    for (const index of indexes) {
      const decision = this.model.decisions.get(index);
      if (decision) this.store.put(index, decision);
      else this.store.put(index, { skipped: this.model.skipped.has(index), at: now() }); // or it would come back
      this.article.update(index);
    }
    if (this.filters.byState) this.list.set(select(this.model, this.filters.values));
    this.#draw();
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
    const done = this.model.decisions.size === this.model.gaps.length;
    this.#tell(done ? `${said} All gaps are decided: download the decisions.` : said, { silent: next !== null, stay: done });
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
      const last = this.current === null ? Number(this.store.setting(`at:${this.model.digest}`) ?? NaN) : NaN;
      this.go(placeOf.has(last) ? last : order.find((index) => this.model.state(index) === OPEN) ?? order[0]);
    }
    this.#draw();
  }

  #progress() {
    const { size } = this.model.decisions;
    const all = this.model.gaps.length;
    byId("progress").max = Math.max(1, all);
    byId("progress").value = size;
    byId("count").textContent = `${size.toLocaleString("en")} of ${all.toLocaleString("en")} decided`;
    byId("undo").disabled = !this.model.past.length;
    byId("download").classList.toggle("ready", all > 0 && size === all);
    byId("saved").textContent = this.store.failed ? "not kept" : "kept in this browser";
    byId("saved").classList.toggle("failed", Boolean(this.store.failed));
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
    const offer = best ? `First of ${gap.fills.length} fills: ${plainFill(best.text)}, ${perCent(best.probability)}.` : "No fills.";
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
      if (this.store.failed && exportLines(this.model) !== this.downloaded) event.preventDefault();
    });
  }

  #otherTab({ key, newValue }) {
    const index = key === null ? null : this.store.indexOf(key);
    if (index === null || index >= this.model.gaps.length || newValue === null) return;
    const value = parse(newValue);
    const decision = value?.verdict ? decisionOf(value) ?? null : null;
    if (value) this.model.change([[index, decision, value.skipped === true]], { undoable: false });
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return this.#escape();
    const typing = event.target.closest?.("input:not([type=range], [type=checkbox]), select, textarea, [contenteditable]");
    if (typing || this.settings.help.open || !this.settings.single.checked) return;
    if (event.target === document.body && scroll(byId("reading"), event)) return event.preventDefault();
    const action = this.#action(event.key);
    if (!action || event.repeat && !"jk".includes(event.key)) return;
    event.preventDefault();
    action();
  }

  #escape() {
    if (this.panel.isWriting) {
      this.panel.closeWriting();
      byId("panel").focus({ preventScroll: true });
    }
    this.#openList(false);
  }

  #action(key) {
    if (key === "?") return () => this.settings.open();
    if (key === "u") return () => this.undo();
    if (key === "j") return () => this.step(1);
    if (key === "k") return () => this.step(-1);
    if (key === "w") return () => this.download();
    if (this.current === null) return null;
    const fill = /^[1-9]$/.test(key) ? this.model.gaps[this.current].fills[Number(key) - 1] : null;
    if (fill) return () => this.verdict("fill", fill);
    switch (key) {
      case "e": return () => this.panel.openWriting();
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
