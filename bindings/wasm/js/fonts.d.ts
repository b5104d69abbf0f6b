// Types of the entry motcua/fonts.

import type { Fonts } from "./index.js";

/** Liberation Serif, upright and bold; loaded when asked for, once. Fails like `init`, within `milliseconds` (10 000). */
export function loadFonts(options?: { readonly milliseconds?: number }): Promise<Fonts>;
