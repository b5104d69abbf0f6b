// Types of the entry motcua/fees.

export {
  MotcuaError, call, init, operations, assess,
  type Amount, type Application, type Assessment, type Json, type ModuleSource,
} from "./index.js";
