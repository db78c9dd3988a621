// The page: what the person does becomes frames, what the desk says becomes messages.

import { Link } from "./link.js";
import { Mine, memory } from "./mine.js";
import { changing, clearBusy, clearLog, element, markPressed, notify, showDesk, showMine, showTyping } from "./view.js";

const page = document.documentElement;
const $ = (id) => document.getElementById(id);
const [log, form, text, status, language] = ["log", "form", "text", "status", "language"].map($);
const LIMIT = Number(page.dataset.limit);
const HAVE = 300;

let words = JSON.parse(page.dataset.words);
const t = (key) => words[key] || "";
const lastRow = () => Math.max(Number(memory.getItem("desk.last")), 0, ...rows);
const mine = new Mine();
const rows = new Set(); // the ledger rows that this page shows
let inFlight = null;
let pausedUntil = 0;
let pumpTimer;
// a poster's link ?start=ev_…: says once what Telegram would say; other payloads are no matter of posters
let poster = (new URLSearchParams(location.search).get("start") || "").match(/^(ev|r)_[\w-]{1,60}$/)?.[0];

// -- sending: one at a time, so that the order holds

function say(frame, label) {
  const entry = mine.add(frame, label, lastRow());
  if (label) changing(() => showMine(entry, t) && true, true);
  pump();
}

async function pump() {
  clearTimeout(pumpTimer);
  const entry = mine.next();
  if (!entry || inFlight || link.state !== "ready") return;
  if (Date.now() < pausedUntil) {
    pumpTimer = setTimeout(pump, pausedUntil - Date.now());
    return;
  }
  inFlight = entry.id;
  if (!(await link.send({ ...entry.frame, id: entry.id }))) {
    inFlight = null;
    pausedUntil = Date.now() + 2000;
    pumpTimer = setTimeout(pump, 2000);
  }
}

function settled(frame) {
  if (frame.id === inFlight) inFlight = null;
  const entry = mine.entries.get(frame.id);
  if (entry && frame.type === "taken") {
    entry.state = "sent";
    pausedUntil = 0;
    notify("");
  } else if (entry && frame.wait) {
    pausedUntil = Date.now() + frame.wait * 1000;
    notify(t(frame.reason));
  } else if (entry) {
    entry.state = "failed"; // it would never be taken: said plainly, and not tried again
    clearBusy();
    notify(t(frame.reason));
  }
  if (entry) {
    mine.save(entry);
    if (entry.label && !entry.press) showMine(entry, t);
  }
  pump();
}

// -- hearing

function heard(item) {
  if (rows.has(item.id)) return null;
  const isAnswered = (entry) => entry.press && item.id > entry.after && (entry.state === "sent" || entry.id === inFlight);
  const press = mine.all().find(isAnswered);
  if (press) {
    // what a press brought: in place of the menu, or below, and then the conversation shows what was chosen
    press.press = false;
    if (item.edit) press.label = null;
    else press.after = lastRow();
    mine.save(press);
    if (press.label) showMine(press, t);
  }
  rows.add(item.id);
  memory.setItem("desk.last", lastRow());
  return showDesk(item, t, pressed);
}

