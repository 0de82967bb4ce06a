  const number = (n) => n.toLocaleString("en");
  const collator = new Intl.Collator("en", { numeric: true });

  // Each list: a search, a choice of the values of some columns, and sorting.
  const lists = new Map();
  for (const section of document.querySelectorAll("section.list")) {
    const [bar, shown, table] = [section.querySelector(".filters"), section.querySelector(".shown"), section.querySelector("table")];
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const rows = [...body.rows].map((tr, n) => ({ tr, n }));
    const title = section.querySelector("h2").firstChild.textContent.trim();
    const cell = (row, at) => row.tr.cells[at].textContent;
    const search = make("input", null, { type: "search", autocomplete: "off", spellcheck: "false", "aria-label": "Search in: " + title });
    const choices = [];
    const filter = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = choices.filter(([, select]) => select.value !== "");
      let count = 0;
      for (const row of rows) {
        if (row.text === undefined) row.text = [...row.tr.cells].map((one) => one.textContent).join("\n").toLowerCase();
        const fits = wanted.every(([at, select]) => cell(row, at) === select.value.slice(1)) && words.every((word) => row.text.includes(word));
        row.tr.hidden = !fits;
        if (fits) count++;
      }
      const isAny = words.length > 0 || wanted.length > 0;
      shown.textContent = isAny ? "Shown: " + number(count) + " of " + number(rows.length) + " rows." : "Shown: all " + number(rows.length) + " rows.";
      shown.hidden = false;
      clear.disabled = !isAny;
    };
    const labelled = (text, element) => { const label = make("label", text); label.append(element); bar.append(label); };
    labelled("Search", search);
    heads.forEach((head, at) => {
      if (!("choice" in head.dataset)) return;
      const values = [...new Set(rows.map((row) => cell(row, at)))].sort(collator.compare);
      if (values.length < 2 || values.length > 300) return;
      const select = make("select");
      select.append(make("option", "any", { value: "" }));
      // A value may be empty: each has a letter in front.
      for (const value of values) select.append(make("option", value || "(none)", { value: "=" + value }));
      select.addEventListener("change", filter);
      choices.push([at, select]);
      labelled(head.textContent, select);
    });
    const clear = make("button", "Clear", { type: "button" });
    const reset = () => { search.value = ""; for (const [, select] of choices) select.value = ""; filter(); };
    clear.addEventListener("click", reset);
    bar.append(clear);
    let timer;
    search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
    bar.hidden = false;
    heads.forEach((head, at) => {
      const isNumber = head.classList.contains("r");
      const button = make("button", head.textContent, { type: "button" });
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const way = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", way);
        const sign = way === "descending" ? -1 : 1;
        const keyed = rows.map((row) => [way === "none" ? "" : cell(row, at), row]);
        // What has no value comes last either way.
        keyed.sort(([a, x], [b, y]) =>
          (a === "") - (b === "") || sign * (isNumber ? Number(a.replaceAll(",", "")) - Number(b.replaceAll(",", "")) : collator.compare(a, b)) || x.n - y.n);
        body.append(...keyed.map(([, row]) => row.tr));
      });
    });
    lists.set(section.id, { search, filter, reset });
    filter();
  }

  // The address: a place in the page; of a list, also what to search for (`#new&q=rsa`).
  const go = () => {
    const [at, ...rest] = location.hash.slice(1).split("&");
    const element = at && $(at);
    if (!element) return;
    const asked = rest.find((part) => part.startsWith("q="));
    const list = lists.get(at);
    if (list && asked) {
      try { list.search.value = decodeURIComponent(asked.slice(2).replace(/\+/g, " ")); } catch { return; }
      list.filter();
    }
    for (const here of document.querySelectorAll("tr.here")) here.classList.remove("here");
    if (element.tagName === "TR") {
      const section = element.closest("section.list");
      if (element.hidden && section) lists.get(section.id).reset();
      element.classList.add("here");
    }
    for (let up = element; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    element.scrollIntoView();
  };
  window.addEventListener("hashchange", go);
  go();

