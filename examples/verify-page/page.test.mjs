// Drives the built page in Chromium with files of every kind, looks at it as narrow screens, printers and keyboards do, and runs the
// shared vectors there. By environment: MOTCUA_PAGE (the built page), MOTCUA_NPM, MOTCUA_VECTORS, MOTCUA_DEMO, MOTCUA_SCAN,
// MOTCUA_TOOLS, MOTCUA_SHOT (a picture to write).

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";

const { chromium } = createRequire(join(process.env.MOTCUA_TOOLS, "package.json"))("playwright-core");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json" };
const roots = { page: process.env.MOTCUA_PAGE, npm: process.env.MOTCUA_NPM };
const asked = [];
const server = createServer((request, response) => {
  asked.push(request.url);
  const [, root, ...rest] = request.url.split("/");
  const send = (type, body, more = {}) => response.writeHead(200, { "content-type": type, ...more }).end(body);
  if (root === "strict") return send("text/html", "<!doctype html><title>strict</title>", { "content-security-policy": `script-src 'unsafe-inline' http://${request.headers.host}` });
  try {
    const file = join(roots[root], ...rest);
    send(TYPES[extname(file)] ?? "text/plain", readFileSync(file));
  } catch {
    // As development servers do: a page for every address.
    send("text/html", "<!doctype html><title>home</title>");
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
    acceptDownloads: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await context?.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
});

const GOOD = join(process.env.MOTCUA_DEMO, "copy.pdf");
const BAD = join(process.env.MOTCUA_DEMO, "copy-page-replaced.pdf");
const file = (name, content) => ({ name, mimeType: "application/pdf", buffer: Buffer.from(content) });
/** A PDF that says it is encrypted (ISO 32000-2 §7.6.2), otherwise like any other. */
const encrypted = () => {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    `<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <${"00".repeat(32)}> /U <${"00".repeat(32)}> >>`];
  let text = "%PDF-1.7\n";
  const at = objects.map((object, i) => {
    const offset = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  text += `xref\n0 5\n0000000000 65535 f \n${at.map((o) => `${String(o).padStart(10, "0")} 00000 n \n`).join("")}`;
  return `${text}trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>] >>\nstartxref\n${start}\n%%EOF\n`;
};

const opened = async () => {
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (m) => m.type() === "error" && page.complaints.push(m.text()));
  page.on("pageerror", (e) => page.complaints.push(String(e)));
  await page.goto(`${base}/page/index.html`);
  return page;
};
const finished = (page) => page.waitForFunction(() => !document.getElementById("after").hidden);
const judged = async (...files) => {
  const page = await opened();
  await page.setInputFiles("#file", files.length === 1 ? files[0] : files);
  await finished(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "verdict", "the verdict has the focus");
  assert.deepEqual(page.complaints, []);
  return [await page.textContent("[role=status] h2"), page];
};

test("a good copy", async () => {
  const [verdict, page] = await judged(GOOD);
  assert.match(verdict, /✓ Bản sao hợp lệ/);
  assert.equal(await page.locator(".rows tr").count(), 5);
  assert.equal(await page.getAttribute("#verdict", "class"), "verdict good");
  assert.equal(await page.getAttribute("html", "lang"), "vi");
  assert.match(await page.textContent("body"), /Tệp không rời khỏi thiết bị này/);
  assert.match(await page.textContent("footer"), /Danh sách tin cậy ngày 24\/11\/2026/);
  await page.screenshot({ path: process.env.MOTCUA_SHOT, fullPage: true });
});

test("a manipulated copy", async () => {
  const [verdict, page] = await judged(BAD);
  assert.match(verdict, /✗ Không hợp lệ/);
  assert.match(await page.textContent(".reasons"), /trang 1/);
  assert.equal(await page.locator(".copy").count(), 0, "what a bad copy states is not shown as if it held");
});

test("an unrelated file", async () => {
  const [verdict] = await judged(process.env.MOTCUA_SCAN);
  assert.match(verdict, /– .*không phải là bản sao/);
});

test("not a PDF", async () => {
  const [verdict, page] = await judged(file("<img src=x onerror=alert(1)>.pdf", "MZ this is a program"));
  assert.doesNotMatch(verdict, /✓/);
  assert.match(await page.textContent(".reasons"), /không phải là PDF/);
  assert.equal(await page.locator("#reports img").count(), 0, "names are text");
});

test("an empty file", async () => {
  const [verdict, page] = await judged(file("trống.pdf", ""));
  assert.doesNotMatch(verdict, /✓/);
  assert.match(await page.textContent(".about"), /trống\.pdf, 0 byte/);
});

test("an encrypted file", async () => {
  const [verdict, page] = await judged(file("khóa.pdf", encrypted()));
  assert.doesNotMatch(verdict, /✓/);
  assert.match(await page.textContent(".reasons"), /encrypt/i);
});

test("many files: one row each, the worst gives the colour", async () => {
  const [verdict, page] = await judged(GOOD, BAD, process.env.MOTCUA_SCAN);
  assert.match(verdict, /✗ Đã kiểm tra 3 tệp: 1 không hợp lệ; 1 không phải bản sao chứng thực; 1 hợp lệ/);
  const heads = await page.locator("article h3").allTextContents();
  assert.deepEqual(heads.map((h) => h[0]), ["✓", "✗", "–"]);
  assert.match(heads[1], /copy-page-replaced\.pdf/);
});

test("the report can be kept", async () => {
  const [, page] = await judged(GOOD, BAD);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  assert.equal(download.suggestedFilename(), "motcua-report.json");
  const kept = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.deepEqual(kept.map((k) => [k.name, k.report.verdict]), [["copy.pdf", "valid_with_notes"], ["copy-page-replaced.pdf", "not_valid"]]);
  assert.equal(kept[0].report.schema, "motcua.copy-report/1");
});

test("files are dropped", async () => {
  const page = await opened();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["nothing"], "dropped.pdf", { type: "application/pdf" }));
    return transfer;
  });
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await finished(page);
  assert.match(await page.textContent(".about"), /dropped\.pdf/);
});

