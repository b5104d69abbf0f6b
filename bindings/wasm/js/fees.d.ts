// Types of the entry motcua/fees.

export {
  MotcuaError, call, init, operations, assess, assessColumns, checkTariff, diffTariffs, explain, formatTariff, quote, tariffSchema,
  tariffs, runExamples, verifyAssessment, whatIf,
  type Amount, type Application, type Assessment, type Finding, type Json, type ModuleSource,
} from "./index.js";
