"use strict";
(() => {
  const DRAWN = "http://www.w3.org/2000/svg";
  if (!window.DecompressionStream) return;
  const simple = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  function make(tag, content, className) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...(Array.isArray(content) ? content : [content ?? ""]));
    return made;
  }

  function draw(tag, attributes, content) {
    const made = document.createElementNS(DRAWN, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (content !== undefined) made.textContent = content;
    return made;
  }

  const rounded = (value) => String(Number(value.toPrecision(2))).replace("-", "\u2212");

  function picture(held, metabolite, visit) {
    const [name, , , slopes, values] = metabolite;
    const scale = (dose) => (held.logarithmic ? Math.log2(dose) : dose);
    const points = [];
    held.points.forEach(([person, at], place) => {
      if (at === visit && values[place] !== null && values[place] !== undefined) {
        points.push({ person: held.people[person][0], dose: held.people[person][1], value: values[place] / held.parts });
      }
    });
    if (!points.length) return null;
    const all = values.filter((value) => value !== null).map((value) => value / held.parts);
    const low = Math.min(0, ...all), high = Math.max(0, ...all), room = 0.08 * (high - low) || 0.5;
    const doses = [...new Set(held.people.map(([, dose]) => dose))].sort((one, other) => one - other);
    const first = scale(doses[0]), last = scale(doses[doses.length - 1]), wide = last - first || 1;
    const across = (dose) => 48 + 176 * (doses.length > 1 ? (scale(dose) - first) / wide : 0.5);
    const up = (value) => 132 - 108 * (value - low + room) / (high - low + 2 * room);
    const told = slopes[visit] ? `, slope ${slopes[visit][0]}` : "";
    const size = { viewBox: "0 0 240 170", role: "img", "aria-label": `${name} at ${held.visits[visit]} in ${points.length} people against the dose${told}` };
    const svg = draw("svg", size);
    svg.append(draw("text", { x: 8, y: 14, "font-weight": 600 }, `${held.visits[visit]}`));
    svg.append(draw("line", { x1: 36, x2: 232, y1: up(0), y2: up(0), class: "zero" }));
    svg.append(draw("line", { x1: 36, x2: 36, y1: 22, y2: 132, class: "axis" }), draw("line", { x1: 36, x2: 232, y1: 132, y2: 132, class: "axis" }));
    for (const value of new Set([low, 0, high])) svg.append(draw("text", { x: 32, y: up(value) + 4, "text-anchor": "end" }, rounded(value)));
    let free = -Infinity;
    for (const dose of doses) {
      if (across(dose) < free) continue;
      svg.append(draw("text", { x: across(dose), y: 146, "text-anchor": "middle" }, String(dose)));
      free = across(dose) + 26;
    }
    svg.append(draw("text", { x: 134, y: 162, "text-anchor": "middle" }, `dose${held.doseUnit ? `, ${held.doseUnit}` : ""}`));
    const slope = slopes[visit]?.[4];
    if (slope !== null && slope !== undefined && doses.length > 1) {
      const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
      const middle = mean(points.map((point) => scale(point.dose))), height = mean(points.map((point) => point.value));
      const at = (dose) => Math.min(Math.max(up(height + slope * (scale(dose) - middle)), 18), 132);
      svg.append(draw("line", { x1: across(doses[0]), x2: across(doses[doses.length - 1]), y1: at(doses[0]), y2: at(doses[doses.length - 1]), class: "slope" }));
    }
    const seen = new Map();
    for (const point of points) {
      const before = seen.get(point.dose) ?? 0;
      seen.set(point.dose, before + 1);
      const shift = (before % 2 ? -1 : 1) * Math.ceil(before / 2) * 3;
      const mark = draw("circle", { cx: across(point.dose) + shift, cy: up(point.value), r: 3.2 });
      mark.append(draw("title", {}, `${point.person}: dose ${point.dose}, ${point.value}`));
      svg.append(mark);
    }
    return svg;
  }

  function shown(held, metabolite, note) {
    const [name, normal, kind, slopes, values] = metabolite;
    const heads = ["visit", `slope, ${held.unit}`, "p", "adjusted p", "p beyond the minimal change"].map((words) => {
      const head = make("th", words);
      head.scope = "col";
      return head;
    });
    const body = held.visits.flatMap((visit, place) => {
      if (!slopes[place]) return [];
      const lead = make("th", visit);
      lead.scope = "row";
      return [make("tr", [lead, ...slopes[place].slice(0, 4).map((text) => make("td", text))])];
    });
    const parts = [make("h4", name), make("p", [normal && normal !== name ? `Normal form: ${normal}. ` : "", `Class: ${kind}.`])];
    if (note) parts.push(make("p", `Note: ${note}.`));
    if (body.length) {
      const around = make("div", make("table", [make("thead", make("tr", heads)), make("tbody", body)]), "scroll");
      around.tabIndex = 0;
      around.setAttribute("role", "region");
      around.setAttribute("aria-label", `Slopes of ${name}`);
      parts.push(around);
    }
    if (values.length) {
      const pictures = held.visits.map((_, place) => picture(held, metabolite, place)).filter(Boolean);
      const what = held.isChange ? "Change from the first visit" : "Difference from the mean of all people";
      parts.push(make("div", pictures, "panels"), make("p", `${what}, log2, of each person against the dose; the line has the model's slope and goes through the middle of the points.`, "note"));
    }
    return parts;
  }

  async function enliven(finder) {
    const packed = Uint8Array.from(atob(finder.querySelector("script").textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const held = JSON.parse(await new Response(stream).text());
    const details = finder.nextElementSibling;
    const lines = [...details.querySelectorAll("tbody tr")];
    const said = finder.querySelector("[role=status]"), place = finder.querySelector("[data-found]"), field = finder.querySelector("input");
    const texts = held.metabolites.map(([name, normal, kind]) => simple(`${name}\n${normal}\n${kind}`));
    const names = held.metabolites.map(([name]) => simple(name));
    let chosen = -1;

    function show(number) {
      chosen = number;
      place.replaceChildren(...(number < 0 ? [] : shown(held, held.metabolites[number], lines[number].lastElementChild.textContent.trim())));
    }

    function search() {
      const wanted = simple(field.value.trim());
      const found = [];
      texts.forEach((text, number) => {
        const fits = wanted.split(/\s+/).every((word) => text.includes(word));
        lines[number].hidden = !fits;
        if (fits) found.push(number);
      });
      if (!wanted) {
        said.textContent = `${texts.length} metabolites. Type a part of a name, of a normal form or of a class.`;
        show(-1);
        return;
      }
      details.open = true;
      const rank = (number) => (names[number] === wanted ? 0 : names[number].startsWith(wanted) ? 1 : names[number].includes(wanted) ? 2 : 3);
      const best = found.length ? found.reduce((one, other) => (rank(other) < rank(one) ? other : one)) : -1;
      show(best);
      const which = best < 0 ? "" : ` Shown: ${held.metabolites[best][0]}.${found.length > 1 ? " The others stand in the table below." : ""}`;
      said.textContent = `${found.length} of ${texts.length} metabolites found.${which}`;
    }

    lines.forEach((line, number) => {
      const lead = line.firstElementChild;
      const button = make("button", [...lead.childNodes], "name");
      button.type = "button";
      button.addEventListener("click", () => {
        show(number);
        said.textContent = `Shown: ${held.metabolites[number][0]}.`;
        const head = place.querySelector("h4");
        head.tabIndex = -1;
        head.focus();
        head.scrollIntoView({ block: "center" });
      });
      lead.replaceChildren(button);
    });
    let timer;
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 120); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && field.value) { field.value = ""; search(); }
      if (event.key === "Enter") { clearTimeout(timer); search(); }
    });
    finder.hidden = false;
    search();
  }

  for (const finder of document.querySelectorAll("[data-finder=metabolite-search]")) enliven(finder);
})();
