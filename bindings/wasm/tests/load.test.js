// How a module loads where it is fetched, and how it fails: with a code, in time, and to be tried again. The entries for browsers,
// run in Node, which fetches as they do. MOTCUA_NPM is the built package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const npm = (file) => join(process.env.MOTCUA_NPM, file);
let copies = 0;
/** A fresh entry, not loaded yet. */
const fresh = () => import(`${pathToFileURL(npm("verify.js"))}?${copies += 1}`);
const bytes = () => new Uint8Array(readFileSync(npm("verify/motcua_bg.wasm")));
const fails = async (source, code, message) => {
  const { init, MotcuaError } = await fresh();
  await assert.rejects(init(typeof source === "function" ? source() : source, { milliseconds: 2000 }), (e) => e instanceof MotcuaError && e.code === code && message.test(e.message));
  // Not stuck with the failure.
  await init(bytes());
};

test("fetch_failed", () => fails("http://127.0.0.1:9/motcua_bg.wasm", "wasm.fetch_failed", /could not be fetched/));
test("fetch_failed: an answer that says so", () => fails(new Response("gone", { status: 404 }), "wasm.fetch_failed", /HTTP 404/));
test("fetch_failed: a promise of an answer", () => fails(() => Promise.reject(new Error("offline")), "wasm.fetch_failed", /offline/));
test("not_a_module", () => fails(new Response("<!doctype html><title>home</title>"), "wasm.not_a_module", /<!doctype html/));
test("not_a_module: nothing", () => fails(new Uint8Array(), "wasm.not_a_module", /begins with ""/));
test("not_compiled", () => fails(bytes().slice(0, 5000), "wasm.not_compiled", /could not be compiled/));
test("timeout", () => fails(new Promise(() => {}), "wasm.timeout", /within 2000 ms/));

test("not_initialised", async () => {
  const { verifyCopyJson, operations } = await fresh();
  assert.throws(() => operations(), { code: "wasm.not_initialised" });
  assert.throws(() => verifyCopyJson(new Uint8Array(), "{}"), { code: "wasm.not_initialised" });
});

test("init is idempotent, whatever it is given", async () => {
  const all = bytes();
  const padded = new Uint8Array(all.length + 8);
  padded.set(all, 8);
  const sources = [all, all.buffer, padded.subarray(8), new Response(all), Promise.resolve(new Response(all)), new WebAssembly.Module(all)];
  for (const source of sources) {
    const { init, operations } = await fresh();
    const [first, second] = [init(source), init(source)];
    assert.equal(first, second);
    await first;
    assert.equal(init(), first);
    assert.deepEqual(operations(), []);
  }
});

test("the inlined module loads and fetches nothing", async () => {
  const { moduleBytes } = await import(pathToFileURL(npm("verify.inline.js")));
  assert.deepEqual(moduleBytes(), bytes());
  const { init, verifyCopy } = await fresh();
  await init(moduleBytes());
  const policy = { id: "t", anchors_pem: [], trust_list_as_of: "2026-11-24", at: "2026-11-24T00:00:00Z", revocation: "not_checked" };
  assert.equal(verifyCopy(new TextEncoder().encode("%PDF"), policy).verdict, "not_a_copy");
  assert.throws(() => verifyCopy("text", policy), TypeError);
});
