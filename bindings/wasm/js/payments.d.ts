// Types of the entry motcua/payments.

export {
  MotcuaError, call, init, operations, vietqr, vietqrParse, vnpayRequest, vnpayVerify,
  type Json, type ModuleSource,
} from "./index.js";
