// Types of the entry motcua/payments.

export {
  MotcuaError, call, init, operations, vietqr, vietqrParse, vnpayRequest, vnpayVerify, qrRead,
  paymentRequest, paymentCreated, paymentQuery, noticeVerify, noticeReference, orderOpen, orderInitiate,
  orderApply, orderAnswer, orderRefund, orderRefundAnswer, referenceBuild, referenceFind, qrSvg,
  type Json, type ModuleSource,
} from "./index.js";
