// Types of the entry motcua/payments.

export {
  MotcuaError, call, init, operations, vietqr, vietqrParse, vnpayRequest, vnpayVerify, qrRead,
  type Json, type ModuleSource,
} from "./index.js";
