// The door's page. Commands wait in a queue that outlives a reload; each has an id, so sending it twice does no harm.
"use strict";
const words = JSON.parse(document.body.dataset.words);
const $ = (id) => document.getElementById(id);
const QUEUE = "door.queue";
const RETRY = 2000, PAUSE = 2500, LOOK = 250;
let sending = false, lastText = "", lastAt = 0;

const say = (key, fields = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => fields[name] ?? "");
const queue = () => JSON.parse(localStorage.getItem(QUEUE) || "[]");
const keep = (list) => localStorage.setItem(QUEUE, JSON.stringify(list));
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(15)), (b) => b.toString(16).padStart(2, "0")).join("");

async function post(path, body) {
  const answer = await fetch("/door/api/" + path, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
  });
  if (answer.status >= 500) throw new Error("later");
  return {status: answer.status, ...(await answer.json())};
}

function show(answer) {
  if (answer.event) $("event").textContent = answer.event;
  if (answer.all !== undefined) $("here").textContent = say("here", {here: answer.here, all: answer.all});
  if (answer.error === "gone") return close();
  const key = answer.error ? (words[answer.error] ? answer.error : "bad") : answer.result;
  if (!key) return;
  $("result").className = key === "in" ? "in" : key === "again" ? "again" : "not";
  $("result").textContent = (key === "in" ? "✓ " : key === "again" ? "⚠ " : "✕ ") + say(key, answer);
  if (navigator.vibrate) navigator.vibrate(key === "in" ? 80 : [80, 60, 80]);
}

function line() {
  const count = queue().length;
  $("line").hidden = count === 0;
  $("line").textContent = say("waiting", {count});
}

function command(path, body) {
  keep([...queue(), {path, body: {...body, command: newId()}}]);
  drain();
}

async function drain() {
  if (sending) return;
  sending = true;
  try {
    for (let next = queue()[0]; next; next = queue()[0]) {
      show(await post(next.path, next.body));
      keep(queue().slice(1));
    }
    line();
  } catch {
    line();
    setTimeout(drain, RETRY);
  } finally {
    sending = false;
  }
}

function close() {
  $("door").hidden = true;
  $("closed").hidden = false;
  $("closed").textContent = words.gone;
}

function opened() {
  $("closed").hidden = true;
  $("door").hidden = false;
  drain();
}

async function look(text) {
  if (/ck_|\d{3}/.test(text) || /^[\p{Nd}\s-]+$/u.test(text)) return command("scan", {text});
  try {
    const answer = await post("search", {text});
    show(answer);
    $("found").replaceChildren(...(answer.found || []).map((one) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.textContent = (one.in ? "✓ " : "") + [one.name, one.business].filter(Boolean).join(", ");
      button.onclick = () => { $("found").replaceChildren(); command("let-in", {registration: one.id}); };
      item.append(button);
      return item;
    }));
    if (answer.found && !answer.found.length) { $("result").className = "not"; $("result").textContent = words.nobody; }
  } catch {
    line();
  }
}

async function camera() {
  try {
    if (!("BarcodeDetector" in window)) throw new Error("none");
    const detector = new BarcodeDetector({formats: ["qr_code"]});
    const video = $("camera");
    video.srcObject = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment"}});
    await video.play();
    video.hidden = false;
    $("start").hidden = true;
    setInterval(async () => {
      const [code] = await detector.detect(video).catch(() => []);
      if (!code || (code.rawValue === lastText && Date.now() - lastAt < PAUSE)) return;
      lastText = code.rawValue;
      lastAt = Date.now();
      command("scan", {text: code.rawValue});
    }, LOOK);
  } catch {
    $("result").className = "again";
    $("result").textContent = words.no_camera;
  }
}

$("open").textContent = words.open;
$("start").textContent = words.camera;
document.querySelector("label[for=ticket]").textContent = words.ticket;
document.querySelector("label[for=name]").textContent = words.walk_in + ": " + words.name;
document.querySelector("#type button").textContent = words.check;
document.querySelector("#walk button").textContent = words.let_in;
$("start").onclick = camera;
$("type").onsubmit = (event) => {
  event.preventDefault();
  const text = $("ticket").value.trim();
  $("ticket").value = "";
  if (text) look(text);
};
$("walk").onsubmit = (event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  $("name").value = "";
  if (name) command("walk-in", {name});
};
$("open").onclick = async () => {
  const answer = await post("open", {token: location.pathname.split("/").pop()});
  if (answer.error) return close();
  history.replaceState(null, "", "/door");
  opened();
  show(await post("counts", {}));
};
window.addEventListener("online", drain);
if (location.pathname === "/door") post("counts", {}).then((answer) => { if (answer.error) close(); else { opened(); show(answer); } }, opened);