function hear(frame) {
  const fresh = frame.items.filter((item) => !rows.has(item.id));
  if (fresh.length) {
    const opening = log.getAttribute("aria-live") === "off";
    clearBusy();
    showTyping(false);
    changing(() => fresh.map(heard).find(Boolean) || false, opening);
    if (opening) log.scrollTop = log.scrollHeight;
  }
  if (frame.items.length) link.send({ type: "seen", ids: frame.items.map((item) => item.id) });
  if (frame.lang && !mine.next()) speak(frame.lang);
  requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function welcome(frame) {
  const before = memory.getItem("desk.visitor");
  if (before && before !== frame.visitor) {
    // another visitor used this browser, or the cookie is gone: theirs is not shown, what waits is still sent
    mine.drop(mine.all().filter((entry) => entry.state !== "waiting"));
    clearLog();
    rows.clear();
    memory.removeItem("desk.last");
  }
  memory.setItem("desk.visitor", frame.visitor);
  if (poster) {
    mine.add({ type: "command", text: `/start ${poster}` }, null, lastRow());
    poster = null;
    history.replaceState(null, "", location.pathname);
  } else if (frame.empty) {
    // the desk greets whoever it has said nothing to yet; by its fixed id it does so once only
    const entry = mine.add({ type: "command", text: "/start" }, null, 0, "start");
    entry.order = 0; // before what was typed meanwhile
    mine.save(entry);
  }
  inFlight = null;
  pump();
}

const HEARING = {
  welcome,
  messages: hear,
  typing: () => showTyping(true),
  taken: settled,
  refused: settled,
};

const link = new Link({
  have: () => [...rows].sort((one, other) => other - one).slice(0, HAVE),
  onFrame: (frame) => HEARING[frame.type]?.(frame),
  onState: showState,
});

function showState(state) {
  if (state !== "ready") {
    inFlight = null;
    showTyping(false);
  }
  status.dataset.state = state;
  const known = ["ready", "offline", "elsewhere", "no_cookie"].includes(state) ? state : "connecting";
  const line = element(state === "elsewhere" ? "button" : "span", { textContent: t(known) });
  line.dataset.t = known;
  if (state === "elsewhere") line.onclick = () => link.connect();
  status.replaceChildren(line);
}

// -- the message box

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  const over = [...text.value].length - LIMIT;
  text.setAttribute("aria-invalid", String(over > 0));
  notify(over > 0 ? t("too_long").replace("{over}", over.toLocaleString()) : "");
  return over <= 0;
}

function submit(event) {
  event.preventDefault();
  const written = text.value.trim();
  if (written && grow()) {
    say({ type: "text", text: written }, written);
    text.value = "";
    memory.removeItem("desk.draft");
    grow();
  }
  text.focus();
}

form.addEventListener("submit", submit);

text.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key === "Enter" && !event.shiftKey && !composing) submit(event);
});

text.addEventListener("input", () => {
  grow();
  memory.setItem("desk.draft", text.value);
});

// -- buttons, topics, location, language

function pressed(button, message, node) {
  if (button.request === "location") return locate();
  if (node.classList.contains("busy")) return;
  markPressed(node);
  const frame = { type: "button", key: button.key, message, label: button.label };
  const entry = mine.add(frame, button.label, lastRow());
  entry.press = true; // shown once it is known whether the answer takes the menu's place
  mine.save(entry);
  pump();
}

function locate() {
  notify(t("locating"));
  const failed = () => {
    notify(t("no_location"));
    text.focus();
  };
  if (!navigator.geolocation) return failed();
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    notify("");
    const round = (degrees) => Math.round(degrees * 1e4) / 1e4; // ten metres are near enough
    say({ type: "location", lat: round(coords.latitude), lon: round(coords.longitude) }, t("my_location"));
  }, failed, { timeout: 15000, maximumAge: 300000 });
}

for (const node of document.querySelectorAll("nav button")) {
  node.addEventListener("click", () => say({ type: "command", text: `/${node.dataset.command}` }, node.textContent.trim()));
}

language.addEventListener("change", () => {
  say({ type: "command", text: `/language ${language.value}` }, null);
  speak(language.value);
});

async function speak(code) {
  if (page.dataset.code === code) return;
  page.dataset.code = language.value = code;
  try {
    const answer = await fetch(`/web/strings/${code}`);
    if (!answer.ok || page.dataset.code !== code) return;
    words = await answer.json();
  } catch {
    return; // the page's own words stay as they are; the desk's answers come in the new language all the same
  }
  page.lang = code.replace("_", "-");
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  text.placeholder = t("placeholder");
}

// -- start

addEventListener("storage", (event) => {
  const entry = mine.changed(event);
  if (entry && entry.label && !entry.press) changing(() => showMine(entry, t));
});

text.value = memory.getItem("desk.draft") || "";
grow();
for (const entry of mine.all()) if (entry.label && !entry.press) showMine(entry, t);
log.scrollTop = log.scrollHeight;
link.connect();
