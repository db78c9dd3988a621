// Messages as elements. Text from outside becomes text nodes and the few elements of markup.js, nothing else.

import { languageOf, makeLink, render, safeLink } from "./markup.js";

const log = document.getElementById("log");
const newer = document.getElementById("newer");
const typing = document.getElementById("typing");

export function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

const hidden = (text) => element("span", { className: "hidden", textContent: text });

/** The page's language as this browser's owner writes it: with their own country's dates and digits. */
function locale() {
  const { lang } = document.documentElement;
  return (navigator.languages || []).find((each) => each.split("-")[0] === lang.split("-")[0]) || lang;
}

function clock(at) {
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const shape = today ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" };
  const text = new Intl.DateTimeFormat(locale(), shape).format(when);
  return element("time", { dateTime: when.toISOString(), textContent: text });
}

// -- where things go

/** Later rows first: [the row it is or follows, 1 for what the person said, when]. */
function comesAfter(one, other) {
  for (const place of [0, 1, 2]) if (one[place] !== other[place]) return one[place] > other[place];
  return false;
}

function insert(node, order) {
  node.order = order;
  let before = log.lastElementChild;
  while (before && before.order && comesAfter(before.order, order)) before = before.previousElementSibling;
  before.after(node);
}

const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

/** Runs a change of the log, then shows its end, or the beginning of what is new where that is taller than the log. */
export function changing(change, always = false) {
  const follow = always || isAtEnd();
  const first = change();
  if (!first) return;
  if (!follow) newer.hidden = false;
  else if (first === true) log.scrollTop = log.scrollHeight;
  else log.scrollTop += first.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
  if (first === true) atEnd = true;
  else look();
}

newer.addEventListener("click", () => {
  log.scrollTop = log.scrollHeight;
  log.focus({ preventScroll: true });
});
// the keyboard, the growing message box and the typing dots take room from the log: its end stays in sight
let atEnd = true;
let room = log.clientHeight;
const look = () => {
  if (log.clientHeight !== room) return; // not scrolled, but resized: the observer comes next
  atEnd = isAtEnd();
  if (atEnd) newer.hidden = true;
};
log.addEventListener("scroll", look, { passive: true });
if (window.ResizeObserver) {
  new ResizeObserver(() => {
    room = log.clientHeight;
    if (atEnd) log.scrollTop = log.scrollHeight;
  }).observe(log);
}

// -- what the person said

export function showMine(entry, t) {
  const id = `said-${entry.id}`;
  const state = element("span", { className: "state", textContent: t(entry.state) });
  state.dataset.t = entry.state;
  const foot = element("p", { className: "foot" }, clock(entry.at), state);
  const text = element("div", { className: "text", lang: languageOf(entry.label), dir: "auto", textContent: entry.label });
  const bubble = element("div", { className: "bubble" }, hidden(`${t("you")}: `), text);
  const node = element("div", { id, className: `message mine ${entry.state}` }, bubble, foot);
  const old = document.getElementById(id);
  if (old) {
    if (old.className !== node.className) {
      old.className = node.className;
      old.querySelector(".foot").replaceWith(foot);
    }
    return null;
  }
  insert(node, [entry.after, 1, entry.order]);
  return node;
}

// -- what the desk says

function attachment(file, t) {
  if (!file.url) return element("p", { className: "gone", textContent: t("file_gone") });
  if (!file.picture) {
    const kilobytes = new Intl.NumberFormat(locale()).format(Math.ceil(file.size / 1024));
    const link = makeLink(file.url, `${file.name} · ${kilobytes} KB`);
    return Object.assign(link, { className: "file", download: file.name, target: "" });
  }
  const picture = element("img", { src: file.url, alt: file.name, loading: "lazy", decoding: "async" });
  picture.onload = () => isAtEnd() && (log.scrollTop = log.scrollHeight);
  picture.onerror = () => picture.replaceWith(attachment({}, t));
  const link = makeLink(file.url);
  link.target = "_blank";
  link.className = "picture";
  link.append(picture);
  return link;
}

function button(one, message, press) {
  if (one.url) {
    const address = safeLink(one.url.replace(/&/g, "&amp;"));
    return address ? Object.assign(makeLink(address, one.label), { className: "button" }) : "";
  }
  const node = element("button", { type: "button", className: "button", textContent: one.label });
  node.addEventListener("click", () => press(one, message, node));
  return node;
}

/** Shows a message, or changes the one that it takes the place of. Returns the node when it is a new one. */
export function showDesk(item, t, press) {
  const target = item.edit || String(item.id);
  const id = `row-${target}`;
  const old = document.getElementById(id);
  if (old && item.id < old.revision) return null; // it comes late: a later change is shown already
  const text = element("div", { className: "text", dir: "auto" }, render(item.text));
  text.lang = languageOf(text.textContent);
  const bubble = element("div", { className: "bubble" }, hidden(`${t("desk")}: `));
  if (item.file) bubble.append(attachment(item.file, t));
  if (item.text) bubble.append(text);
  bubble.append(element("p", { className: "foot" }, clock(item.at)));
  const parts = [bubble];
  if (item.buttons.length) {
    const rows = item.buttons.map((row) =>
      element("div", { className: "row" }, ...row.map((one) => button(one, target, press))));
    parts.push(element("div", { className: "buttons", lang: languageOf(rows.map((row) => row.textContent).join("")) }, ...rows));
  }
  if (old) {
    old.revision = item.id;
    const focused = old.contains(document.activeElement);
    old.replaceChildren(...parts);
    if (focused) old.focus({ preventScroll: true });
    const above = old.getBoundingClientRect().top < log.getBoundingClientRect().top;
    old.scrollIntoView({ block: above || old.offsetHeight > log.clientHeight ? "start" : "nearest" });
    return null;
  }
  const node = element("div", { id, className: "message desk", tabIndex: -1, revision: item.id }, ...parts);
  insert(node, [item.id, 0, 0]);
  return node;
}

/** The person chose this one: it stays marked while the answer is made. */
export function markPressed(node) {
  for (const other of node.closest(".buttons").querySelectorAll(".pressed")) other.classList.remove("pressed");
  node.classList.add("pressed", "busy");
  node.setAttribute("aria-busy", "true");
}

export function clearBusy() {
  for (const node of log.querySelectorAll(".busy")) {
    node.classList.remove("busy");
    node.removeAttribute("aria-busy");
  }
}

let typingTimer;
export function showTyping(shown) {
  clearTimeout(typingTimer);
  changing(() => {
    typing.hidden = !shown;
    return false;
  });
  if (shown) typingTimer = setTimeout(() => showTyping(false), 15000);
}

/** A line above the message box; empty to take it away. */
export function notify(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.hidden = !text;
}

export function clearLog() {
  for (const node of log.querySelectorAll(".message")) node.remove();
}
