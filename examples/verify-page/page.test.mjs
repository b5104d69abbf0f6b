// Drives the built page in Chromium: a good copy, a manipulated one, an unrelated file; and runs the shared vectors there.
// Arguments by environment: PAGE (the built page), NPM (the full package), VECTORS, DEMO, SCAN, SHOT (a picture to write).

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";

const { chromium } = createRequire(join(process.env.TOOLS, "package.json"))("playwright-core");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json" };
const roots = { page: process.env.PAGE, npm: process.env.NPM };
const asked = [];
const server = createServer((request, response) => {
  asked.push(request.url);
  const [, root, ...rest] = request.url.split("/");
  try {
    const file = join(roots[root], ...rest);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(readFileSync(file));
  } catch {
    response.writeHead(404).end();
  }
});
const profile = mkdtempSync(join(tmpdir(), "verify-page-"));
let context, base;

before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${server.address().port}`;
  context = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await context?.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
});

const judged = async (file) => {
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
  await page.goto(`${base}/page/index.html`);
  await page.setInputFiles("#file", file);
  await page.waitForFunction(() => !document.getElementById("result").hidden);
  const verdict = await page.textContent("#verdict");
  assert.equal(await page.evaluate(() => document.activeElement.id), "verdict", "the verdict has the focus");
  assert.deepEqual(complaints.filter((c) => !c.includes("favicon")), []);
  return [verdict, page];
};

test("a good copy", async () => {
  const [verdict, page] = await judged(join(process.env.DEMO, "copy.pdf"));
  assert.match(verdict, /✓ Bản sao hợp lệ/);
  assert.equal(await page.locator("#rows tr").count(), 5);
  await page.screenshot({ path: process.env.SHOT, fullPage: true });
});

test("a manipulated copy", async () => {
  const [verdict, page] = await judged(join(process.env.DEMO, "copy-page-replaced.pdf"));
  assert.match(verdict, /✗ Không hợp lệ/);
  assert.match(await page.textContent("#reasons"), /trang 1/);
});

test("an unrelated file", async () => {
  const [verdict] = await judged(process.env.SCAN);
  assert.match(verdict, /không phải là bản sao/);
});

test("only the page's own files were asked for", () => {
  assert.ok(asked.every((url) => /^\/(page|npm)\/[\w./-]+$/.test(url) || url === "/favicon.ico"), asked.join(" "));
});

test("the shared vectors in Chromium", async () => {
  const page = await context.newPage();
  await page.goto(`${base}/npm/package.json`);
  await page.addScriptTag({ type: "module", content: `import * as m from "${base}/npm/web.js"; await m.init(); window.motcua = m;` });
  await page.waitForFunction(() => window.motcua);
  let count = 0;
  const vectors = process.env.VECTORS;
  for (const room of readdirSync(vectors, { withFileTypes: true }).filter((e) => e.isDirectory())) {
    for (const name of readdirSync(join(vectors, room.name)).filter((f) => f.endsWith(".json"))) {
      for (const vector of JSON.parse(readFileSync(join(vectors, room.name, name), "utf8"))) {
        let bytes = null;
        if (vector.file) {
          bytes = readFileSync(join(vectors, vector.file));
          if (vector.change?.flip !== undefined) bytes[vector.change.flip] ^= 1;
          if (vector.change?.first !== undefined) bytes = bytes.subarray(0, vector.change.first);
        }
        const got = await page.evaluate(([op, input, data]) => data === null
          ? window.motcua.call(op, input)
          : window.motcua.verifyCopyJson(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), input),
        [vector.op, JSON.stringify(vector.input), bytes && bytes.toString("base64")]);
        assert.equal(got, vector.expect_json, vector.id);
        count += 1;
      }
    }
  }
  assert.ok(count > 20);
});
