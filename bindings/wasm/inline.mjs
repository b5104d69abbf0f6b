// node inline.mjs MODULE.wasm OUT.js: the module as a script, for pages that may fetch nothing.

import { readFileSync, writeFileSync } from "node:fs";

const [, , module, out] = process.argv;
writeFileSync(out, `// The module of motcua/verify as text; made from ${module.split("/").slice(-2).join("/")} when the package is built.

const text = "${readFileSync(module).toString("base64")}";

/** The module's bytes, for init(). */
export const moduleBytes = () => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
`);
