// The shared vectors and the package's own manners, in Node. MOTCUA_NPM is the built package, MOTCUA_VECTORS the vectors.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const motcua = await import(pathToFileURL(join(process.env.MOTCUA_NPM, "node.js")));
const root = process.env.MOTCUA_VECTORS;

for (const room of readdirSync(root, { withFileTypes: true }).filter((e) => e.isDirectory())) {
  for (const file of readdirSync(join(root, room.name)).filter((f) => f.endsWith(".json"))) {
    for (const vector of JSON.parse(readFileSync(join(root, room.name, file), "utf8"))) {
      test(vector.id, () => {
        const input = JSON.stringify(vector.input);
        if (!vector.file) return assert.equal(motcua.call(vector.op, input), vector.expect_json);
        let bytes = new Uint8Array(readFileSync(join(root, vector.file)));
        if (vector.change?.flip !== undefined) bytes[vector.change.flip] ^= 1;
        if (vector.change?.first !== undefined) bytes = bytes.slice(0, vector.change.first);
        assert.equal(motcua.verifyCopyJson(bytes, input), vector.expect_json);
      });
    }
  }
}

test("a fraction is refused with what to pass instead", () => {
  const facts = { fees: [{ fee: "ct.copy", facts: { pages: 2.5, copies: 1 } }] };
  assert.throws(() => motcua.assess("certification-226-2016", facts, "2026-11-24"), /decimal text/);
});

test("errors carry their code", () => {
  assert.throws(() => motcua.assess("x", { fees: [] }, "2026-11-24"), { code: "motcua.unknown_tariff" });
});

test("a copy is issued and judged", () => {
  const folder = process.env.MOTCUA_DEMO;
  const read = (name) => readFileSync(join(folder, name), "utf8");
  const report = JSON.parse(read("report.json"));
  const { original, ...facts } = report.facts;
  const key = (who) => ({ key_pem: read(`trust/${who}.key.pem`), chain_pem: read(`trust/${who}.pem`) });
  const request = { facts, pages: original.pages, official: key("official"), agency: key("agency") };
  const scan = new Uint8Array(readFileSync(process.env.MOTCUA_SCAN));
  const copy = motcua.issueCopy(scan, request);
  const policy = {
    id: "node", anchors_pem: [read("trust/root.pem")], trust_list_as_of: "2026-11-24",
    at: report.checked_at, revocation: "not_checked",
  };
  assert.equal(motcua.verifyCopy(copy, policy).verdict, "valid_with_notes");
  copy[copy.length >> 1] ^= 1;
  assert.equal(motcua.verifyCopy(copy, policy).verdict, "not_valid");
  assert.throws(() => motcua.issueCopy(new Uint8Array(), request), { code: "copies.empty_original" });
});
