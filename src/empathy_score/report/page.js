"use strict";
// Conversations: an index that is read at once, and texts in parts that are read when opened.
// Text from transcripts only ever enters the page as textContent or as an attribute's value.
(() => {
  const byId = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byId(id).textContent);
  const index = read("index");
  const parts = new Map();
  const PAGE = 50;
  let shown = [];
  let from = 0;
  let traced = null; // a name that was clicked is meant whole, one that is typed in part

  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  const body = (number) => {
    const part = Math.floor(number / index.part);
    if (!parts.has(part)) parts.set(part, read("part-" + part));
    return parts.get(part)[number % index.part];
  };

  const FIELDS = ["agent_id", "team", "company", "channel", "topic", "road", "feeling", "outcome", "flag"];

  const wanted = () => {
    const form = new FormData(byId("filters"));
    return Object.fromEntries([...form].filter(([, value]) => value !== ""));
  };

  const fits = (one, want) =>
    Object.entries(want).every(([key, value]) => {
      if (key === "since") return one.day >= value;
      if (key === "id") return traced === value ? one.id === value : one.id.includes(value);
      if (key === "until") return one.day !== "" && one.day <= value;
      const own = one[key];
      return Array.isArray(own) ? own.includes(value) : own === value;
    });

  const filter = () => {
    const want = wanted();
    shown = index.talks.filter((one) => fits(one, want));
    from = 0;
    byId("list").replaceChildren();
    byId("count").textContent = shown.length + (shown.length === 1 ? " conversation" : " conversations");
    more();
  };

  const more = () => {
    for (const one of shown.slice(from, from + PAGE)) byId("list").append(row(one));
    from += PAGE;
    byId("more").hidden = from >= shown.length;
  };

  const row = (one) => {
    const button = make("button", { type: "button", "aria-expanded": "false" });
    const dot = make("span", { class: "road", "aria-hidden": "true" });
    if (index.roads.includes(one.main)) dot.classList.add(one.main);
    const name = make("span", { class: "name", dir: "auto" });
    name.append(dot, one.id || "(no name)");
    button.append(name);
    const tags = [one.main === null ? "no reply" : "road: " + one.main, ...one.agent_id, ...one.channel, one.day, one.outcome, ...one.flag];
    for (const text of tags) if (text) button.append(make("span", { class: "tag", dir: "auto" }, text));
    if (one.score !== null) button.append(make("span", { class: "tag" }, "score " + one.score));
    const item = make("li", {}, button);
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) item.lastChild.remove();
      else item.append(talk(body(one.n)));
    });
    return item;
  };

  const talk = (turns) => {
    const box = make("div", { class: "talk" });
    const line = arc(turns);
    if (line) box.append(line);
    for (const turn of turns) box.append(bubble(turn));
    return box;
  };

  const bubble = ([role, who, text, markers, numbers]) => {
    const box = make("div", { class: "turn " + (index.roles.includes(role) ? role : "other") });
    box.append(make("div", { class: "who", dir: "auto" }, who));
    const words = make("div", { class: "bubble", dir: "auto" });
    const letters = Array.from(text); // offsets count characters, not halves of them
    const edges = [...new Set([0, letters.length, ...markers.flatMap(([, a, b]) => [a, b])])]
      .filter((at) => at >= 0 && at <= letters.length).sort((a, b) => a - b);
    for (let i = 0; i + 1 < edges.length; i += 1) {
      const [start, end] = [edges[i], edges[i + 1]];
      const on = markers.filter(([, a, b]) => a < end && start < b);
      const piece = letters.slice(start, end).join("");
      if (!on.length) { words.append(piece); continue; }
      const types = on.map(([type]) => type).join(", ");
      const mark = make("mark", { title: types }, piece);
      const group = index.groups[on[on.length - 1][0]];
      if (group) mark.classList.add(group);
      words.append(mark);
    }
    box.append(words);
    const said = [...new Set(markers.map(([type]) => type))].join(", ");
    if (numbers || said) box.append(make("div", { class: "numbers" }, [numbers, said].filter(Boolean).join(" · ")));
    return box;
  };

  const arc = (turns) => {
    const points = turns.map((turn, place) => [place, turn[5]]).filter(([, v]) => v !== null);
    if (points.length < 2) return null;
    const NS = "http://www.w3.org/2000/svg";
    const draw = (name, attributes) => {
      const node = document.createElementNS(NS, name);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
      return node;
    };
    const x = (place) => 10 + (380 * place) / Math.max(turns.length - 1, 1);
    const y = (v) => 40 - 16 * v;
    const label = "Customer's valence: " + points.map(([, v]) => v.toFixed(1)).join(", ");
    const svg = draw("svg", { class: "arc", viewBox: "0 0 400 80", role: "img", "aria-label": label });
    svg.append(draw("line", { x1: 0, x2: 400, y1: 40, y2: 40, stroke: "var(--line)" }));
    svg.append(draw("polyline", { points: points.map(([p, v]) => x(p) + "," + y(v)).join(" "), fill: "none", stroke: "var(--ink)", "stroke-width": 2 }));
    for (const [p, v] of points) svg.append(draw("circle", { cx: x(p), cy: y(v), r: 3.5, fill: v < 0 ? "var(--care)" : "var(--teach)" }));
    return svg;
  };

  const choose = (want) => {
    const form = byId("filters");
    form.reset();
    traced = want.id === undefined ? null : want.id;
    for (const [key, value] of Object.entries(want)) {
      const field = form.elements.namedItem(key);
      if (!field) continue;
      if (field.tagName === "SELECT" && ![...field.options].some((o) => o.value === String(value))) {
        const option = make("option", {}, value);
        option.value = value;
        field.append(option);
      }
      field.value = value;
    }
    filter();
    byId("conversations").scrollIntoView();
    byId("conversations-title").focus();
  };

  for (const key of FIELDS) {
    const field = byId("filters").elements.namedItem(key);
    if (!field) continue;
    const values = new Set(index.talks.flatMap((one) => one[key]).filter((v) => v !== null && v !== ""));
    for (const value of [...values].sort().slice(0, 2000)) {
      const option = make("option", {}, value);
      option.value = value;
      field.append(option);
    }
    if (values.size < 1) field.parentElement.hidden = true;
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-filter]");
    if (button) choose(JSON.parse(button.dataset.filter));
  });
  const byHash = () => {
    const want = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    if (Object.keys(want).some((key) => FIELDS.includes(key))) choose(want);
  };
  window.addEventListener("hashchange", byHash);
  byId("filters").addEventListener("input", filter);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(filter));
  byId("more").addEventListener("click", more);
  filter();
  byHash();
})();
