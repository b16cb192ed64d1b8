// What the browser keeps: one small entry a decision, so that each is safe as soon as it is made, and settings.
// Where nothing can be kept (storage off or full), the page says so and goes on.

const PREFIX = "textmend-review";

class Store extends EventTarget {
  constructor(digest) {
    super();
    this.prefix = `${PREFIX}:${digest}:`;
    this.failed = null;
  }

  /** Return the kept entries as [[gap index, value]]; what can't be read is passed over. */
  load(size) {
    const found = [];
    this.#try(() => {
      for (const key of Object.keys(localStorage)) {
        const index = this.indexOf(key);
        if (index === null || index >= size) continue;
        const value = parse(localStorage.getItem(key));
        if (value) found.push([index, value]);
      }
      localStorage.setItem(`${PREFIX}:probe`, "1"); // reading may work where writing doesn't
      localStorage.removeItem(`${PREFIX}:probe`);
    });
    return found;
  }

  indexOf(key) {
    const number = key.startsWith(this.prefix) ? key.slice(this.prefix.length) : "";
    return /^\d{1,9}$/.test(number) ? Number(number) : null;
  }

  put(index, value) {
    this.#try(() => localStorage.setItem(this.prefix + index, JSON.stringify(value)));
  }

  setting(name) {
    try {
      return localStorage.getItem(`${PREFIX}:setting:${name}`);
    } catch {
      return null;
    }
  }

  set(name, value) {
    this.#try(() => localStorage.setItem(`${PREFIX}:setting:${name}`, value));
  }

  #try(action) {
    try {
      action();
    } catch (error) {
      this.failed = error?.name === "QuotaExceededError" ? "its storage is full" : "its storage is switched off";
      this.dispatchEvent(new Event("failed"));
    }
  }
}

function parse(line) {
  try {
    const value = JSON.parse(line);
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
