// The entry for fees, in browsers: `await init()` once, a failure is a rejection with a code.

import * as glue from "./fees/motcua.js";
import { MotcuaError, fees, wire } from "./api.js";
import { loader } from "./load.js";

const { init, native } = loader(glue, () => new URL("./fees/motcua_bg.wasm", import.meta.url));

export { init, MotcuaError };
export const { call, operations } = wire(native);
export const {
  assess, assessColumns, checkTariff, diffTariffs, explain, formatTariff, quote, tariffSchema, tariffs, runExamples, verifyAssessment,
  whatIf,
} = fees(native);
