// Types of the entry motcua/verify.

export {
  MotcuaError, call, init, operations, verifyCopy, verifyCopyJson,
  type ModuleSource, type Policy, type Reason, type Report, type RowName, type Verdict,
} from "./index.js";
