// The entry for Node: reads the module beside it, ready on import.

import { readFileSync } from "node:fs";
import * as native from "./motcua.js";
import { api, MotcuaError } from "./api.js";

native.initSync({ module: readFileSync(new URL("./motcua_bg.wasm", import.meta.url)) });

export { MotcuaError };
/** Nothing to wait for in Node; here so that both entries are used alike. */
export const init = async () => {};
export const {
  call, operations, assess, vietqr, vnpayRequest, vnpayVerify, verifyCopy, verifyCopyJson, issueCopy,
} = api(native);
