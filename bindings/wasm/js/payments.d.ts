// Types of the entry motcua/payments.

export {
  MotcuaError, call, init, operations, vietqr, vietqrParse, vnpayRequest, vnpayVerify, qrRead, reconcile, reconcileCsv,
  receiptIssue, receiptRemedy, receiptSummary, type Json, type ModuleSource, type Reconciliation,
} from "./index.js";
