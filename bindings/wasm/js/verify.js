// The entry for verifying copies, in browsers: `await init()` once, a failure is a rejection with a code.

import * as glue from "./verify/motcua.js";
import { MotcuaError, verify, wire } from "./api.js";
import { loader } from "./load.js";

const { init, native } = loader(glue, () => new URL("./verify/motcua_bg.wasm", import.meta.url));

export { init, MotcuaError };
export const { call, operations } = wire(native);
export const { verifyCopy, verifyCopyJson } = verify(native);
