// The entry for payments, in browsers: `await init()` once, a failure is a rejection with a code.

import * as glue from "./payments/motcua.js";
import { MotcuaError, payments, wire } from "./api.js";
import { loader } from "./load.js";

const { init, native } = loader(glue, () => new URL("./payments/motcua_bg.wasm", import.meta.url));

export { init, MotcuaError };
export const { call, operations } = wire(native);
export const {
  vietqr, vietqrParse, vnpayRequest, vnpayVerify, qrRead, paymentRequest, paymentCreated, paymentQuery, noticeVerify, noticeReference, orderOpen, orderInitiate,
  orderApply, orderAnswer, orderRefund, orderRefundAnswer, referenceBuild, referenceFind, qrSvg,
} = payments(native);
