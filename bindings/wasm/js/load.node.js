// How a module gets into Node: read from beside the entry on import.

import { readFileSync } from "node:fs";

/** `init` and `native` for one module. There is nothing to wait for; `init` is here so that all entries are used alike. */
export const loader = (glue, url) => {
  glue.initSync({ module: readFileSync(url()) });
  return { init: async () => {}, native: () => glue };
};