test("the same file twice", async () => {
  const [first, page] = await judged(GOOD);
  await page.setInputFiles("#file", GOOD);
  await finished(page);
  assert.equal(await page.textContent("#verdict"), first);
});

test("320 pixels wide, nothing is cut off", async () => {
  const [, page] = await judged(GOOD, BAD);
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320));
});

test("the keyboard alone reaches everything, in order", async () => {
  const [, page] = await judged(GOOD);
  await page.evaluate(() => document.activeElement.blur());
  const reached = [];
  await page.focus("#file");
  for (let i = 0; i < 3; i += 1) {
    reached.push(await page.evaluate(() => document.activeElement.id));
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(reached, ["file", "print", "save"]);
  for (const id of ["file", "print", "save"]) {
    const { height } = await page.locator(`#${id}`).boundingBox();
    assert.ok(height >= 44, `${id} is ${height} pixels high`);
  }
});

test("on paper: the verdict, the hash, the time, the version; no buttons", async () => {
  const [, page] = await judged(GOOD);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#verdict").isVisible());
  assert.match(await page.textContent(".about"), /SHA-256 [0-9a-f]{64}; kiểm tra lúc .*Z; .*motcua \d/);
  for (const id of ["#choose", "#print", "#save"]) assert.ok(!(await page.locator(id).isVisible()), id);
});

test("only the page's own scripts and style were asked for, and it may connect nowhere", async () => {
  const ours = asked.filter((url) => url.startsWith("/page/"));
  assert.ok(ours.length > 0 && ours.every((url) => /^\/page\/[\w./-]+\.(html|css|js)$/.test(url)), ours.join(" "));
  const page = await opened();
  const refused = await page.evaluate(() => fetch("index.html").then(() => false, () => true));
  assert.ok(refused, "connect-src 'none' holds");
});

const loaded = async (page, entry) => {
  await page.addScriptTag({ type: "module", content: `import * as m from "${base}/npm/${entry}"; window.motcua = m;` });
  await page.waitForFunction(() => window.motcua);
};
const code = (page, source, options) =>
  page.evaluate(([s, o]) => window.motcua.init(s ?? undefined, o).then(() => "loaded", (e) => e.code), [source ?? null, options ?? {}]);

test("a page in the module's place is told from the module", async () => {
  const page = await context.newPage();
  await page.goto(`${base}/npm/package.json`);
  await loaded(page, "verify.js");
  assert.equal(await code(page, `${base}/npm/nowhere.wasm`), "wasm.not_a_module");
  assert.equal(await code(page, "http://127.0.0.1:9/closed"), "wasm.fetch_failed");
  assert.equal(await code(page), "loaded", "a failure may be tried again");
});

test("blocked_by_csp: a policy that forbids WebAssembly is named", async () => {
  const page = await context.newPage();
  await page.goto(`${base}/strict/`);
  await loaded(page, "verify.js");
  assert.equal(await code(page), "wasm.blocked_by_csp");
});

test("the fonts come when they are asked for", async () => {
  const before = asked.filter((url) => url.includes(".ttf")).length;
  const page = await context.newPage();
  await page.goto(`${base}/npm/package.json`);
  await loaded(page, "fonts.js");
  assert.equal(before, 0, "nothing loaded them until now");
  const sizes = await page.evaluate(async () => {
    const { regular, bold } = await window.motcua.loadFonts();
    return [regular.length, bold.length];
  });
  assert.ok(sizes.every((size) => size > 100_000));
});

test("the shared vectors in Chromium", async () => {
  const page = await context.newPage();
  await page.goto(`${base}/npm/package.json`);
  await loaded(page, "index.js");
  assert.equal(await code(page), "loaded");
  let count = 0;
  const vectors = process.env.MOTCUA_VECTORS;
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
