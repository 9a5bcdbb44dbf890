// The studio's words with the server. Every answer is JSON; what goes wrong comes out as an ApiError.

const OFFLINE = "Tillbridge cannot be reached. Your changes are kept here and saved when it is back.";

export class ApiError extends Error {
  constructor(message, { status = 0, body = {} } = {}) {
    super(message);
    this.status = status;
    this.body = body;
  }

  get problems() {
    return this.body.error?.problems ?? [];
  }

  // No answer at all, or a server that is busy or restarting: the same request may succeed later.
  get isTransient() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

// The cookie's token is right also after logging in again in another tab; where scripts may not see it, the page's.
function token() {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  if (cookie) return cookie[1];
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

function messageOf(response, body) {
  if (body.error?.message) return body.error.message;
  if (response.status === 403) return "Your role does not allow this, or you have been signed out: load the page again.";
  if (response.status === 413) return "That is too large: a sample may have up to 5 MB.";
  if (response.status >= 500) return "That did not work on our side. Nothing was changed.";
  return "That was not accepted. Load the page again and retry.";
}

export class Api {
  // `root` ends in "/api/" and names one version of one pair.
  constructor(root) {
    this.root = root;
  }

  state(mapping) {
    return this.#send(`state/?mapping=${encodeURIComponent(mapping)}`);
  }

  changes(mapping, revision, label, changes) {
    return this.#send("changes/", { mapping, revision, label, changes });
  }

  undo(mapping, revision) {
    return this.#send("undo/", { mapping, revision });
  }

  redo(mapping, revision) {
    return this.#send("redo/", { mapping, revision });
  }

  evaluate(mapping, sample, document, signal) {
    return this.#send("evaluate/", { mapping, sample, document }, signal);
  }

  samples(text) {
    return this.#send("samples/", { text });
  }

  suggestions(mapping, sample) {
    return this.#send("suggestions/", { mapping, sample });
  }

  feedback(mapping, accepted, rejected) {
    return this.#send("suggestions/feedback/", { mapping, accepted, rejected });
  }

  conditions(mapping, text, sample, signal) {
    return this.#send("conditions/", { mapping, text, sample }, signal);
  }

  // A condition as `text` or as `tree`, and whose: {mapping, each} of a mapping, or {record} of a rule.
  condition(question, signal) {
    return this.#send("conditions/", question, signal);
  }

  // What the rules would have done to the last records.
  tryRules(rules, signal) {
    return this.#send("rules/try/", { rules }, signal);
  }

  pasteTable(id, text) {
    return this.#send(`tables/${encodeURIComponent(id)}/paste/`, { text });
  }

  async #send(path, body, signal) {
    const response = await this.#fetch(path, body, signal);
    const answer = await bodyOf(response);
    if (!response.ok) throw new ApiError(messageOf(response, answer), { status: response.status, body: answer });
    return answer;
  }

  async #fetch(path, body, signal) {
    const headers = { accept: "application/json", "x-csrftoken": token() };
    const options = { headers, signal, credentials: "same-origin" };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      Object.assign(options, { method: "POST", body: JSON.stringify(body) });
    }
    try {
      return await fetch(this.root + path, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(OFFLINE);
    }
  }
}
