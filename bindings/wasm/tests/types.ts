// Every exported function as a TypeScript user calls it, and calls that must not compile. Checked, never run.

import {
  MotcuaError, assess, call, init, issueCopy, operations, verifyCopy, verifyCopyJson, vietqr, vietqrParse, vnpayRequest, vnpayVerify,
  qrRead, receiptIssue, receiptRemedy, receiptSummary, reconcile, reconcileCsv,
} from "motcua";
import type { Amount, Application, Assessment, Fonts, IssueRequest, Json, ModuleSource, Policy, Reason, Reconciliation, Report, Verdict } from "motcua";
import * as fees from "motcua/fees";
import { loadFonts } from "motcua/fonts";
import * as payments from "motcua/payments";
import * as verify from "motcua/verify";
import { moduleBytes } from "motcua/verify-inline";

declare const pdf: Uint8Array;
declare const request: IssueRequest;

export const loading: Promise<void> = init();
init(new URL("https://example.vn/motcua_bg.wasm"), { milliseconds: 5000 });
init(fetch("motcua_bg.wasm"));
verify.init(moduleBytes());
export const source: ModuleSource = new ArrayBuffer(8);
// @ts-expect-error the limit has a unit in its name
init(undefined, { timeout: 5 });

export const answer: string = call("fees.assess", "{}");
// @ts-expect-error call takes text
call("fees.assess", {});
export const names: string[] = operations();

export const application: Application = { fees: [{ fee: "ct.copy", facts: { pages: 2, copies: 2 } }] };
export const assessment: Assessment = assess("certification-226-2016", application, "2026-11-24");
export const total: Amount = assessment.total;
export const text: string = fees.assess("x", application, "2026-11-24").text.vi;
// @ts-expect-error an amount is text, never a number
export const sum: number = assessment.total.amount;
// @ts-expect-error a date is text
assess("certification-226-2016", application, new Date());
// @ts-expect-error facts are named
assess("certification-226-2016", { fees: [{ fee: "ct.copy" }] }, "2026-11-24");

export const code: string = vietqr({ bank: "970436", account: "0011001234567", memo: "MC1" });
export const transfer: { [key: string]: Json } = vietqrParse(code);
// @ts-expect-error parsing takes text
payments.vietqrParse({ text: code });
export const inspection: { [key: string]: Json } = qrRead(code);
export const run: Reconciliation = reconcile([], []);
export const csv: string = reconcileCsv([], [], { delimiter: ";" });
// @ts-expect-error one of four marks
reconcileCsv([], [], { delimiter: "x" });
export const receipt: string = receiptIssue({}, {}).xml;
export const remedy: "nothing" | "notice" | "replacement" = receiptRemedy({}, {}).remedy;
export const summary: { [key: string]: Json } = receiptSummary("2026-11-24", []);
export const url: string = vnpayRequest({}, {}).url;
export const verdictOfNotice: { [key: string]: Json } = vnpayVerify({}, {}, null);
// @ts-expect-error whether an order is expected must be said
vnpayVerify({}, {});

export const policy: Policy = {
  id: "desk", anchors_pem: [], trust_list_as_of: "2026-11-24", at: "2026-11-24T00:00:00Z", revocation: "not_checked",
};
export const report: Report = verifyCopy(pdf, policy);
export const verdict: Verdict = report.verdict;
export const reasons: readonly Reason[] = verify.verifyCopy(pdf, policy).reasons;
export const json: string = verifyCopyJson(pdf, JSON.stringify(policy));
// @ts-expect-error no verdict is called so
report.verdict === "ok";
// @ts-expect-error a verdict is read, not written
report.verdict = "valid";
// @ts-expect-error revocation must be decided
verifyCopy(pdf, { id: "desk", anchors_pem: [], trust_list_as_of: "2026-11-24", at: "2026-11-24T00:00:00Z" });
// @ts-expect-error bytes, not text
verifyCopy("file.pdf", policy);

export const fonts: Promise<Fonts> = loadFonts({ milliseconds: 5000 });
export const copy: Uint8Array = issueCopy([pdf, pdf], request, { regular: pdf, bold: pdf });
// @ts-expect-error the fonts must be given
issueCopy(pdf, request);
// @ts-expect-error a promise of fonts must be awaited
issueCopy(pdf, request, loadFonts());

try {
  vietqrParse("");
} catch (failure) {
  if (failure instanceof MotcuaError) {
    const detail: string | undefined = failure.details["path"];
    console.log(failure.code, detail);
    // @ts-expect-error a code is read, not written
    failure.code = "x";
  }
}
