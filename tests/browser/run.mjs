// Opens a report in a browser and checks what it promises: node run.mjs REPORT.html RESULT.json NEEDLE FOLDER [CHECK …]
//
// RESULT.json is the JSON form of the same scan, from which is known what the page must show; NEEDLE is the name of a file of the scan;
// screenshots go to FOLDER, in whose node_modules the libraries are. Prints a line for each check; exits with 1 if one fails.

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , page, result, needle, folder, ...wanted] = process.argv;
const require = createRequire(resolve(folder, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const address = pathToFileURL(resolve(page)).href;
const report = JSON.parse(readFileSync(result, "utf8"));

const browsers = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = browsers.find((path) => path && existsSync(path));
assert(executablePath, "no Chromium is installed, and CHROMIUM names none");

// What the page must have: a row for each judgement of each asset that was seen by itself.
const assets = report.assets.filter((asset) => asset.seen !== "implied" && asset.assessment);
const judgements = assets.flatMap((asset) => [asset.assessment, ...(asset.assessment.also ?? [])].map((judged) => ({ asset, judged })));
const rowsWhere = (test) => judgements.filter(({ asset, judged }) => test(asset, judged));

const number = (text) => Number(text.replaceAll(",", ""));
const same = (found, expected, what) => assert.equal(found, expected, `${what}: ${found} instead of ${expected}`);

// ---- Looking at the page

/** Faults that no page may have, from all pages of the run. */
const faults = [];

const watched = async (context) => {
  context.setDefaultTimeout(60_000);
  const opened = await context.newPage();
  opened.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  opened.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  opened.on("dialog", async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  opened.on("request", (request) => {
    if (request.url().split("#")[0] !== address) faults.push(`request: ${request.url().slice(0, 200)}`);
  });
  return opened;
};

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let browser;
/** Runs `use` on a new page at `hash`. */
const on = async (hash, options, use) => {
  const context = await browser.newContext({ viewport: DESK, colorScheme: "light", ...options });
  try {
    const opened = await watched(context);
    await opened.goto(address + hash);
    return await use(opened);
  } finally {
    await context.close();
  }
};

/** What one sees of the list: the ids of the rows, and the sentence that says how many there are. */
const list = (opened) =>
  opened.evaluate(() => {
    const rows = [...document.querySelectorAll("table.rows tr[id^='asset-']")].filter((row) => row.checkVisibility());
    return { ids: rows.map((row) => row.id), said: document.getElementById("shown").textContent };
  });

const assetOf = (id) => id.replace(/^asset-/, "").replace(/~[^~]*$/, "");
const distinct = (ids) => new Set(ids.map(assetOf)).size;

/** What is seen and what is said agree. Returns the ids. */
const shown = async (opened) => {
  const { ids, said } = await list(opened);
  const numbers = [...said.matchAll(/[\d,]+(?= (asset|row))/g)].map((match) => number(match[0]));
  if (said.includes("all")) same(ids.length, numbers[0], "rows, of all");
  else {
    const [assetsSaid, rowsSaid, all] = numbers;
    same(ids.length, rowsSaid, `rows (“${said}”)`);
    same(distinct(ids), assetsSaid, `assets (“${said}”)`);
    same(all, judgements.length, "rows in all");
  }
  return ids;
};

const clear = async (opened) => {
  const button = opened.getByRole("button", { name: "Clear", exact: true });
  if (await button.isEnabled()) await button.click();
};

const search = async (opened, text) => {
  await opened.locator("#q").fill(text);
  const value = encodeURIComponent(text).replace(/%20/g, "(%20|\\+)");
  await opened.waitForFunction((value) => new RegExp(`q=${value}`).test(location.hash), value);
};

const expanded = (opened, id) => opened.evaluate((id) => document.getElementById(id).querySelector("[aria-expanded]").getAttribute("aria-expanded"), id);

// ---- What it promises

const checks = {
  "every row is there, each once": () =>
    on("", {}, async (opened) => {
      const ids = await shown(opened);
      same(ids.length, judgements.length, "rows");
      same(new Set(ids).size, ids.length, "different ids");
      same(distinct(ids), assets.length, "assets");
    }),

  "no id stands twice, and every link within the page has an end": () =>
    on("", {}, async (opened) => {
      const { twice, dead } = await opened.evaluate(() => {
        const ids = new Set();
        const twice = [];
        for (const { id } of document.querySelectorAll("[id]")) ids.has(id) ? twice.push(id) : ids.add(id);
        const links = [...document.querySelectorAll("a[href^='#']")].map((link) => decodeURIComponent(link.getAttribute("href").slice(1)));
        return { twice, dead: [...new Set(links)].filter((link) => !ids.has(link) && !/^[a-z]+=/.test(link)) };
      });
      assert.deepEqual(twice.slice(0, 5), [], "ids that stand twice");
      assert.deepEqual(dead.slice(0, 5), [], "links without an end");
    }),

  "a search narrows the list to what has the words, and says how many": () =>
    on("", {}, async (opened) => {
      await search(opened, needle);
      const expected = rowsWhere((asset) => asset.occurrences.some((place) => place.path.includes(needle)));
      assert(expected.length > 0, `nothing is in ${needle}`);
      const ids = await shown(opened);
      assert.deepEqual(new Set(ids.map(assetOf)), new Set(expected.map(({ asset }) => asset.id)), "assets of the file");
      same(ids.length, expected.length, "rows of the file");
      await search(opened, `${needle} MD5`);
      const narrower = await shown(opened);
      assert(narrower.length > 0 && narrower.length < ids.length, "a second word narrows it further");
      await search(opened, "no-such-word-anywhere");
      same((await shown(opened)).length, 0, "rows with a word that is nowhere");
      await clear(opened);
      same((await shown(opened)).length, judgements.length, "rows when nothing is asked");
    }),

  "each filter shows what it says": () =>
    on("", {}, async (opened) => {
      const of = {
        band: (asset, judged, value) => judged.priority === value,
        list: (asset, judged, value) => judged.class === value,
        class: (asset, judged, value) => judged.findingClass === value,
        library: (asset, judged, value) => asset.occurrences.some((place) => place.library === value),
        context: (asset, judged, value) => asset.occurrences.some((place) => place.context === value),
        kind: (asset, judged, value) => asset.kind === value,
      };
      const filters = await opened.locator("#filters select").evaluateAll((selects) =>
        selects.map((select) => ({ key: select.dataset.key, values: [...select.options].map((option) => option.value).filter(Boolean) })),
      );
      const keys = filters.map((filter) => filter.key);
      for (const key of ["band", "list", "class", "language", "library", "kind", "context", "owner"]) assert(keys.includes(key), `no filter by ${key}`);
      for (const { key, values } of filters) {
        assert(values.length > 1, `${key} has nothing to choose from`);
        let sum = 0;
        const isOfRow = ["band", "list", "kind"].includes(key);
        // Of those with a hundred values, as many as there is time for.
        const step = isOfRow ? 1 : Math.ceil(values.length / 10);
        for (const value of values.filter((_, n) => n % step === 0)) {
          await opened.locator(`#filters select[data-key="${key}"]`).selectOption(value);
          const ids = await shown(opened);
          assert(ids.length > 0, `${key}=${value} shows nothing`);
          if (of[key]) same(ids.length, rowsWhere((asset, judged) => of[key](asset, judged, value)).length, `${key}=${value}`);
          sum += ids.length;
        }
        // What is of a row has one value; what is of its places may have several.
        if (isOfRow) same(sum, judgements.length, `all of ${key}`);
        await clear(opened);
      }
    }),

  "filters and words work together, and the address says them": () =>
    on("", {}, async (opened) => {
      await opened.locator("#filters select[data-key=band]").selectOption("P0");
      await search(opened, "rsa");
      const ids = await shown(opened);
      const hash = await opened.evaluate(() => location.hash);
      await on(hash, {}, async (again) => assert.deepEqual(await shown(again), ids, "the same address shows the same"));
      assert(ids.length > 0 && ids.length < rowsWhere((asset, judged) => judged.priority === "P0").length);
    }),

  "each column sorts up, down, and back": () =>
    on("", {}, async (opened) => {
      const table = opened.locator("table.rows").first();
      const column = (n) => table.locator("tr[id^='asset-']").evaluateAll((rows, n) => rows.map((row) => row.children[n].textContent), n);
      const ids = () => table.locator("tr[id^='asset-']").evaluateAll((rows) => rows.map((row) => row.id));
      const before = await ids();
      assert(before.length > 3, "there is something to sort");
      const heads = table.locator("thead th");
      const order = new Intl.Collator("en", { numeric: true });
      for (let n = 0; n < (await heads.count()); n++) {
        const head = heads.nth(n);
        const name = (await head.textContent()).trim();
        await head.getByRole("button").click();
        same(await head.getAttribute("aria-sort"), "ascending", name);
        const up = await column(n);
        await head.getByRole("button").click();
        same(await head.getAttribute("aria-sort"), "descending", name);
        const down = await column(n);
        await head.getByRole("button").click();
        same(await head.getAttribute("aria-sort"), "none", name);
        assert.deepEqual(await ids(), before, `${name}: the order that it had`);
        if (name === "Places") {
          const numbers = up.map(number);
          assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), "places upwards");
          assert.deepEqual(down.map(number), [...numbers].reverse(), "places downwards");
        } else if (name === "Priority") {
          assert.deepEqual(up, [...up].sort(), "priorities upwards");
          assert.deepEqual(down, [...up].reverse(), "priorities downwards");
        }
        // What has no value comes last either way.
        const [least, most] = [up, down].map((texts) => texts.find(Boolean) ?? "");
        assert(order.compare(least, most) <= 0, `${name}: “${least}” comes first upwards, “${most}” downwards`);
        for (const texts of [up, down]) assert(texts.lastIndexOf(texts.findLast(Boolean)) < (texts.includes("") ? texts.indexOf("") : Infinity), `${name}: empty ones are last`);
        assert.deepEqual([...up].sort(), [...down].sort(), `${name}: all rows stay`);
      }
    }),

  "a link to a finding lands on it and opens it": async () => {
    for (const at of [0, Math.floor(judgements.length / 2), judgements.length - 1]) {
      const { asset } = judgements[at];
      const id = `asset-${asset.id}`;
      await on(`#${encodeURIComponent(id)}`, {}, async (opened) => {
        same(await expanded(opened, id), "true", `${id} is open`);
        const seen = await opened.evaluate((id) => {
          const row = document.getElementById(id);
          const { top, bottom } = row.getBoundingClientRect();
          return { top, bottom, next: row.nextElementSibling?.textContent ?? "" };
        }, id);
        assert(seen.top >= 0 && seen.bottom <= DESK.height, `${id} is on the screen: ${seen.top} to ${seen.bottom}`);
        assert(seen.next.includes(asset.assessment.reason.slice(0, 20)), `${id} says why`);
        assert(asset.occurrences.some((place) => seen.next.includes(place.path.split("/").pop())), `${id} says where`);
        const isAt = () => opened.evaluate((id) => document.getElementById(id).contains(document.activeElement), id);
        if (!(await isAt())) await opened.keyboard.press("Tab");
        assert(await isAt(), `${id} is where the keyboard goes on`);
      });
    }
  },

  "a number on the first screen leads to as many": () =>
    on("", {}, async (opened) => {
      const links = await opened.locator(".tiles a").evaluateAll((links) => links.map((link) => ({ text: link.textContent, href: link.getAttribute("href") })));
      const numbered = links.filter(({ text, href }) => /^\s*[\d,]+/.test(text) && /^#\w+=/.test(href));
      assert(numbered.length >= 5, `${numbered.length} numbers lead anywhere`);
      for (const { text, href } of numbered) {
        await clear(opened);
        await opened.locator(`.tiles a[href="${href}"]`).filter({ hasText: text.trim().split(/\s+/)[0] }).first().click();
        const ids = await shown(opened);
        same(distinct(ids), number(/[\d,]+/.exec(text)[0]), `“${text.trim()}” (${href})`);
      }
    }),

  "what charts and tables count is what their links show": () =>
    on("", {}, async (opened) => {
      const links = await opened.evaluate(() => {
        const found = new Map();
        for (const link of document.querySelectorAll("a[href^='#']")) {
          const href = link.getAttribute("href");
          if (!/^#\w+=/.test(href) || link.closest(".tiles")) continue;
          // In a chart the tooltip has name and number; in a table the number is the link.
          const title = link.querySelector("title")?.textContent;
          const text = title ? /: ([\d,]+)( \(|$)/.exec(title)?.[1] : /^\s*([\d,]+)\s*$/.exec(link.textContent)?.[1];
          if (text) found.set(`${href} ${text} ${Boolean(title)}`, { href, text, chart: Boolean(title), where: title ?? link.closest("section,div[id]")?.id });
        }
        // All of the charts, and of the tables as many as there is time for.
        const all = [...found.values()];
        const [charts, tables] = [all.filter((link) => link.chart), all.filter((link) => !link.chart)];
        const step = Math.max(1, Math.floor(tables.length / 40));
        return [...charts.slice(0, 60), ...tables.filter((_, n) => n % step === 0)];
      });
      assert(links.length > 50 && links.some((link) => link.chart), `only ${links.length} links with numbers`);
      const wrong = [];
      for (const { href, text, where } of links) {
        await opened.evaluate((href) => (location.hash = href), href);
        await opened.waitForFunction((href) => decodeURIComponent(location.hash) === decodeURIComponent(href), href);
        const ids = await shown(opened);
        if (distinct(ids) !== number(text) && ids.length !== number(text)) wrong.push(`${href} (${where}) says ${text}, and shows ${distinct(ids)} assets`);
      }
      assert.deepEqual(wrong.slice(0, 8), [], `${wrong.length} of ${links.length} links`);
      console.log(`     ${links.length} links followed`);
    }),

  "nothing of what was scanned becomes a part of the page": () =>
    on("", {}, async (opened) => {
      const found = await opened.evaluate(() => ({
        images: document.querySelectorAll("img, iframe, object, embed, form").length,
        scripts: document.scripts.length,
        handlers: [...document.querySelectorAll("*")].filter((element) => [...element.attributes].some((attribute) => attribute.name.startsWith("on"))).length,
        schemes: [...new Set([...document.querySelectorAll("[href]")].map((link) => link.getAttribute("href")).filter((href) => !/^(#|https:\/\/)/.test(href)))],
        text: document.body.textContent,
      }));
      same(found.images, 0, "images, frames and forms");
      same(found.scripts, 2, "scripts: the data and ours");
      same(found.handlers, 0, "handlers in attributes");
      assert.deepEqual(found.schemes, [], "links to anything else");
      assert(found.text.includes("<img src=x onerror=alert(1)>"), "the hostile name is text");
      assert(!/[\u202a-\u202e\u2066-\u2069\u200b\u001b]/.test(found.text), "characters that deceive");
    }),

  "light and dark can be switched, and it is kept": () =>
    on("", {}, async (opened) => {
      const colours = () => opened.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color].join());
      const light = await colours();
      const button = opened.locator("#theme");
      await button.click();
      const dark = await colours();
      assert.notEqual(dark, light, "the other colours");
      await opened.reload();
      same(await colours(), dark, "after loading again");
      await button.click();
      same(await colours(), light, "and back");
      await on("", { colorScheme: "dark" }, async (other) => {
        const own = await other.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color].join());
        same(own, dark, "where the system is dark");
      });
    }),

  "the keyboard reaches everything": () =>
    on("", {}, async (opened) => {
      const focus = () => opened.evaluate(() => { const at = document.activeElement; return { id: at.id, classes: at.className?.baseVal ?? at.className, row: at.closest("tr")?.id ?? "", outline: getComputedStyle(at).outlineStyle }; });
      await opened.keyboard.press("Tab");
      let at = await focus();
      assert(at.classes.includes("skip"), `the first stop is the skip link, not ${JSON.stringify(at)}`);
      const box = await opened.locator(".skip").boundingBox();
      assert(box.x >= 0 && box.y >= 0 && box.width > 20, "the skip link is seen when it has the focus");
      await opened.keyboard.press("Enter");
      let stops = 0;
      const until = async (test, most, what) => {
        for (let n = 0; n < most; n++) {
          await opened.keyboard.press("Tab");
          stops++;
          at = await focus();
          if (test(at)) return;
          assert.notEqual(at.outline, "none", `the focus is seen on ${JSON.stringify(at)}`);
        }
        assert.fail(`${what} is not reached within ${most} stops; at ${JSON.stringify(at)}`);
      };
      await until((at) => at.id === "q", 30, "the search box");
      await until((at) => at.row.startsWith("asset-"), 60, "the first row");
      await opened.keyboard.press("Enter");
      same(await expanded(opened, at.row), "true", "Enter opens the row");
      await opened.keyboard.press("Enter");
      same(await expanded(opened, at.row), "false", "Enter closes it");
      console.log(`     ${stops} stops from the skip link to the first row`);
    }),

  "without its script the rows, the places and the reasons are there": () =>
    on("", { javaScriptEnabled: false }, async (opened) => {
      const rows = opened.locator("table.rows tr[id^='asset-']");
      same(await rows.count(), judgements.length, "rows");
      assert(await rows.first().isVisible() && await rows.last().isVisible(), "rows are seen");
      const text = await opened.locator("main").innerText();
      // Between backticks stands code, and is shown as code.
      const reasons = new Set(judgements.map(({ judged }) => judged.reason.replaceAll("`", "")));
      let told = 0;
      for (const reason of reasons) if (text.includes(reason)) told++;
      // Those that hold characters that the page makes visible differ.
      assert(told >= reasons.size * 0.98, `${told} of ${reasons.size} reasons`);
      const texts = new Map(await rows.evaluateAll((rows) => rows.map((row) => [row.id, row.innerText])));
      for (const asset of assets) {
        const row = texts.get(`asset-${asset.id}`);
        const isThere = asset.occurrences.some((place) => row?.includes(place.path.split("/").pop().slice(0, 20)));
        assert(isThere || /[^ -~]/.test(row), `${asset.id} says no place: ${row}`);
      }
      assert(await opened.locator("noscript").first().innerText(), "it says that the script is missing");
      assert(!(await opened.locator("#q").count()), "no search box that does nothing");
      assert(!(await opened.locator("#theme").isVisible()), "no switch that does nothing");
      assert(await opened.locator("svg.chart").first().isVisible(), "charts are seen");
    }),

  "no serious fault of accessibility, light and dark, desk and phone": async () => {
    const first = `#asset-${encodeURIComponent(assets[0].id)}`;
    for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { colorScheme: "light", viewport: PHONE }]) {
      await on(first, options, async (opened) => {
        await opened.evaluate(() => document.querySelectorAll("details").forEach((details, n) => (details.open = n < 40)));
        // Rows that are alike have like faults; all of them would take minutes.
        await opened.evaluate(() => {
          for (const body of document.querySelectorAll("table tbody")) [...body.querySelectorAll(":scope > tr")].slice(8).forEach((row) => row.remove());
          for (const table of document.querySelectorAll("table.rows")) [...table.tBodies].slice(6).forEach((body) => body.remove());
          for (const many of document.querySelectorAll("ol, ul:not(nav ul)")) [...many.children].slice(8).forEach((item) => item.remove());
          [...document.querySelectorAll("#files details")].slice(8).forEach((file) => file.remove());
        });
        await opened.evaluate(axe);
        const { violations } = await opened.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const bad = violations.filter((fault) => ["serious", "critical"].includes(fault.impact));
        const told = bad.map((fault) => `${fault.id} (${fault.impact}, ${fault.nodes.length}): ${fault.help}: ${fault.nodes[0].html.slice(0, 160)}: ${fault.nodes[0].failureSummary?.split("\n")[1]}`);
        assert.deepEqual(told, [], JSON.stringify(options));
        for (const fault of violations) console.log(`     ${fault.impact}: ${fault.id} (${fault.nodes.length}): ${fault.nodes[0].html.slice(0, 100)}`);
      });
    }
  },

  "headings go down by one, and there is one first": () =>
    on("", {}, async (opened) => {
      const levels = await opened.locator("h1, h2, h3, h4, h5, h6").evaluateAll((heads) => heads.map((head) => Number(head.tagName[1])));
      same(levels.filter((level) => level === 1).length, 1, "first headings");
      levels.reduce((before, level) => (assert(level <= before + 1, `h${level} after h${before}`), level), 0);
      for (const role of ["main", "navigation", "banner", "contentinfo"]) assert(await opened.getByRole(role).first().isVisible(), `no ${role}`);
    }),

  "nothing is wider than a phone": () =>
    on("", { viewport: PHONE }, async (opened) => {
      const wide = () =>
        opened.evaluate(() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return null;
          const over = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 1 && !element.closest(".scroll"));
          return `${document.documentElement.scrollWidth} of ${width}: ${over.slice(0, 4).map((element) => element.outerHTML.slice(0, 90)).join(" | ")}`;
        });
      same(await wide(), null, "closed");
      for (const id of [0, 5, 50]) await opened.evaluate((id) => (location.hash = `#asset-${id}`), assets[Math.min(id, assets.length - 1)].id);
      await opened.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      same(await wide(), null, "with everything open");
    }),

  "charts draw within their edges, and no text on another": async () => {
    for (const viewport of [DESK, PHONE]) {
      await on("", { viewport }, async (opened) => {
        const faults = await opened.evaluate(() => {
          document.querySelectorAll("details").forEach((details) => (details.open = true));
          const faults = [];
          for (const svg of document.querySelectorAll("svg.chart")) {
            const edge = svg.getBoundingClientRect();
            if (!edge.width) continue;
            const texts = [...svg.querySelectorAll("text")].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() })).filter(({ box }) => box.width > 0);
            for (const { text, box } of texts) {
              if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1 || box.bottom > edge.bottom + 1) faults.push(`${svg.id || svg.querySelector("title").id}: “${text}” leaves the chart`);
            }
            for (let a = 0; a < texts.length; a++)
              for (let b = a + 1; b < texts.length; b++) {
                const [x, y] = [texts[a].box, texts[b].box];
                // Boxes are as tall as lines; letters are less.
                if (x.left < y.right - 1 && y.left < x.right - 1 && x.top + 4 < y.bottom && y.top + 4 < x.bottom) faults.push(`${svg.querySelector("title").id}: “${texts[a].text}” lies on “${texts[b].text}”`);
              }
          }
          return { faults, charts: document.querySelectorAll("svg.chart").length };
        });
        assert(faults.charts > 0, "there are no charts");
        assert.deepEqual(faults.faults.slice(0, 6), [], `${viewport.width} wide`);
      });
    }
  },

  "it prints on A4, with everything open and without what cannot be used": () =>
    on("", {}, async (opened) => {
      // The size of the page is what the page's own style says.
      const pdf = await opened.pdf({ preferCSSPageSize: true, path: resolve(folder, "print.pdf") });
      const text = pdf.toString("latin1");
      const sizes = new Set([...text.matchAll(/\/MediaBox\s*\[([^\]]*)\]/g)].map((match) => match[1].trim().split(/\s+/).map((n) => Math.round(Number(n))).join(" ")));
      assert.deepEqual([...sizes].map((size) => size.replace(/ 84[12]$/, " 842").replace(/ 59[456] /, " 595 ")), ["0 0 595 842"], "the size of A4 in points");
      const pages = [...text.matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
      assert(pages > 1, `${pages} page`);
      console.log(`     ${pages} pages`);
      await opened.emulateMedia({ media: "print" });
      for (const unwanted of ["#filters", "#theme", "nav", ".skip"]) assert(!(await opened.locator(unwanted).first().isVisible()), `${unwanted} is printed`);
      const paper = await opened.evaluate(() => [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).backgroundColor]);
      for (const colour of paper) assert(["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(colour), `the paper is ${colour}`);
    }),

  "the page is small enough for a mail": async () => {
    const { size } = statSync(page);
    const places = assets.reduce((sum, asset) => sum + asset.occurrences.length, 0);
    assert(places >= 2000, `only ${places} findings: too few to tell`);
    // 5 MB for 10,000 findings.
    assert(size < 5e6 * Math.max(0.5, places / 10_000), `${size} bytes for ${places} findings`);
    console.log(`     ${size} bytes, ${assets.length} assets, ${places} findings`);
  },

  "it has its pictures": async () => {
    const shot = async (name, options, hash = "", full = false) =>
      on(hash, options, async (opened) => {
        const clip = full ? { x: 0, y: 0, width: opened.viewportSize().width, height: Math.min(8000, await opened.evaluate(() => document.documentElement.scrollHeight)) } : undefined;
        writeFileSync(resolve(folder, `${name}.png`), await opened.screenshot({ clip, fullPage: full }));
      });
    await shot("desk", {});
    await shot("desk-dark", { colorScheme: "dark" });
    await shot("desk-whole", {}, "", true);
    await shot("phone", { viewport: PHONE });
    await shot("phone-whole", { viewport: PHONE }, "", true);
    await shot("desk-row", {}, `#asset-${encodeURIComponent(assets[0].id)}`);
    await shot("phone-row", { viewport: PHONE }, `#asset-${encodeURIComponent(assets[0].id)}`);
    await shot("desk-filter", {}, "#q=rsa&band=P0");
    for (const name of ["desk", "phone", "desk-row"]) assert(statSync(resolve(folder, `${name}.png`)).size > 10_000, `${name} is empty`);
  },
};

// ---- The run

const names = Object.keys(checks).filter((name) => !wanted.length || wanted.some((word) => name.includes(word)));
assert(names.length, "no such check");
browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let failed = 0;
const report_ = (name, since, error) => {
  const took = `${((Date.now() - since) / 1000).toFixed(1)} s`;
  if (error) failed++;
  console.log(error ? `FAIL ${name} (${took})\n${String(error.message ?? error).split("Browser logs:")[0].slice(0, 3000)}` : `ok   ${name} (${took})`);
};
for (const name of names) {
  const since = Date.now();
  try {
    await checks[name]();
    report_(name, since);
  } catch (error) {
    report_(name, since, error);
  }
}
await browser.close();
report_("no error, no warning, nothing asked of any network", Date.now(), faults.length ? [...new Set(faults)].slice(0, 10).join("\n") : undefined);
console.log(`${names.length + 1 - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
