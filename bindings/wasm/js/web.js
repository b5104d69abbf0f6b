// The entry for browsers: `await init()` once; a failure is a rejection with a code.

import start, * as native from "./motcua.js";
import { api, MotcuaError } from "./api.js";

let started;

/** Loads the module, once. `source` may be a URL, a Response, bytes or a WebAssembly.Module. */
export const init = (source) => {
  started ??= start({ module_or_path: source ?? new URL("./motcua_bg.wasm", import.meta.url) }).catch((cause) => {
    started = undefined;
    const blocked = /unsafe-eval|Content Security Policy/i.test(String(cause));
    const [code, message] = blocked
      ? ["wasm.blocked_by_csp", "the page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src"]
      : ["wasm.not_loaded", `the module motcua_bg.wasm could not be loaded: ${cause}`];
    throw new MotcuaError({ code, message, details: {} });
  });
  return started;
};

export { MotcuaError };
export const {
  call, operations, assess, vietqr, vnpayRequest, vnpayVerify, verifyCopy, verifyCopyJson, issueCopy,
} = api(native);
