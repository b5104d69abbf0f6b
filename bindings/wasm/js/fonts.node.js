// The fonts of issued copies in Node: read when they are asked for.

import { readFile } from "node:fs/promises";

const read = async (name) => new Uint8Array(await readFile(new URL(`./fonts/${name}`, import.meta.url)));

/** Liberation Serif, upright and bold. */
export const loadFonts = async () => ({
  regular: await read("LiberationSerif-Regular.ttf"), bold: await read("LiberationSerif-Bold.ttf"),
});
