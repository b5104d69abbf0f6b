// The shared vectors and the package's own manners, in Node. MOTCUA_NPM is the built package, MOTCUA_VECTORS the vectors.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const from = (file) => import(pathToFileURL(join(process.env.MOTCUA_NPM, file)));
const motcua = await from("index.node.js");
const { loadFonts } = await from("fonts.node.js");
/** The small entries answer the vectors of their room like the large one. */
const small = { fees: await from("fees.node.js"), payments: await from("payments.node.js"), copies: await from("verify.node.js") };
/** What an office does after the money came, and signing, are in the large entry alone. */
const OFFICE = /^payments\.(receipt|reconcile)|^copies\.(complete|existing|levels)/;
const root = process.env.MOTCUA_VECTORS;

for (const room of readdirSync(root, { withFileTypes: true }).filter((e) => e.isDirectory())) {
  for (const file of readdirSync(join(root, room.name)).filter((f) => f.endsWith(".json"))) {
    for (const vector of JSON.parse(readFileSync(join(root, room.name, file), "utf8"))) {
      test(vector.id, () => {
        const input = JSON.stringify(vector.input);
        const entries = OFFICE.test(vector.op) ? [motcua] : [motcua, small[vector.op.split(".")[0]]];
        if (!vector.file) {
          for (const entry of entries) assert.equal(entry.call(vector.op, input), vector.expect_json);
          return;
        }
        let bytes = new Uint8Array(readFileSync(join(root, vector.file)));
        if (vector.change?.flip !== undefined) bytes[vector.change.flip] ^= 1;
        if (vector.change?.first !== undefined) bytes = bytes.slice(0, vector.change.first);
        for (const entry of entries) assert.equal(entry.verifyCopyJson(bytes, input), vector.expect_json);
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

test("a copy is issued and judged", async () => {
  const folder = process.env.MOTCUA_DEMO;
  const read = (name) => readFileSync(join(folder, name), "utf8");
  const report = JSON.parse(read("report.json"));
  const { original, ...facts } = report.facts;
  const key = (who) => ({ key_pem: read(`trust/${who}.key.pem`), chain_pem: read(`trust/${who}.pem`) });
  const request = { facts, pages: original.pages, official: key("official"), agency: key("agency") };
  const scan = new Uint8Array(readFileSync(process.env.MOTCUA_SCAN));
  const fonts = await loadFonts();
  const copy = motcua.issueCopy(scan, request, fonts);
  const policy = {
    id: "node", anchors_pem: [read("trust/root.pem")], trust_list_as_of: "2026-11-24",
    at: report.checked_at, revocation: "not_checked",
  };
  assert.equal(motcua.verifyCopy(copy, policy).verdict, "valid_with_notes");
  assert.equal(motcua.signedLevel(copy).level, "B-B");
  const { state, field } = motcua.prepareTimestamp(copy);
  assert.equal(field, "archive-1");
  assert.throws(() => motcua.completeTimestamp(state, new Uint8Array(4)), motcua.MotcuaError);
  const anchor = Uint8Array.from(atob(read("trust/root.pem").split("-----")[2]), (letter) => letter.charCodeAt(0));
  const stored = motcua.addValidation(copy, { certificates: [anchor] });
  assert.throws(() => motcua.addValidation(stored, { certificates: [anchor] }), { code: "copies.nothing_to_add" });
  copy[copy.length >> 1] ^= 1;
  assert.equal(motcua.verifyCopy(copy, policy).verdict, "not_valid");
  assert.throws(() => motcua.issueCopy(new Uint8Array(), request, fonts), { code: "copies.empty_original" });
  assert.throws(() => motcua.issueCopy(scan, request), /loadFonts\(\)/);
  const broken = { regular: new Uint8Array(100), bold: fonts.bold };
  assert.throws(() => motcua.issueCopy(scan, request, broken), { code: "pdf.bad_font" });

  const page = (i) => new Uint8Array(readFileSync(join(process.env.MOTCUA_SCAN, `../diploma-page-${i}.jpg`)));
  const pictures = motcua.issueCopy([page(1), page(2)], request, fonts);
  assert.equal(motcua.verifyCopy(pictures, policy).verdict, "valid_with_notes");
  assert.throws(() => motcua.issueCopy([page(1), "x"], request, fonts), TypeError);

  // What a capture falls short in is refused, until it is accepted by name; nothing else is accepted with it.
  const grey = new Uint8Array(readFileSync(join(root, "../crates/copies/tests/data/grey.jpg")));
  const asked = { ...request, pages: 1, dpi: 300 };
  assert.throws(() => motcua.issueCopy(grey, asked, fonts), { code: "copies.not_colour" });
  assert.throws(() => motcua.issueCopy(grey, { ...asked, accept: ["not_colour"] }, fonts), { code: "copies.unusual_size" });
  const everything = ["low_resolution", "not_colour", "pages_missing", "unusual_size"];
  const accepted = motcua.verifyCopy(motcua.issueCopy(grey, { ...asked, accept: everything }, fonts), policy);
  assert.equal(accepted.verdict, "valid_with_notes");
  assert.deepEqual(accepted.facts.original.accepted, ["not_colour", "unusual_size"]);
  assert.throws(() => motcua.issueCopy(grey, { ...asked, accept: ["grey"] }, fonts), { code: "motcua.bad_input" });
});
