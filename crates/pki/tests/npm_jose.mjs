// A second opinion on signed texts: npm's jose verifies one with the certificate in its header, or signs one, and reads the status list
// inside (draft-ietf-oauth-status-list-19 §4) with Node's own zlib. `verify`: the text on standard input, JSON out. `sign`: JSON with
// the key (PKCS#8 PEM), the algorithm, the chain and the payload on standard input, the text out.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";

const require = createRequire(pathToFileURL(process.argv[2] + "/"));
const jose = await import(pathToFileURL(require.resolve("jose")));
const input = readFileSync(0, "utf8").trim();

if (process.argv[3] === "sign") {
  const { key, alg, x5c, payload } = JSON.parse(input);
  const signed = await new jose.CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg, typ: "statuslist+jwt", x5c })
    .sign(await jose.importPKCS8(key, alg));
  process.stdout.write(signed);
} else {
  const { alg, x5c } = jose.decodeProtectedHeader(input);
  const pem = `-----BEGIN CERTIFICATE-----\n${x5c[0].match(/.{1,64}/g).join("\n")}\n-----END CERTIFICATE-----\n`;
  const { payload, protectedHeader } = await jose.compactVerify(input, await jose.importX509(pem, alg));
  const text = new TextDecoder().decode(payload);
  const answer = { typ: protectedHeader.typ, payload: text };
  let list;
  try {
    list = JSON.parse(text).status_list;
  } catch {
    list = undefined;
  }
  if (list) {
    const bytes = inflateSync(Buffer.from(list.lst, "base64url"));
    answer.marked = [];
    for (let index = 0; index * list.bits < bytes.length * 8; index++) {
      const bit = index * list.bits;
      if ((bytes[bit >> 3] >> (bit & 7)) & ((1 << list.bits) - 1)) answer.marked.push(index);
    }
  }
  process.stdout.write(JSON.stringify(answer));
}
