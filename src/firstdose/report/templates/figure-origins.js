"use strict";
(() => {
  const source = document.getElementById("figure-origins");
  const dialog = document.getElementById("origin");
  if (!source || !dialog || !dialog.showModal || !window.DecompressionStream) return;
  let held;

  async function origins() {
    if (held) return held;
    const packed = Uint8Array.from(atob(source.textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    held = JSON.parse(await new Response(stream).text());
    let before = [];
    held.figures = held.rows.split(";").map((line) => {
      const fields = line.split("|");
      const common = [0, 1, 2, 3].map((place) => (fields[place] ? Number(fields[place]) : before[place]));
      before = common;
      const shape = held.shapes[common[0]];
      return {
        common, about: held.abouts[common[1]], group: common[2], records: common[3],
        chapter: shape[0], table: shape[1], statistic: shape[2], unit: shape[3], format: shape[4], side: shape[5],
        confidence: shape[6], method: shape[7], population: shape[8], objective: shape[9],
        value: fields[4], of: fields[5], lower: fields[6], upper: fields[7], text: fields[8], warning: fields[9],
      };
    });
    return held;
  }

  const text = (number) => held.texts[number || 0];
  const inWords = (number) => held.words[number || 0] ?? text(number);

  function make(tag, content, className) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...(Array.isArray(content) ? content : [content ?? ""]));
    return made;
  }

  function numbersOf(rows) {
    return rows.split(" ").flatMap((run) => {
      const [first, last] = run.split("-").map(Number);
      return Array.from({ length: (last ?? first) - first + 1 }, (_, step) => first + step);
    });
  }

  function interval(figure) {
    if (!figure.lower && !figure.upper) return "";
    const level = figure.confidence === null ? "" : `, at ${Number((100 * figure.confidence).toPrecision(6))}\u00a0%`;
    const side = text(figure.side);
    if (side === "upper" || !figure.lower) return `up to ${figure.upper}${level}`;
    if (side === "lower" || !figure.upper) return `from ${figure.lower}${level}`;
    return `${figure.lower} to ${figure.upper}${level}`;
  }

  function valueOf(figure) {
    if (!figure.value) return text(figure.text) || "none";
    const of = figure.of ? ` of ${figure.of}` : "";
    const unit = text(figure.unit);
    return `${figure.value}${of}${unit ? ` ${unit}` : ""}`;
  }

  const address = (record) => record.replace(/[\t\n\f\r %]/g, (sign) => "%" + sign.charCodeAt(0).toString(16).padStart(2, "0"));

  function link(identifier, words) {
    const target = document.getElementById(identifier);
    if (!target) return words;
    const made = make("a", words);
    made.href = "#" + encodeURIComponent(identifier);
    made.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
      for (let around = target; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true;
      target.tabIndex = -1;
      target.scrollIntoView({ block: "center" });
      target.focus();
    });
    return made;
  }

  function numbered(kind, stem, runs) {
    const shown = [];
    for (const run of runs.split(",")) {
      const [first, last] = run.split(":").map(Number);
      for (let number = first; number <= (last ?? first); number += 1) {
        const made = link(address(`${kind}:${stem}/${number}`), String(number));
        const follows = last !== undefined && number > first && typeof made === "string" && number < last;
        if (follows) continue;
        if (shown.length) shown.push(typeof made === "string" && number === last && last > first ? "–" : ", ");
        shown.push(made);
      }
    }
    return shown;
  }

  function recordsOf(list, row) {
    const items = [];
    let kindBefore, place = 0;
    for (; place + 2 < list.length; place += 3) {
      const kind = text(list[place]), stem = text(list[place + 1]), runs = list[place + 2];
      if (kind !== kindBefore) items.push(make("div", [make("dt", inWords(list[place])), make("dd", [])]));
      const into = items[items.length - 1].lastChild;
      if (kind === kindBefore) into.append("; ");
      if (runs) into.append(`${stem} `, ...numbered(kind, stem, runs));
      else into.append(link(address(`${kind}:${stem}`), stem));
      kindBefore = kind;
    }
    if (place < list.length) items[items.length - 1].lastChild.append(`; and ${list[place]} more: see row ${row} of results.parquet`);
    return make("dl", items, "facts");
  }

  function recordsNamed(told) {
    const kinds = new Map();
    for (const record of told.split("; ")) {
      const kind = record.slice(0, record.indexOf(":"));
      const into = kinds.get(kind) ?? make("dd", []);
      if (kinds.has(kind)) into.append("; ");
      into.append(link(address(record), record.slice(kind.length + 1)));
      kinds.set(kind, into);
    }
    const items = [...kinds].map(([kind, named]) => make("div", [make("dt", kind.replaceAll("_", " ")), named]));
    return make("section", [make("h3", "Records"), make("dl", items, "facts")]);
  }

  const mostShown = 6;

  function madeFrom(rows) {
    const one = held.figures[rows[0] - held.first];
    const place = held.made_from.find(([chapter, table]) => chapter === one.chapter && table === one.table);
    const about = (figure) => figure.about.slice(0, 2).filter((number) => text(number));
    const isNamed = (figure) => place && figure.chapter === place[2] && figure.table === place[3] && held.records[figure.records].length;
    const named = held.figures.map((figure, index) => [figure, index + held.first]).filter(([figure]) => isNamed(figure));
    const alike = named.filter(([figure]) => about(figure).some((number) => about(one).includes(number)));
    const behind = (alike.length || !place?.[4] ? alike : named).map(([, row]) => row);
    if (!behind.length) return [make("p", "No single record is named: this is made of other figures or of derived data.")];
    const title = `${held.chapters[place[2]]} › ${held.tables[place[3]]}`;
    const told = behind.length > mostShown ? `${behind.length} rows from ${behind[0]} to ${behind[behind.length - 1]}` : `rows ${behind.join(", ")}`;
    const records = behind.length > mostShown ? [] : behind.map((row) => recordsOf(held.records[held.figures[row - held.first].records], row));
    return [make("p", `Made of the figures of ${title}, ${told}, and so of their records.`), ...records];
  }

  function recordsOfAll(rows) {
    const lists = new Map();
    for (const row of rows) {
      const list = held.records[held.figures[row - held.first].records];
      if (list.length && !lists.has(list)) lists.set(list, row);
    }
    const isNone = rows.every((row) => held.figures[row - held.first].value === "0");
    if (!lists.size && isNone) return [make("p", "None: no record counts for it.")];
    if (!lists.size) return madeFrom(rows);
    return [...lists].map(([list, row]) => recordsOf(list, row));
  }

  function methodsOf(figures) {
    const used = new Map();
    for (const figure of figures) {
      const method = text(figure.method) && figure.method;
      used.set(method, [...(used.get(method) ?? []), inWords(figure.statistic)]);
    }
    return [...used].map(([number, statistics]) => {
      const method = number && held.methods[number];
      const lead = used.size > 1 ? `${statistics.join(", ")}: ` : "";
      if (!method) return make("p", `${lead}counted or summarised as the heading says, without a method that has a name.`);
      return make("p", [`${lead}${method[0]} ${method[1]}. `, method[2] ? link(method[2], "In the methods") : ""]);
    });
  }

  function about(figure) {
    const said = figure.about.map(inWords).filter(Boolean).join("; ");
    return [held.chapters[figure.chapter], held.tables[figure.table], said, held.groups[figure.group]].filter(Boolean).join(" › ");
  }

  function block(rows) {
    const figures = rows.map((row) => held.figures[row - held.first]);
    const one = figures[0];
    const body = figures.map((figure, place) => {
      const lead = make("th", inWords(figure.statistic));
      lead.scope = "row";
      return make("tr", [lead, make("td", valueOf(figure)), make("td", interval(figure)), make("td", String(rows[place]))]);
    });
    const heads = ["figure", "value, not rounded for print", "interval", "row of the results"].map((words) => {
      const head = make("th", words);
      head.scope = "col";
      return head;
    });
    const population = inWords(one.population) ? `People: ${inWords(one.population)}; objective` : "Objective";
    const warnings = new Set(figures.map((figure) => text(figure.warning)).filter(Boolean));
    return make("section", [
      make("h3", about(one)),
      make("table", [make("thead", make("tr", heads)), make("tbody", body)]),
      make("p", `${population}: ${text(one.objective)}.`),
      ...[...warnings].map((warning) => make("p", `Note: ${warning}.`)),
      make("h4", "Method"), ...methodsOf(figures),
      make("h4", "Records"), ...recordsOfAll(rows),
    ]);
  }

  async function show(button) {
    const { figures, first } = await origins();
    if (dialog.open) return;
    const alike = new Map();
    const { rows: told, records } = button.closest("[data-rows], [data-records]").dataset;
    for (const row of told ? numbersOf(told) : []) {
      const figure = figures[row - first];
      if (!figure) continue;
      const key = [figure.chapter, figure.table, figure.common[1], figure.group, figure.population, figure.objective].join("|");
      alike.set(key, [...(alike.get(key) ?? []), row]);
    }
    const content = dialog.querySelector("[data-content]");
    content.replaceChildren(make("p", button.textContent.replaceAll("\n", "; "), "shown"), ...[...alike.values()].map(block), ...(records ? [recordsNamed(records)] : []));
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  function move(event) {
    const button = event.target.closest("button.figure");
    const table = button?.closest("table");
    if (!table || event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = button.closest("td, th");
    const line = [...cell.parentElement.querySelectorAll("button.figure")];
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    let next;
    if (step) next = line[line.indexOf(button) + step];
    else if (event.key === "Home") next = line[0];
    else if (event.key === "End") next = line[line.length - 1];
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const column = [...table.querySelectorAll("button.figure")].filter((one) => one.closest("td, th").cellIndex === cell.cellIndex);
      next = column[column.indexOf(button) + (event.key === "ArrowDown" ? 1 : -1)];
    } else return;
    event.preventDefault();
    next?.focus();
  }

  for (const holder of document.querySelectorAll("[data-rows], [data-records]")) {
    const button = make("button", [...holder.childNodes], "figure");
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    button.tabIndex = -1;
    holder.replaceChildren(button);
  }
  for (const table of document.querySelectorAll("table")) {
    const first = table.querySelector("button.figure");
    if (first) first.tabIndex = 0;
  }
  for (const button of document.querySelectorAll("button.figure")) if (!button.closest("table")) button.tabIndex = 0;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.figure");
    if (button) show(button);
    else if (event.target === dialog || event.target.closest("#origin button.close")) dialog.close();
  });
  document.addEventListener("keydown", move);
  document.addEventListener("focusin", (event) => {
    const button = event.target.closest("button.figure");
    const table = button?.closest("table");
    if (!table) return;
    table.querySelector('button.figure[tabindex="0"]')?.setAttribute("tabindex", "-1");
    button.tabIndex = 0;
  });
  for (const hint of document.querySelectorAll("[data-with-script]")) hint.hidden = false;
})();
