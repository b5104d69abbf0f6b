// The entry for everything, in Node: ready on import.

import * as glue from "./all/motcua.js";
import { MotcuaError, fees, issue, payments, verify, wire } from "./api.js";
import { loader } from "./load.node.js";

const { init, native } = loader(glue, () => new URL("./all/motcua_bg.wasm", import.meta.url));

export { init, MotcuaError };
export const { call, operations } = wire(native);
export const { assess } = fees(native);
export const { vietqr, vietqrParse, vnpayRequest, vnpayVerify } = payments(native);
export const { verifyCopy, verifyCopyJson } = verify(native);
export const { issueCopy } = issue(native);
