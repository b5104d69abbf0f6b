// The fonts of issued copies in browsers: fetched when they are asked for, once.

import { fetched, limited } from "./load.js";

let loading;

/** Liberation Serif, upright and bold. */
export const loadFonts = ({ milliseconds } = {}) => {
  loading ??= limited(async (signal) => {
    const [regular, bold] = await Promise.all([
      fetched(new URL("./fonts/LiberationSerif-Regular.ttf", import.meta.url), signal),
      fetched(new URL("./fonts/LiberationSerif-Bold.ttf", import.meta.url), signal),
    ]);
    return { regular, bold };
  }, milliseconds).catch((cause) => {
    loading = undefined;
    throw cause;
  });
  return loading;
};
