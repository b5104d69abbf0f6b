// What the package exports is what the wire can do, under the same names as in Python but for their case; the types name the same.
// MOTCUA_NPM is the built package, MOTCUA_VECTORS the vectors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const npm = process.env.MOTCUA_NPM;
const listed = JSON.parse(readFileSync(join(process.env.MOTCUA_VECTORS, "operations.json"), "utf8"));
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const ROOM = { index: /./, verify: /^copies\.verify$/, fees: /^fees\./, payments: /^payments\.(?!receipt|reconcile)/ };
const PLUMBING = ["MotcuaError", "call", "init", "operations"];

for (const [entry, room] of Object.entries(ROOM)) {
  test(`the names of ${entry}`, async () => {
    const wanted = new Set([...PLUMBING, ...listed.filter(({ op }) => room.test(op)).map(({ name }) => camel(name))]);
    if (wanted.has("verifyCopy")) wanted.add("verifyCopyJson");
    const names = [...wanted].sort();
    for (const kind of ["js", "node.js"]) {
      const module = await import(pathToFileURL(join(npm, `${entry}.${kind}`)));
      assert.deepEqual(Object.keys(module).sort(), names, `${entry}.${kind}`);
    }
    const types = readFileSync(join(npm, `${entry}.d.ts`), "utf8");
    const typed = entry === "index"
      ? [...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name)
      : types.match(/export \{([^}]*)\}/)[1].split(",").map((name) => name.trim()).filter((name) => name && !name.startsWith("type "));
    assert.deepEqual(typed.sort(), names, `${entry}.d.ts`);
  });
}

test("each module knows the operations of its room", async () => {
  for (const [entry, room] of Object.entries(ROOM)) {
    const { operations } = await import(pathToFileURL(join(npm, `${entry}.node.js`)));
    const wanted = listed.map(({ op }) => op).filter((op) => room.test(op) && op !== "copies.issue" && op !== "copies.prepare" && op !== "copies.verify");
    assert.deepEqual(operations(), wanted.sort());
  }
});
