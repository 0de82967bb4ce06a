// Opens the page of an organisation in a browser and checks what it promises: node organisation.mjs PAGE.html ROWS FOLDER [CHECK …]
//
// ROWS is how many rows its lists have; screenshots go to FOLDER, in whose node_modules the libraries are. Prints a line for each check;
// exits with 1 if one fails.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , page, rows, folder, ...wanted] = process.argv;
const require = createRequire(resolve(folder, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const address = pathToFileURL(resolve(page)).href;
const of = Number(rows);
const LISTS = ["repositories", "owners", "new", "gone", "certificates", "shared-keys", "failures"];
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const browsers = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = browsers.find((path) => path && existsSync(path));
assert(executablePath, "no Chromium is installed, and CHROMIUM names none");

const faults = [];
let browser;
/** Runs `use` on a new page at `hash`. */
const on = async (hash, options, use) => {
  const context = await browser.newContext({ viewport: DESK, colorScheme: "light", ...options });
  try {
    const opened = await context.newPage();
    opened.on("console", (message) => ["error", "warning"].includes(message.type()) && faults.push(`console: ${message.text()}`));
    opened.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    opened.on("dialog", async (dialog) => { faults.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
    opened.on("request", (request) => request.url().split("#")[0] !== address && faults.push(`request: ${request.url().slice(0, 200)}`));
    await opened.goto(address + hash);
    return await use(opened);
  } finally {
    await context.close();
  }
};
const seen = (opened, id) => opened.locator(`#${id} tbody tr`).evaluateAll((all) => all.filter((row) => row.checkVisibility()).map((row) => row.innerText));
const said = (opened, id) => opened.locator(`#${id} .shown`).textContent();
const number = (text) => Number(text.replaceAll(",", ""));

const checks = {
  "every list has its rows, and says how many": () =>
    on("", {}, async (opened) => {
      for (const id of LISTS) {
        assert.equal((await seen(opened, id)).length, of, id);
        assert.equal(await said(opened, id), `Shown: all ${of.toLocaleString("en")} rows.`, id);
      }
    }),

  "a search narrows a list, and the address can ask for it": () =>
    on("", {}, async (opened) => {
      const search = opened.locator("#new .filters input");
      await search.fill("wrapper7.java p3");
      await opened.waitForFunction(() => document.querySelector("#new .shown").textContent.startsWith("Shown: 1 of"));
      const found = await seen(opened, "new");
      assert(found.length === 1 && found[0].includes("Wrapper7.java"), found.join());
      assert.equal((await seen(opened, "gone")).length, of, "the other lists stay");
      await opened.locator("#new .filters button").click();
      assert.equal((await seen(opened, "new")).length, of, "all again");
      await on("#gone&q=wrapper7.java", {}, async (other) => assert.equal((await seen(other, "gone")).length, 1));
    }),

  "a choice shows what it says": () =>
    on("", {}, async (opened) => {
      let sum = 0;
      for (const band of ["P0", "P1", "P2", "P3"]) {
        await opened.locator("#certificates .filters select").first().selectOption({ label: band });
        const found = await seen(opened, "certificates");
        assert(found.length > 0 && found.every((row) => row.startsWith(band)), band);
        sum += found.length;
      }
      assert.equal(sum, of);
    }),

  "each column sorts up, down and back": () =>
    on("", {}, async (opened) => {
      for (const id of LISTS) {
        const before = await seen(opened, id);
        const heads = opened.locator(`#${id} thead th`);
        for (let at = 0; at < (await heads.count()); at++) {
          const head = heads.nth(at);
          const column = () => opened.locator(`#${id} tbody tr`).evaluateAll((all, at) => all.map((row) => row.cells[at].textContent), at);
          const isNumber = await head.evaluate((head) => head.classList.contains("r"));
          await head.getByRole("button").click();
          assert.equal(await head.getAttribute("aria-sort"), "ascending");
          const up = await column();
          await head.getByRole("button").click();
          const down = await column();
          if (isNumber) {
            assert.deepEqual(up.map(number), up.map(number).sort((a, b) => a - b), `${id} ${at} up`);
            assert.deepEqual(down.map(number), up.map(number).reverse(), `${id} ${at} down`);
          }
          await head.getByRole("button").click();
          assert.deepEqual(await seen(opened, id), before, `${id} ${at}: the order that it had`);
        }
      }
    }),

  "a link to a repository lands on its row, filtered or not": () =>
    on("", {}, async (opened) => {
      await opened.locator("#repositories .filters input").fill("no-such-word");
      await opened.waitForFunction(() => document.querySelector("#repositories .shown").textContent.startsWith("Shown: 0 of"));
      await opened.locator("#failures tbody a").first().click();
      await opened.waitForFunction(() => document.querySelector("tr.here"));
      assert(await opened.locator("tr.here").isVisible());
      const { y } = await opened.locator("tr.here").boundingBox();
      assert(y >= 0 && y < DESK.height, `at ${y}`);
    }),

  "without its script everything but its tools is there": () =>
    on("", { javaScriptEnabled: false }, async (opened) => {
      for (const id of LISTS) assert.equal((await seen(opened, id)).length, of, id);
      assert(!(await opened.locator(".filters").first().isVisible()) && !(await opened.locator("#theme").isVisible()));
      assert(await opened.locator("svg.chart").first().isVisible());
    }),

  "light and dark can be switched": () =>
    on("", {}, async (opened) => {
      const colour = () => opened.evaluate(() => getComputedStyle(document.body).color);
      const light = await colour();
      await opened.locator("#theme").click();
      assert.notEqual(await colour(), light);
    }),

  "no serious fault of accessibility, light and dark, desk and phone": async () => {
    for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { viewport: PHONE }]) {
      await on("", options, async (opened) => {
        await opened.evaluate(() => {
          for (const body of document.querySelectorAll("table tbody")) [...body.rows].slice(8).forEach((row) => row.remove());
          for (const details of document.querySelectorAll("details")) details.open = true;
        });
        await opened.evaluate(axe);
        const { violations } = await opened.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        const told = violations.map((fault) => `${fault.id} (${fault.impact}, ${fault.nodes.length}): ${fault.nodes[0].html.slice(0, 160)}: ${fault.nodes[0].failureSummary?.split("\n")[1]}`);
        assert.deepEqual(told.filter((fault) => /serious|critical/.test(fault)), [], JSON.stringify(options));
        for (const fault of told) console.log(`     ${fault}`);
      });
    }
  },

  "headings go down by one": () =>
    on("", {}, async (opened) => {
      const levels = await opened.locator("h1, h2, h3, h4").evaluateAll((heads) => heads.map((head) => Number(head.tagName[1])));
      assert.equal(levels.filter((level) => level === 1).length, 1);
      levels.reduce((before, level) => (assert(level <= before + 1, `h${level} after h${before}`), level), 0);
    }),

  "nothing is wider than a phone": () =>
    on("", { viewport: PHONE }, async (opened) => {
      const wide = await opened.evaluate(() => {
        const width = document.documentElement.clientWidth;
        const over = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > width + 1 && !element.closest(".scroll, .skip"));
        return document.documentElement.scrollWidth <= width ? [] : over.slice(0, 4).map((element) => element.outerHTML.slice(0, 100));
      });
      assert.deepEqual(wide, []);
    }),

  "pictures for people to look at": async () => {
    const name = resolve(folder, basename(page, ".html"));
    for (const [what, options] of [["desk", {}], ["dark", { colorScheme: "dark" }], ["phone", { viewport: PHONE }]]) {
      await on("", options, async (opened) => {
        await opened.screenshot({ path: `${name}-${what}.png` });
        await opened.screenshot({ path: `${name}-${what}-whole.png`, fullPage: true });
      });
    }
    await on("", {}, async (opened) => opened.pdf({ path: `${name}.pdf`, format: "A4", printBackground: true }));
  },

  "no errors, no dialogs, no requests": async () => assert.deepEqual(faults, []),
};

browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}\n${String(error.message).slice(0, 1500)}`);
  }
}
await browser.close();
process.exitCode = failed ? 1 : 0;
