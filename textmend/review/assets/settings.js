// The theme, the reviewer's name and the dialog that explains the keys.

const THEMES = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
const THEME_SIGNS = { auto: "◐", light: "☀", dark: "☾" };

const KEYS = [
  ["1 – 9", "take a fill"],
  ["e", "write the words yourself"],
  ["x", "not a gap: nothing is missing"],
  ["s", "skip: decide later"],
  ["m", "mark: words are missing, nobody knows which"],
  ["d", "drop the sentence"],
  ["l", "leave it: words are missing, the text stays"],
  ["a", "add a gap that the machine missed: where you clicked or selected, or the arrows lead"],
  ["A", "accept all echoes and source words with a joint probability (gap times fill) of at least 95%"],
  ["u", "undo"],
  ["j  k", "next, previous"],
  ["o", "show where the words of the first echo stand"],
  ["w", "write the decisions to a file: download them"],
  ["?", "this help"],
];

class Settings {
  /** `fixed`: a server knows who decides. */
  constructor(store, by, fixed) {
    this.store = store;
    this.name = byId("by");
    this.name.value = by ?? store.setting("by") ?? "";
    this.name.disabled = fixed;
    this.fixed = fixed ? by : null;
    byId("alone").hidden = fixed;
    byId("together").hidden = !fixed;
    this.name.addEventListener("input", () => store.set("by", this.name.value));
    this.single = byId("single-keys");
    this.single.checked = store.setting("single-keys") !== "off";
    this.single.addEventListener("change", () => store.set("single-keys", this.single.checked ? "on" : "off"));
    this.#theme(store.setting("theme"));
    byId("theme").addEventListener("click", () => {
      const names = Object.keys(THEMES);
      const name = names[(names.indexOf(this.theme) + 1) % names.length];
      this.#theme(name);
      store.set("theme", name);
    });
    this.help = byId("help");
    for (const [key, meaning] of KEYS) {
      const names = key.split("  ").flatMap((one, at) => [at ? " " : "", make("kbd", {}, one)]);
      byId("keys").append(make("div", {}, make("dt", {}, ...names), make("dd", {}, meaning)));
    }
    byId("open-help").addEventListener("click", () => this.open());
    byId("close-help").addEventListener("click", () => this.help.close());
    this.help.addEventListener("click", (event) => event.target === this.help && this.help.close());
  }

  get by() {
    return this.fixed ?? (strip(this.name.value) || null);
  }

  open() {
    this.help.showModal();
  }

  #theme(name) {
    this.theme = name in THEMES ? name : "auto";
    document.documentElement.dataset.theme = this.theme;
    const button = byId("theme");
    button.replaceChildren(THEME_SIGNS[this.theme]);
    button.title = THEMES[this.theme];
    button.setAttribute("aria-label", THEMES[this.theme]);
  }
}

function byId(id) {
  return document.getElementById(id);
}
