"use strict";
// Conversations: an index that is read at once, and texts in parts that are read when opened.
// Text from transcripts only ever enters the page as textContent or as an attribute's value.
(() => {
  const byId = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byId(id).textContent);
  const index = read("index");
  const parts = new Map();
  const PAGE = 50;
  const form = byId("filters");
  let shown = [];
  let from = 0;
  let traced = null; // a name that was clicked is meant whole, one that is typed in part
  let trigger = null; // the number that was clicked

  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  const count = (number, one, many) => number.toLocaleString("en") + " " + (number === 1 ? one : many);

  const body = (number) => {
    const part = Math.floor(number / index.part);
    if (!parts.has(part)) parts.set(part, read("part-" + part));
    return parts.get(part)[number % index.part];
  };

  // What is asked of a reply must be true of one reply: "missed, by Ann" is one of hers that missed.
  const ofReply = (key, value) =>
    index.fields.includes(key) || (key === "flag" && index.flags.includes(value));

  const replyFits = (kind, want) =>
    want.every(([key, value]) => (key === "flag" ? kind.flag.includes(value) : kind[key] === value));

  const talkFits = (one, want) =>
    want.every(([key, value]) => {
      if (key === "since") return one.day >= value;
      if (key === "until") return one.day !== "" && one.day <= value;
      if (key === "id") return traced === value ? one.id === value : one.id.includes(value);
      return Array.isArray(one[key]) ? one[key].includes(value) : one[key] === value;
    });

  const filter = () => {
    const want = [...new FormData(form)].filter(([, value]) => value !== "");
    const ofReplies = want.filter(([key, value]) => ofReply(key, value));
    const ofTalks = want.filter(([key, value]) => !ofReply(key, value));
    const fitting = index.kinds.map((kind) => replyFits(kind, ofReplies));
    shown = index.talks.filter((one) => one.replies.some((kind) => fitting[kind]) && talkFits(one, ofTalks));
    const replies = shown.flatMap((one) => one.replies.filter((kind) => fitting[kind] && index.kinds[kind].road !== null));
    from = 0;
    byId("list").replaceChildren();
    const said = ofReplies.length ? count(replies.length, "reply", "replies") + " in " : "";
    byId("count").textContent = said + count(shown.length, "conversation", "conversations");
    more();
  };

  const more = () => {
    for (const one of shown.slice(from, from + PAGE)) byId("list").append(row(one));
    from += PAGE;
    byId("more").hidden = from >= shown.length;
  };

  const distinct = (one, key) => [...new Set(one.replies.flatMap((kind) => index.kinds[kind][key] ?? []))];

  const row = (one) => {
    const dot = make("span", { class: "road", "aria-hidden": "true" });
    if (index.roads.includes(one.main)) dot.classList.add(one.main);
    const name = make("span", { class: "name", dir: "auto" }, dot, one.id || "(no name)");
    const button = make("button", { type: "button", "aria-expanded": "false", "aria-controls": "talk-" + one.n }, name);
    const road = one.main === null ? "no reply" : "road: " + one.main.replace("_", " ");
    const flags = [...distinct(one, "flag"), ...one.flag].filter((flag) => index.tags.includes(flag));
    const tags = [road, ...distinct(one, "agent_id"), ...distinct(one, "channel"), one.day, one.outcome, ...flags];
    if (one.score !== null) tags.push("score " + one.score);
    for (const text of tags) if (text) button.append(" ", make("span", { class: flags.includes(text) ? "tag flag" : "tag", dir: "auto" }, text));
    const panel = make("div", { class: "talk", id: "talk-" + one.n, hidden: "" });
    const toggle = (open) => {
      button.setAttribute("aria-expanded", String(open));
      panel.hidden = !open;
      if (open) panel.replaceChildren(...talk(body(one.n)));
    };
    button.addEventListener("click", () => toggle(panel.hidden));
    const item = make("li", {}, make("h3", {}, button), panel);
    item.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || panel.hidden) return;
      toggle(false);
      button.focus();
    });
    return item;
  };

  const talk = (turns) => {
    const line = arc(turns);
    return [...(line ? [line] : []), ...turns.map(bubble), questions(turns)];
  };

  // The five questions of empathy, each with the words of the conversation that answer it.
  const ANSWERS = 50;
  const questions = (turns) => {
    const said = index.questions.map(() => []);
    for (const { role, text, answers = [] } of turns) {
      const letters = Array.from(text);
      for (const [place, start, end, what] of answers)
        if (said[place].length < ANSWERS) said[place].push([role + ": " + what.replaceAll("_", " "), letters.slice(start, end).join("")]);
    }
    const list = make("dl");
    index.questions.forEach((question, place) => {
      list.append(make("dt", {}, question));
      for (const [source, quote] of said[place])
        list.append(make("dd", { dir: "auto" }, make("q", {}, quote), " ", make("span", { class: "soft" }, source)));
      if (!said[place].length) list.append(make("dd", { class: "soft" }, "Nothing said answers it."));
    });
    return make("details", { class: "questions" }, make("summary", {}, "Five questions of empathy"), list);
  };

  // Each stretch of words with the markers that it is in, and whether it is canned.
  const words = (text, marks, canned) => {
    const letters = Array.from(text); // offsets count characters, not halves of them
    const spans = [...marks.map(([, a, b]) => [a, b]), ...canned];
    const edges = [...new Set([0, letters.length, ...spans.flat()])]
      .filter((at) => at >= 0 && at <= letters.length).sort((a, b) => a - b);
    return edges.slice(1).map((end, i) => {
      const start = edges[i];
      const piece = letters.slice(start, end).join("");
      const on = marks.filter(([, a, b]) => a < end && start < b).map(([type]) => type);
      const stock = canned.some(([a, b]) => a < end && start < b);
      if (!on.length && !stock) return piece;
      const node = make(on.length ? "mark" : "span", { title: [...on, ...(stock ? ["canned"] : [])].join(", ") }, piece);
      const group = index.groups[on[on.length - 1]];
      if (group) node.classList.add(group);
      if (stock) node.classList.add("canned");
      return node;
    });
  };

  const bubble = ({ role, who, text, marks = [], canned = [], numbers, moment, beside }) => {
    const box = make("div", { class: "turn " + role });
    box.append(make("div", { class: "who", dir: "auto" }, who ? "agent " + who : role));
    if (moment) box.append(make("div", { class: "moment" }, "Moment of truth: valence " + moment));
    box.append(make("div", { class: "bubble", dir: "auto" }, ...words(text, marks, canned)));
    const types = [...new Set(marks.map(([type]) => type))].join(", ");
    if (numbers || types) box.append(make("div", { class: "numbers" }, [numbers, types].filter(Boolean).join(" · ")));
    if (beside) box.append(make("div", { class: "moment" }, "The reply before a moment of truth"));
    return box;
  };

  const draw = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };

  // The customer's valence, turn by turn: a ring is a moment of truth, a tick below is a reply.
  const arc = (turns) => {
    const points = turns.map((turn, place) => ({ ...turn, place })).filter((turn) => turn.valence !== undefined);
    if (points.length < 2) return null;
    const x = (place) => 36 + (348 * place) / Math.max(turns.length - 1, 1);
    const y = (valence) => 40 - 15 * valence;
    const said = points.map((turn) => turn.valence.toFixed(1) + (turn.moment ? " (moment of truth)" : ""));
    const svg = draw("svg", { class: "arc", viewBox: "0 0 400 92", role: "img", "aria-label": "Customer's valence: " + said.join(", ") });
    svg.append(draw("line", { x1: 0, x2: 400, y1: 40, y2: 40, class: "zero" }));
    for (const [text, at] of [["glad", 10], ["upset", 74]]) {
      const name = draw("text", { x: 0, y: at });
      name.append(text);
      svg.append(name);
    }
    turns.forEach((turn, place) => {
      if (turn.road) svg.append(draw("rect", { x: x(place) - 5, y: 80, width: 10, height: 8, rx: 2, fill: "var(--" + turn.road + ")" }));
    });
    svg.append(draw("polyline", { points: points.map((turn) => x(turn.place) + "," + y(turn.valence)).join(" "), class: "line" }));
    for (const turn of points) {
      const at = { cx: x(turn.place), cy: y(turn.valence) };
      if (turn.moment) svg.append(draw("circle", { ...at, r: 7.5, class: "ring" }));
      svg.append(draw("circle", { ...at, r: 3.5, class: turn.valence < 0 ? "low" : "high" }));
    }
    return svg;
  };

  const option = (field, value, text = value) => {
    const node = make("option", {}, text);
    node.value = value;
    field.append(node);
  };

  const choose = (want) => {
    form.reset();
    traced = want.id === undefined ? null : want.id;
    for (const [key, value] of Object.entries(want)) {
      const field = form.elements.namedItem(key);
      if (!field) continue;
      if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === String(value))) option(field, value);
      field.value = value;
    }
    filter();
    byId("back").hidden = trigger === null;
    byId("conversations").scrollIntoView();
    byId("conversations-title").focus({ preventScroll: true });
  };

  const MOST = 2000;
  const fill = (field, values) => {
    if (values.length < 1) field.parentElement.hidden = true;
    for (const [value, text] of values.slice(0, MOST)) option(field, value, text);
  };
  const sorted = (values) =>
    [...new Set(values)].filter((value) => value !== null && value !== "").sort().map((value) => [value, value]);
  for (const key of index.fields) fill(form.elements.namedItem(key), sorted(index.kinds.map((kind) => kind[key])));
  for (const key of ["feeling", "outcome"]) fill(form.elements.namedItem(key), sorted(index.talks.flatMap((one) => one[key])));
  const flags = new Set([...index.kinds, ...index.talks].flatMap((one) => one.flag));
  fill(form.elements.namedItem("flag"), sorted(flags));
  fill(form.elements.namedItem("phrase"), index.phrases.map((phrase, place) => [String(place), phrase.slice(0, 60)]));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter]");
    const bar = event.target.closest("svg a");
    if (!button && !bar) return;
    trigger = button || bar;
    if (bar) event.preventDefault(); // the same address twice would be no change
    choose(button ? JSON.parse(button.dataset.filter) : wantedBy(bar.getAttribute("href") || bar.getAttribute("xlink:href")));
  });
  byId("back").addEventListener("click", () => {
    trigger.scrollIntoView({ block: "center" });
    trigger.focus({ preventScroll: true });
    byId("back").hidden = true;
  });
  const wantedBy = (address) => Object.fromEntries(new URLSearchParams(address.slice(1)));
  const byHash = () => {
    const want = wantedBy(location.hash);
    trigger = null;
    if (Object.keys(want).some((key) => index.fields.includes(key) || key === "flag")) choose(want);
  };
  window.addEventListener("hashchange", byHash);
  window.addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[type=reset]").addEventListener("click", () => setTimeout(filter)); // once it is reset
  byId("more").addEventListener("click", more);
  filter();
  byHash();
})();
