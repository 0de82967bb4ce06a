  const data = JSON.parse($("data").textContent);
  const facets = data.facets;
  const OF_ROWS = data.groups.length ? data.groups[0].length : 4;
  const files = [...document.querySelectorAll("#files details > summary")].map((summary) => summary.firstChild.textContent.trimEnd());
  const byKey = new Map(facets.map((facet, n) => [facet.key, n]));

  // Rows are in the order of the data.
  const groups = [...document.querySelectorAll("table.rows tbody")];
  const rows = [];
  groups.forEach((body, group) => {
    for (const tr of body.querySelectorAll("tr[id]")) {
      const n = rows.length;
      const number = data.rows[2 * n];
      const asset = data.assets[number];
      rows.push({ tr, n, number, asset, kinds: data.kinds[asset[0]], values: data.groups[group], score: data.rows[2 * n + 1], body, table: body.parentNode });
    }
  });
  const byId = new Map(rows.map((row) => [row.tr.id, row]));
  const byAnchor = new Map(rows.map((row) => ["r" + row.n, row]));
  const lists = [...document.querySelectorAll("section.list")];

  const has = (row, facet, numbers) =>
    facet < OF_ROWS
      ? numbers.includes(row.values[facet])
      : row.kinds[facet - OF_ROWS].some((value) => numbers.includes(value));

  // The text that a search looks in; made when it is first needed.
  const searched = (row) => {
    if (row.text === undefined) {
      const parts = [row.tr.textContent];
      for (let n = 0; n < facets.length; n++) {
        const values = n < OF_ROWS ? [row.values[n]] : row.kinds[n - OF_ROWS];
        for (const value of values) if (value >= 0) parts.push(facets[n].values[value]);
      }
      for (const place of row.asset[3]) parts.push(files[place[0]], data.texts[place[3]]);
      row.text = parts.join("\n").toLowerCase();
    }
    return row.text;
  };

  // What is asked for: `q` and a list of values for each facet, as the address has them.
  let state = { q: "", facets: new Map(), work: "" };

  const parse = (hash) => {
    const wanted = { q: "", facets: new Map(), work: "" };
    for (const part of hash.split("&")) {
      const at = part.indexOf("=");
      if (at < 0) return null;
      const key = part.slice(0, at);
      let value;
      try { value = decodeURIComponent(part.slice(at + 1).replace(/\+/g, " ")); } catch { return null; }
      if (key === "q") wanted.q = value;
      else if (key === "work") wanted.work = value;
      else if (byKey.has(key)) wanted.facets.set(key, facets[byKey.get(key)].values.includes(value) ? [value] : value.split(","));
      else return null;
    }
    return wanted;
  };
  const written = () => {
    const parts = [];
    if (state.q) parts.push("q=" + encodeURIComponent(state.q));
    for (const [key, values] of state.facets) parts.push(key + "=" + values.map(encodeURIComponent).join(","));
    if (state.work) parts.push("work=" + encodeURIComponent(state.work));
    return parts.join("&");
  };

  const shown = $("shown");
  const number = (n) => n.toLocaleString("en");
  const counted = (n, noun) => number(n) + " " + noun + (n === 1 ? "" : "s");

  const filter = () => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const tests = [...state.facets].map(([key, values]) => {
      const facet = byKey.get(key);
      // A value that nothing has is not the absence of one, which is -1.
      return [facet, values.map((value) => facets[facet].values.indexOf(value)).filter((at) => at >= 0)];
    });
    const work = state.work ? new Set(data.work[state.work] || []) : null;
    const assets = new Set();
    let count = 0;
    for (const row of rows) {
      const fits =
        tests.every(([facet, numbers]) => has(row, facet, numbers)) &&
        (!work || work.has(row.number)) &&
        words.every((word) => searched(row).includes(word));
      row.tr.hidden = !fits;
      if (row.detail) row.detail.hidden = !fits;
      if (fits) { count++; assets.add(row.number); }
    }
    for (const body of groups) {
      body.hidden = body.classList.contains("flat") ? false : !body.querySelector("tr[id]:not([hidden])");
    }
    const isAny = Boolean(words.length || tests.length || work);
    for (const list of lists) list.hidden = isAny && !list.querySelector("tr[id]:not([hidden])");
    shown.textContent = isAny
      ? "Shown: " + counted(assets.size, "asset") + " in " + counted(count, "row") + ", of " + counted(rows.length, "row") + "."
      : "Shown: all " + counted(rows.length, "row") + ".";
    shown.hidden = false;
  };

  // The bar.
  const bar = $("filters");
  const search = make("input", null, { type: "search", id: "q", placeholder: "name, path, class, owner …", autocomplete: "off", spellcheck: "false" });
  const selects = new Map();
  const chips = make("span");
  const labelled = (text, element) => { const label = make("label", text); label.append(element); bar.append(label); };
  labelled("Search", search);
  facets.forEach((facet, n) => {
    if (!facet.offered || facet.values.length < 2) return;
    const select = make("select", null, { "data-key": facet.key });
    select.append(make("option", "any", { value: "" }));
    const order = facet.key === "band" ? [...facet.values].sort() : facet.values;
    for (const value of order) select.append(make("option", value, { value }));
    select.addEventListener("change", () => {
      if (select.value) state.facets.set(facet.key, facets[n].values.includes(select.value) ? [select.value] : select.value.split(","));
      else state.facets.delete(facet.key);
      changed();
    });
    selects.set(facet.key, select);
    labelled(facet.label, select);
  });
  const clear = make("button", "Clear", { type: "button" });
  clear.addEventListener("click", () => { state = { q: "", facets: new Map(), work: "" }; changed(); });
  bar.append(chips, clear);
  bar.hidden = false;
  // What is scrolled to stands below the bar.
  new ResizeObserver(() => {
    document.documentElement.style.scrollPaddingTop = (getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0) + 12 + "px";
  }).observe(bar);

  const draw = () => {
    if (search.value !== state.q) search.value = state.q;
    chips.replaceChildren();
    const chip = (text, remove) => {
      const button = make("button", text + " ✕", { type: "button", class: "chip", "aria-label": "Remove the filter " + text });
      button.addEventListener("click", () => { remove(); changed(); });
      chips.append(button, " ");
    };
    for (const [key, select] of selects) {
      for (const extra of select.querySelectorAll("option[data-several]")) extra.remove();
      const values = state.facets.get(key) || [];
      const value = values.join(",");
      if (values.length > 1) select.append(make("option", values.join(" or "), { value, "data-several": "" }));
      select.value = value;
    }
    for (const [key, values] of state.facets) {
      if (!selects.has(key)) chip(facets[byKey.get(key)].label + ": " + values.join(" or "), () => state.facets.delete(key));
    }
    if (state.work) chip("work item", () => { state.work = ""; });
    const isAny = Boolean(state.q || state.facets.size || state.work);
    clear.disabled = !isAny;
  };
  const changed = () => {
    const hash = written();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    draw();
    filter();
  };
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { state.q = search.value.trim(); changed(); }, 120);
  });

  // What is known of a row, below it.
  const link = (text, href) => make("a", text, { href });
  const line = (file, at) => "f" + file + "." + at;
  const address = (place) => {
    if (!data.forge) return null;
    const [path] = files[place[0]].split("!/");
    const isMember = path !== files[place[0]];
    const base = data.forge.base + path.split("/").map(encodeURIComponent).join("/");
    return place[1] && !isMember ? base + data.forge.line + place[1] : base;
  };
  const placeItem = (place) => {
    const [file, at, column, fn, way, told] = place;
    const [library, entry, seen] = data.ways[way];
    const item = make("li");
    const id = at ? line(file, at) : line(file, "b" + column);
    const text = files[file] + (at ? ":" + at + ":" + column : column ? " at byte " + column : "");
    item.append(link(text, "#" + id));
    const there = address(place);
    if (there) { const a = link("open in the repository", there); a.rel = "noreferrer"; item.append(" · ", a); }
    const source = $(id);
    const code = source && source.querySelector("code");
    if (code) item.append(make("code", code.textContent));
    const facts = [];
    if (data.texts[fn]) facts.push("in " + data.texts[fn]);
    facts.push(data.texts[seen]);
    if (data.texts[entry]) facts.push("seen by " + data.texts[entry]);
    else if (data.texts[library]) facts.push("seen through " + data.texts[library]);
    item.append(make("small", facts.join("; ")));
    if (told.length) {
      const more = make("small", "also told by: ");
      told.forEach(([l, c, where = file], n) => {
        const path = where < 0 ? data.texts[-1 - where] : files[where];
        const text = path + (l ? ":" + l : " at byte " + c);
        const target = where < 0 ? null : $(line(where, l || "b" + c));
        more.append(n ? ", " : "", target ? link(text, "#" + target.id) : text);
        const code = target && target.querySelector("code");
        if (code) more.append(" ", make("code", code.textContent));
      });
      item.append(more);
    }
    return item;
  };
  const STEP = 50;
  const detail = (row) => {
    const cell = make("td", null, { colspan: String(row.tr.children.length) });
    const why = row.why && row.why.firstElementChild;
    if (why) for (const part of why.children) if (part.tagName === "P") cell.append(part.cloneNode(true));
    const [, parameters, total, places] = row.asset;
    if (data.texts[parameters]) cell.append(make("p", "Parameters: " + data.texts[parameters] + "."));
    if (data.texts[row.score]) cell.append(make("p", "Priority: " + data.texts[row.score]));
    const head = make("p");
    head.append(make("b", counted(total, "place")), places.length < total ? " (" + number(places.length) + " on this page)" : "", " · ", link("link to this", "#" + row.tr.id));
    cell.append(head);
    const list = make("ol");
    cell.append(list);
    let next = 0;
    const more = make("button", "", { type: "button" });
    const go = () => {
      for (const place of places.slice(next, next + STEP)) list.append(placeItem(place));
      next = Math.min(next + STEP, places.length);
      more.hidden = next >= places.length;
      more.textContent = "Show more of " + number(places.length);
    };
    more.addEventListener("click", go);
    go();
    cell.append(more);
    const tr = make("tr", null, { class: "detail", id: "d" + row.n });
    tr.append(cell);
    return tr;
  };
  const open = (row, is) => {
    if (is && !row.detail) {
      row.detail = detail(row);
      row.tr.after(row.detail);
    } else if (!is && row.detail) {
      row.detail.remove();
      row.detail = null;
    }
    row.button.setAttribute("aria-expanded", String(is));
  };
  for (const row of rows) {
    row.why = row.body.querySelector("tr.why");
    const name = row.tr.children[1].firstChild;
    const button = make("button", name.textContent, { type: "button", class: "open", "aria-expanded": "false" });
    button.addEventListener("click", () => open(row, !row.detail));
    name.replaceWith(button);
    row.button = button;
  }

  // Sorting: the groups of a list become one, until its own order is asked for again.
  const KEYS = {
    band: (row) => row.tr.children[0].textContent,
    name: (row) => row.button.textContent.toLowerCase(),
    place: (row) => row.tr.children[2].textContent,
    n: (row) => row.asset[2],
    due: (row) => row.tr.children[4].textContent,
    owner: (row) => (row.tr.children[5] && row.tr.children[5].textContent),
  };
  const collator = new Intl.Collator("en", { numeric: true });
  const sort = (table, key, way) => {
    const own = rows.filter((row) => row.table === table);
    let flat = table.querySelector("tbody.flat");
    for (const row of own) { row.tr.remove(); if (row.detail) row.detail.remove(); }
    if (way === "none") {
      if (flat) { groups.splice(groups.indexOf(flat), 1); flat.remove(); }
      for (const row of own) { row.body.append(row.tr); if (row.detail) row.tr.after(row.detail); }
    } else {
      if (!flat) { flat = make("tbody", null, { class: "flat" }); table.append(flat); groups.push(flat); }
      const sign = way === "descending" ? -1 : 1;
      const keyed = own.map((row) => [KEYS[key](row), row]);
      // What has no value comes last either way.
      keyed.sort(([a, x], [b, y]) => (a === "") - (b === "") || sign * (typeof a === "number" ? a - b : collator.compare(a, b)) || x.n - y.n);
      for (const [, row] of keyed) { flat.append(row.tr); if (row.detail) flat.append(row.detail); }
    }
    filter();
  };
  for (const table of document.querySelectorAll("table.rows")) {
    const heads = [...table.querySelectorAll("th[data-k]")];
    for (const head of heads) {
      const button = make("button", head.textContent, { type: "button" });
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", next);
        sort(table, head.dataset.k, next);
      });
    }
  }

  // The address: a filter, a row, or a place in the page.
  const reveal = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (element.tagName === "DETAILS") element.open = true;
  };
  const go = () => {
    let hash = location.hash.slice(1);
    if (!hash) return;
    let id = hash;
    try { id = decodeURIComponent(hash); } catch { /* as it stands */ }
    const row = byId.get(id) || byAnchor.get(id);
    if (row) {
      if (row.tr.hidden) { state = { q: "", facets: new Map(), work: "" }; draw(); filter(); }
      open(row, true);
      for (const here of document.querySelectorAll("tr.here")) here.classList.remove("here");
      row.tr.classList.add("here");
      row.tr.scrollIntoView();
      row.button.focus({ preventScroll: true });
      return;
    }
    const wanted = hash.includes("=") && parse(hash);
    if (wanted) {
      state = wanted;
      draw();
      filter();
      $("findings").scrollIntoView();
      return;
    }
    const element = $(id);
    if (element) { reveal(element); element.scrollIntoView(); }
  };
  window.addEventListener("hashchange", go);
  // A link to where the address already is changes no address.
  document.addEventListener("click", (event) => {
    const target = event.target.closest && event.target.closest("a");
    const href = target && target.getAttribute("href");
    if (href && href.startsWith("#") && href === location.hash) { event.preventDefault(); go(); }
  });

