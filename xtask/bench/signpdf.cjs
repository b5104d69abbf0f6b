// Measures @signpdf: one signature on a PDF, with the place for it. Arguments: the folder of its packages, a PDF, a PKCS #12 file.
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { resolve } = require("node:path");

const [folder, file, store] = process.argv.slice(2);
const load = createRequire(resolve(folder, "package.json"));
const { plainAddPlaceholder } = load("@signpdf/placeholder-plain");
const { P12Signer } = load("@signpdf/signer-p12");
const { SignPdf } = load("@signpdf/signpdf");

(async () => {
  const plain = readFileSync(file);
  const key = readFileSync(store);
  const times = [];
  for (let i = 0; i < 10; i++) {
    const start = process.hrtime.bigint();
    const placed = plainAddPlaceholder({ pdfBuffer: plain, reason: "bench", contactInfo: "", name: "bench", location: "" });
    await new SignPdf().sign(placed, new P12Signer(key, { passphrase: "bench" }));
    times.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ sign_one: { ms: times[5], fastest_ms: times[0] } }));
})();
