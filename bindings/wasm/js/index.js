// The entry for everything, in browsers: `await init()` once, a failure is a rejection with a code.

import * as glue from "./all/motcua.js";
import { MotcuaError, everything } from "./api.js";
import { loader } from "./load.js";

const { init, native } = loader(glue, () => new URL("./all/motcua_bg.wasm", import.meta.url));

export { init, MotcuaError };
export const {
  call, operations, assess, assessColumns, checkTariff, diffTariffs, explain, formatTariff, quote, runExamples, tariffSchema, tariffs,
  verifyAssessment, whatIf, vietqr, vietqrParse, vnpayRequest, vnpayVerify, qrRead, reconcile, reconcileCsv,
  paymentRequest, paymentCreated, paymentQuery, noticeVerify, noticeReference, orderOpen, orderInitiate,
  orderApply, orderAnswer, orderRefund, orderRefundAnswer, referenceBuild, referenceFind, qrSvg,
  receiptIssue, receiptRemedy, receiptSummary, verifyCopy, verifyCopyJson, issueCopy, prepareCopy, completeCopy,
  signExisting, prepareSignature, completeSignature, signedLevel, addTimestamp, addValidation, prepareTimestamp, completeTimestamp,
} = everything(native);
