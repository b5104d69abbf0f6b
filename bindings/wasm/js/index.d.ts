// Types of both entries. Amounts are whole numbers or decimal text, never fractions as `number`.

export class MotcuaError extends Error {
  readonly code: string;
  readonly details: Record<string, string>;
}
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Verdict =
  | "valid" | "valid_with_notes" | "cannot_confirm" | "withdrawn" | "not_valid" | "not_a_copy" | "could_not_check";
export interface Report {
  schema: "motcua.copy-report/1";
  verdict: Verdict;
  headline_vi: string;
  headline_en: string;
  rows: { row: "unchanged" | "signer" | "time" | "status" | "content"; check: "passed" | "failed" | "indeterminate" | "not_checked" }[];
  reasons: { code: string; severity: "note" | "indeterminate" | "failure"; vi: string; en: string; advice_vi: string; advice_en: string }[];
  [key: string]: unknown;
}
export interface Policy {
  id: string;
  anchors_pem: string[];
  intermediates_pem?: string[];
  trust_list_as_of: string;
  at: string;
  revocation: "required" | "not_checked";
}
export function init(source?: unknown): Promise<unknown>;
export function call(op: string, input: string): string;
export function operations(): string[];
export function assess(tariff: string, application: Json, date: string): { [key: string]: Json };
export interface Finding {
  code: string;
  severity: "error" | "warning";
  message: string;
  did_you_mean?: string;
  line: number;
  column: number;
  length: number;
  text: string;
}
export function assessColumns(
  tariff: string, application: Json, date: string, columns: { [fact: string]: number[] },
): { amounts: (string | null)[]; errors: { row: number; code: string; message: string }[] };
export function whatIf(tariff: string, application: Json, date: string, change: Json): { [key: string]: Json };
export function verifyAssessment(assessment: string, tariff?: string): { result: "same" | "other_tariff" | "different"; [key: string]: Json };
export function checkTariff(tariff: string): { sound: boolean; findings: Finding[] };
export function tariffs(tariff?: string): Json;
export function diffTariffs(old: string, renewed: string, cases: Json[]): { [key: string]: Json };
export function vietqr(transfer: { [key: string]: Json }): string;
export function vnpayRequest(account: Json, payment: Json): { url: string; [key: string]: Json };
export function vnpayVerify(account: Json, notice: Json, expected: Json): { [key: string]: Json };
export function verifyCopy(pdf: Uint8Array, policy: Policy): Report;
export function verifyCopyJson(pdf: Uint8Array, policy: string): string;
export function issueCopy(original: Uint8Array, request: Json): Uint8Array;
