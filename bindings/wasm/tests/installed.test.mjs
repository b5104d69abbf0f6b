// Run inside an empty project that installed the packed tarball: every entry is found by its name and works.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as all from "motcua";
import * as fees from "motcua/fees";
import { loadFonts } from "motcua/fonts";
import * as payments from "motcua/payments";
import * as verify from "motcua/verify";
import { moduleBytes } from "motcua/verify-inline";

const facts = { fees: [{ fee: "ct.copy", facts: { pages: 2, copies: 2 } }] };

test("every entry answers", async () => {
  for (const entry of [all, fees]) {
    await entry.init();
    assert.equal(entry.assess("certification-226-2016", facts, "2026-11-24").total.amount, "8000");
  }
  const transfer = { bank: "970436", account: "0011001234567", amount: { amount: "8000", currency: "VND" }, memo: "MC1" };
  for (const entry of [all, payments]) assert.equal(entry.vietqrParse(entry.vietqr(transfer)).account, "0011001234567");
  const policy = { id: "t", anchors_pem: [], trust_list_as_of: "2026-11-24", at: "2026-11-24T00:00:00Z", revocation: "not_checked" };
  for (const entry of [all, verify]) assert.equal(entry.verifyCopy(new Uint8Array(9), policy).verdict, "not_a_copy");
  assert.ok((await loadFonts()).regular.length > 100_000);
  assert.ok(moduleBytes().length > 100_000);
});

test("CommonJS reaches it too", { skip: process.features.require_module ? false : "this Node has no require() of ES modules" }, () => {
  assert.equal(typeof createRequire(import.meta.url)("motcua/fees").assess, "function");
});

test("what is packed: no sources, no tests, the licences, the modules", () => {
  const require = createRequire(import.meta.url);
  const { exports, version } = JSON.parse(readFileSync(require.resolve("motcua/package.json"), "utf8"));
  assert.match(version, /^\d+\.\d+\.\d+$/);
  for (const name of Object.keys(exports).filter((n) => n.endsWith(".wasm"))) {
    assert.deepEqual([...readFileSync(require.resolve(`motcua/${name.slice(2)}`)).subarray(0, 4)], [0, 97, 115, 109], name);
  }
  const beside = (name) => readFileSync(new URL(`./node_modules/motcua/${name}`, import.meta.url));
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "LICENSE-OFL", "README.md"]) assert.ok(beside(name).length > 0);
  assert.throws(() => beside("tests"), /ENOENT/);
});

test("one error class across entries", () => {
  assert.equal(all.MotcuaError, fees.MotcuaError);
  assert.throws(() => fees.assess("x", { fees: [] }, "2026-11-24"), all.MotcuaError);
});
