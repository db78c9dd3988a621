// The desk's markup (b, i, u, s, code, pre, a) as DOM nodes. Whatever is not exactly that stays visible text.

const TOKEN = /<(\/?)(b|i|u|s|code|pre|a)(?: href="([^"<>]*)")?>|&(#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos|nbsp);/gi;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
const SAFE_LINK = /^(https?|tg|mailto):/i;
const DEEPEST = 16;

function character(entity) {
  if (entity[0] !== "#") return ENTITIES[entity.toLowerCase()];
  const hex = entity[1].toLowerCase() === "x";
  const code = parseInt(entity.slice(hex ? 2 : 1), hex ? 16 : 10);
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : "\ufffd";
}

const decoded = (text) => text.replace(/&(#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/gi, (_, e) => character(e));

/** A link that may be followed, or null. */
export function safeLink(href) {
  const address = decoded(href || "").trim();
  return SAFE_LINK.test(address) ? address : null;
}

export function makeLink(href, label) {
  const link = document.createElement("a");
  link.href = href;
  link.rel = "noopener noreferrer";
  if (/^http/i.test(href)) link.target = "_blank";
  if (label) link.textContent = label;
  return link;
}

/** Parses a message into nodes. */
export function render(markup) {
  const root = document.createDocumentFragment();
  const open = [root];
  const say = (text) => {
    text.split(/\n[ \t]*\n\s*/).forEach((paragraph, number) => {
      if (number) open[open.length - 1].append(Object.assign(document.createElement("span"), { className: "gap" }));
      if (paragraph) open[open.length - 1].append(paragraph);
    });
  };
  let place = 0;
  for (const match of markup.matchAll(TOKEN)) {
    const [token, slash, name, href, entity] = match;
    say(markup.slice(place, match.index));
    place = match.index + token.length;
    if (entity) {
      say(character(entity));
    } else if (slash) {
      const depth = open.map((node) => node.localName).lastIndexOf(name.toLowerCase());
      if (depth > 0) open.length = depth;
    } else if (open.length < DEEPEST) {
      const target = safeLink(href);
      if (name.toLowerCase() === "a" && !target) continue; // it keeps its words; its closing tag then closes nothing
      const node = name.toLowerCase() === "a" ? makeLink(target) : document.createElement(name);
      open[open.length - 1].append(node);
      open.push(node);
    }
  }
  say(markup.slice(place));
  return root;
}

const SCRIPTS = [
  ["th", /[\u0e00-\u0e7f]/g],
  ["lo", /[\u0e80-\u0eff]/g],
  ["my", /[\u1000-\u109f\uaa60-\uaa7f]/g],
  ["km", /[\u1780-\u17ff]/g],
  ["zh-Hans", /[\u3400-\u9fff]/g],
  ["vi", /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/gi],
];

/** The language of a text by its letters, for `lang`: how it is read out, and which font and line height it gets. */
export function languageOf(text) {
  const latin = (text.match(/[a-z]/gi) || []).length;
  let best = ["en", latin / 6];
  for (const [language, letters] of SCRIPTS) {
    const count = (text.match(letters) || []).length * (language === "zh-Hans" ? 2 : 1);
    if (count > best[1] && count > 0) best = [language, count];
    else if (language === "vi" && best[0] === "en" && count > latin / 25) best = [language, count];
  }
  return best[1] > 0 ? best[0] : "";
}
