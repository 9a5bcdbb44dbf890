// What the server is asked. Decisions are sent one after the other, in the order in which they were made.

function token() {
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  return cookie ? cookie[1] : JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";
}

export class RefusedError extends Error {
  constructor(message, answer) {
    super(message);
    this.answer = answer;
  }
}

function words(status) {
  if (status === 403) return "Your role does not allow this.";
  if (status >= 500) return "That did not work on our side. Nothing was changed; try again.";
  return "That was not accepted. Load the page again and retry.";
}

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RefusedError("Tillbridge cannot be reached. Nothing was changed.", null);
  }
  if (response.redirected && response.url.includes("/login/")) location.reload();
  return response;
}

export async function fetchText(url, signal) {
  const response = await send(url, { signal });
  if (!response.ok) throw new RefusedError(words(response.status), null);
  return response.text();
}

export async function fetchJson(url) {
  const response = await send(url, { headers: { accept: "application/json" } });
  if (!response.ok) throw new RefusedError(words(response.status), null);
  return response.json();
}

export class Asking {
  #last = Promise.resolve();
  #waiting = 0;

  constructor(url, onBusy) {
    this.url = url;
    this.onBusy = onBusy;
  }

  // `make` gives what to send, or null for nothing; it is called when everything before has been answered.
  decide(make) {
    this.#count(1);
    const answered = this.#last.then(async () => {
      const asked = make();
      return asked && this.#post(asked);
    });
    this.#last = answered.catch(() => null).finally(() => this.#count(-1));
    return answered;
  }

  #count(step) {
    this.#waiting += step;
    this.onBusy(this.#waiting);
  }

  async #post(asked) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) for (const each of [value].flat()) body.append(name, each);
    const response = await send(this.url, { method: "POST", body, headers: { accept: "application/json", "x-csrftoken": token() } });
    const answer = response.headers.get("content-type")?.includes("json") ? await response.json() : null;
    if (!response.ok || answer?.refused) throw new RefusedError(answer?.refused || words(response.status), answer);
    return answer;
  }
}
