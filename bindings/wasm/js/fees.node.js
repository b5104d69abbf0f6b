// The entry for fees, in Node: ready on import.

import * as glue from "./fees/motcua.js";
import { MotcuaError, fees, wire } from "./api.js";
import { loader } from "./load.node.js";

const { init, native } = loader(glue, () => new URL("./fees/motcua_bg.wasm", import.meta.url));

export { init, MotcuaError };
export const { call, operations } = wire(native);
export const {
  assess, assessColumns, checkTariff, diffTariffs, explain, formatTariff, quote, tariffSchema, tariffs, runExamples, verifyAssessment,
  whatIf,
} = fees(native);
