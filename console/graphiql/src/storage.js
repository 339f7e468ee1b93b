// What GraphiQL remembers in the browser: tabs, history, sizes. Two things differ from its own storage. Keys carry
// the page's path, so that several GraphiQLs of one origin keep their tabs apart; and request headers are dropped,
// because GraphiQL writes them into its history even when told not to persist them, and they hold bearer tokens.
const PREFIX = `svod:${location.pathname}:`;
const HOLDS_HEADERS = /:(queries|favorites|tabState)$/;
const HEADERS = /:headers$/;

export const storage = available() ? { getItem, setItem, removeItem, clear, get length() { return keys().length; } } : null;

function getItem(key) {
  return localStorage.getItem(PREFIX + key);
}

function setItem(key, value) {
  if (HEADERS.test(key)) return;
  localStorage.setItem(PREFIX + key, HOLDS_HEADERS.test(key) ? withoutHeaders(value) : value);
}

function removeItem(key) {
  localStorage.removeItem(PREFIX + key);
}

function clear() {
  for (const key of keys()) localStorage.removeItem(key);
}

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (key, value) => (key === "headers" ? null : value));
}

function available() {
  try {
    return localStorage.length >= 0;
  } catch {
    return false;
  }
}
