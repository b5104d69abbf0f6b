// Types of every entry. Amounts are whole numbers or decimal text, never fractions as `number`; times are RFC 3339 in UTC, dates
// `YYYY-MM-DD`. What a room refuses is thrown as MotcuaError.

/** What motcua refused, or how a module failed to load: a stable code, a message that says what to do, the parameters by name. */
export class MotcuaError extends Error {
  readonly code: string;
  readonly details: { readonly [name: string]: string };
  constructor(failure: { code: string; message: string; details: { [name: string]: string } });
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export interface Amount {
  /** Decimal text in the currency's own unit, such as `"8000"`. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
}

/** Where a module may come from: an address, an answer, its bytes, or the compiled module. */
export type ModuleSource =
  | URL | string | Request | Response | Promise<Response> | ArrayBuffer | ArrayBufferView | WebAssembly.Module;
/**
 * Loads the module, once; further calls give the same promise. In Node there is nothing to load and it resolves at once.
 * Rejects with a MotcuaError within `milliseconds` (10 000): `wasm.fetch_failed`, `wasm.not_a_module`, `wasm.not_compiled`,
 * `wasm.blocked_by_csp`, `wasm.timeout`; then it may be called again.
 */
export function init(source?: ModuleSource, options?: { readonly milliseconds?: number }): Promise<void>;

/** Runs one operation of the wire: JSON text in, JSON text out. Never throws once the module is loaded. */
export function call(op: string, input: string): string;
/** The operations that `call` knows in this module. */
export function operations(): string[];

export interface Application {
  readonly fees: readonly { readonly fee: string; readonly facts: { readonly [fact: string]: string | number | boolean } }[];
  readonly [key: string]: Json | undefined;
}
export interface Assessment {
  readonly total: Amount;
  /** The whole assessment with its grounds as text. */
  readonly text: { readonly vi: string; readonly en: string };
  readonly [key: string]: Json | Amount | undefined;
}
/** Assesses a case under a tariff that motcua ships, as of a date. */
export function assess(tariff: string, application: Application, date: string): Assessment;
/** One thing that is wrong with a tariff, and where. */
export interface Finding {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly did_you_mean?: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly text: string;
}
/** Many cases of one fee: an amount a row, or null with an entry in `errors`. A tariff is a shipped one's name or TOML text. */
export function assessColumns(
  tariff: string, application: Application, date: string, columns: { readonly [fact: string]: readonly number[] },
): { amounts: (string | null)[]; errors: { row: number; code: string; message: string }[] };
/** A case as it is and with another `date`, other `facts` or `entitlements`. */
export function whatIf(tariff: string, application: Application, date: string, change: Json): { [key: string]: Json };
/** Computes a recorded assessment (its JSON text) again from its own inputs. */
export function verifyAssessment(
  assessment: string, tariff?: string,
): { result: "same" | "other_tariff" | "different"; [key: string]: Json };
/** Every finding in a tariff with its place, and whether it is sound. */
export function checkTariff(tariff: string): { sound: boolean; findings: Finding[] };
/** The total alone, for many cases in a row. */
export function quote(tariff: string, application: Application, date: string): { total: Amount };
/** The assessment as text. */
export function explain(tariff: string, application: Application, date: string): { vi: string; en: string };
/** Runs the worked examples that stand in a tariff. */
export function runExamples(tariff: string): Json;
/** The TOML text of a tariff as the formatter writes it. */
export function formatTariff(tariff: string): Json;
/** The JSON Schema of tariff files, for editors. */
export function tariffSchema(): { [key: string]: Json };
/** The shipped tariffs at a glance, or the fees and facts of one. */
export function tariffs(tariff?: string): Json;
/** What a new version changes over cases, in money. */
export function diffTariffs(old: string, renewed: string, cases: readonly Json[]): { [key: string]: Json };

/** The text of a VietQR code: `bank`, `account`, `amount`, `memo` and so on. */
export function vietqr(transfer: { readonly [key: string]: Json | undefined }): string;
/** The transfer that a VietQR text asks for. */
export function vietqrParse(text: string): { [key: string]: Json };
/** The signed address to send a payer to. */
export function vnpayRequest(account: Json, payment: Json): { url: string; [key: string]: Json };
/** What to make of a notice, and the exact answer to give to the gateway; `expected` is null when no order has its reference. */
export function vnpayVerify(account: Json, notice: Json, expected: Json): { [key: string]: Json };

/** What a tolerant look at any EMVCo code shows: objects, check sum, findings, scheme, and the transfer where it is a VietQR. */
export function qrRead(text: string): { [key: string]: Json };
/** One of the gateways. */
export type GatewayName = "vnpay" | "momo" | "zalopay" | "payos" | "onepay" | "viettelpay" | "payplatform" | "keypay";
/** A message ready to send, byte for byte. */
export interface Outgoing {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly content_type?: string;
  readonly body: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** The text that was signed, the secret hidden. */
  readonly canonical: string;
}
/** A gateway's answer; say `asked_over_tls` only where you asked the gateway itself: most sign no answers. */
export interface GatewayAnswer {
  readonly body: string;
  readonly signature?: string;
  readonly asked_over_tls?: boolean;
}
/** An order: store it whole after each step; its records are checked when it comes back. */
export type Order = { readonly id: string; readonly state: string; readonly [key: string]: Json };

/** What to send for a payment; `warning` where the gateway's rules come from public code alone. */
export function paymentRequest(gateway: GatewayName, account: Json, payment: Json): { outgoing: Outgoing; provenance: string; warning: string | null };
/** Where to send the payer, from the gateway's answer to a request. */
export function paymentCreated(gateway: GatewayName, account: Json, payment: Json, answer: GatewayAnswer): { created: { [key: string]: Json }; open: boolean };
/** The question what became of a payment. */
export function paymentQuery(gateway: GatewayName, account: Json, message: Json): Outgoing;
/** What to make of a notice, and the exact answer to give; `expected` is null when no order has its reference. */
export function noticeVerify(gateway: GatewayName, account: Json, notice: Json, expected: Json): { [key: string]: Json };
/** The reference that a notice claims, to look the order up with; nothing is verified. */
export function noticeReference(gateway: GatewayName, account: Json, notice: Json): { reference: string | null; reason?: Json };
/** A new order. */
export function orderOpen(id: string, due: Amount, openedAt: string, expiresAt?: string | null): Order;
/** The order with an attempt, to be stored before the request is sent. */
export function orderInitiate(order: Order, attempt: Json, who: string): Order;
/** Judges a notice and applies it. */
export function orderApply(gateway: GatewayName, account: Json, notice: Json, order: Order, now: string, who: string): { verdict: "verified" | "refused"; order: Order; acknowledgement: { status: number; content_type: string | null; body: string }; [key: string]: Json };
/** Applies the gateway's answer to a query. */
export function orderAnswer(gateway: GatewayName, account: Json, answer: GatewayAnswer, reference: string, order: Order, now: string, who: string): { changes: readonly Json[]; order: Order };
/** Locks a refund and gives its message; store the order before it is sent. The same attempt gives the same refund. */
export function orderRefund(gateway: GatewayName, account: Json, order: Order, refund: { reference: string; amount: Amount; attempt: number; message: Json }, now: string, who: string): { refund: { readonly id: string; readonly [key: string]: Json }; outgoing: Outgoing; order: Order };
/** The order after the gateway's answer to a refund. */
export function orderRefundAnswer(gateway: GatewayName, account: Json, order: Order, refund: string, answer: GatewayAnswer, now: string, who: string): { class: string; code: string; order: Order };
/** An order reference of twelve characters that survives banks. */
export function referenceBuild(number: number): string;
/** The references in a bank's credit text. */
export function referenceFind(text: string): { found: "one" | "several" | "nothing"; reference?: string; references?: readonly string[] };
/** A QR symbol as SVG. */
export function qrSvg(text: string, medium?: "screen" | "paper"): string;

export interface Reconciliation {
  readonly version: 1;
  /** Every order matched, no credit left over, every statement whole. */
  readonly clean: boolean;
  /** Both sides have the same sums in every currency. */
  readonly balances: boolean;
  readonly totals: readonly { readonly [key: string]: Json }[];
  readonly statements: readonly { readonly [key: string]: Json }[];
  readonly rows: readonly {
    readonly outcome: "matched" | "amount_differs" | "only_ours" | "only_theirs" | "duplicate" | "reversed";
    readonly why: string;
    readonly [key: string]: Json | undefined;
  }[];
}
/** Compares statements (`format` camt, table or webhook, with `text` and `mapping`) with orders. */
export function reconcile(orders: readonly Json[], statements: readonly Json[]): Reconciliation;
/** The rows of `reconcile` as CSV that Excel opens with its accents. */
export function reconcileCsv(
  orders: readonly Json[], statements: readonly Json[],
  style?: { readonly byteOrderMark?: boolean; readonly delimiter?: "," | ";" | "\t" | "|" },
): string;
/** A receipt with the next number of a counter; with `replaces` and `why` in place of another. */
export function receiptIssue(
  draft: Json, counter: Json, replaces?: Json, why?: string | null,
): { receipt: { [key: string]: Json }; counter: { [key: string]: Json }; xml: string };
/** Whether a wrong receipt needs a notice of error or a replacement. */
export function receiptRemedy(issued: Json, right: Json): { remedy: "nothing" | "notice" | "replacement"; [key: string]: Json };
/** The daily summary, form 01/TH-BLĐT. */
export function receiptSummary(date: string, receipts: readonly Json[]): { [key: string]: Json };

export type Verdict =
  | "valid" | "valid_with_notes" | "cannot_confirm" | "withdrawn" | "not_valid" | "not_a_copy" | "could_not_check";
export type RowName = "unchanged" | "signer" | "time" | "status" | "content";
export interface Reason {
  readonly code: string;
  readonly severity: "note" | "indeterminate" | "failure";
  /** The row it belongs to; null where the file could not be judged. */
  readonly row: RowName | null;
  readonly params: { readonly [name: string]: string };
  readonly vi: string;
  readonly en: string;
  readonly advice_vi: string;
  readonly advice_en: string;
}
export interface Report {
  readonly schema: "motcua.copy-report/1";
  readonly verdict: Verdict;
  readonly headline_vi: string;
  readonly headline_en: string;
  readonly rows: readonly { readonly row: RowName; readonly check: "passed" | "failed" | "indeterminate" | "not_checked" }[];
  readonly reasons: readonly Reason[];
  readonly file: { readonly size: number; readonly sha256: string };
  readonly trust_list_as_of: string;
  readonly trust_list_until?: string;
  readonly checked_at: string;
  readonly engine_version: string;
  /** Signatures, stated facts and what later versions add. */
  readonly [key: string]: unknown;
}
/** A shipped set of rules, or rules of one's own in the form of `crates/pki/data/algorithms.json`. */
export type AlgorithmRules = "standard" | "viet_nam" | { readonly [key: string]: Json };
export interface Policy {
  /** Its name, repeated in the report. */
  readonly id: string;
  /** PEM certificates whom the verifier trusts. */
  readonly anchors_pem: readonly string[];
  readonly intermediates_pem?: readonly string[];
  /** PEM certificates of timestamp authorities' roots; those of `anchors_pem` where absent. */
  readonly timestamp_anchors_pem?: readonly string[];
  /** What is expected; `certified_copy` where absent. */
  readonly expect?: "certified_copy" | "signed_document";
  /** Lists of annulled copies, as the agencies signed them: IETF Token Status Lists, JWT. */
  readonly annulments?: readonly string[];
  /** Who was competent to certify, and when; not checked where absent. */
  readonly issuers?: readonly {
    readonly agency_id: string; readonly name: string; readonly from?: string; readonly until?: string;
    readonly capacities?: readonly string[];
    /** Who certified there, and when; anyone where absent. */
    readonly officials?: readonly { readonly name: string; readonly capacity?: string; readonly from?: string; readonly until?: string }[];
  }[];
  /** Policies that the certificates' paths must assert, by object identifier; any where a list is empty or absent. */
  readonly certificate_policies?: { readonly official?: readonly string[]; readonly agency?: readonly string[] };
  /** The date of the trust list, shown to the reader. */
  readonly trust_list_as_of: string;
  /** When the next trust list is due; after that nothing is confirmed by this one. */
  readonly trust_list_until?: string;
  /** The time of the check. The library has no clock. */
  readonly at: string;
  readonly revocation: "required" | "not_checked";
  /** Which algorithms count, from when to when; `standard` where absent. */
  readonly algorithms?: AlgorithmRules;
  /** Revocation lists of the authorities, PEM. */
  readonly crls_pem?: readonly string[];
  /** OCSP responses, DER in base64. */
  readonly ocsp_base64?: readonly string[];
}
/** Judges a copy. A bad copy is a verdict, not an error; only a policy that does not fit throws. */
export function verifyCopy(pdf: Uint8Array, policy: Policy): Report;
/** The same as JSON text, `{"ok": report}` or `{"error": …}`, byte for byte as in Rust and Python. */
export function verifyCopyJson(pdf: Uint8Array, policy: string): string;

/** TrueType files for the statement page; `loadFonts` of `motcua/fonts` gives Liberation Serif. */
export interface Fonts {
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}
export type Shortcoming = "low_resolution" | "not_colour" | "unusual_size" | "pages_missing" | "rasterised" | "signature_lost" | "attachments_lost";
/** Where on the last captured page the statement stands, in whole millimetres from its top left corner; the place must be blank. */
export interface StatementPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export interface IssueRequest {
  /** What the copy says. Among them may be `statement_place` ({@link StatementPlace}); without it the statement has its own page. */
  readonly facts: { readonly statement_place?: StatementPlace; readonly [key: string]: Json | StatementPlace | undefined };
  /** Pages of the original. */
  readonly pages: number;
  readonly official: { readonly key_pem: string; readonly chain_pem: string };
  /** Of each of `facts.co_officials` (`{ name, capacity }`), in that order: they sign after the official and before the agency. */
  readonly co_officials?: readonly { readonly key_pem: string; readonly chain_pem: string }[];
  readonly agency: { readonly key_pem: string; readonly chain_pem: string };
  /** Resolution for images that state none. */
  readonly dpi?: number;
  /** In what the capture may fall short of the law; the copy then says so. Without it, in nothing. */
  readonly accept?: readonly Shortcoming[];
  /** Pictures beside the official's signature, PNG; a seal states its resolution and is shown at its actual size. */
  readonly signature_png_base64?: string;
  readonly seal_png_base64?: string;
  /** Which algorithms the signatures may use, as of `facts.signed_at`; `viet_nam` where absent. */
  readonly algorithms?: AlgorithmRules;
}
/** Issues a certified copy of one PDF or of images, one a page; the signed PDF comes out. */
export function issueCopy(originals: Uint8Array | readonly Uint8Array[], request: IssueRequest, fonts: Fonts): Uint8Array;

export type Algorithm =
  | "rsa_pkcs1_sha256" | "rsa_pkcs1_sha384" | "rsa_pkcs1_sha512" | "rsa_pss_sha256" | "rsa_pss_sha384" | "rsa_pss_sha512"
  | "ecdsa_p256_sha256" | "ecdsa_p384_sha384" | "ed25519";
/** Who signs with a key that is elsewhere; the algorithm where it is not the usual one of the key. */
export interface RemoteSigner {
  readonly chain_pem: string;
  readonly algorithm?: Algorithm;
}
export interface PrepareRequest extends Omit<IssueRequest, "official" | "co_officials" | "agency"> {
  readonly official: RemoteSigner;
  readonly co_officials?: readonly RemoteSigner[];
  readonly agency: RemoteSigner;
  /** Room for a signature timestamp in each signature, in bytes. */
  readonly timestamp_room?: number;
}
/** Plain data: keep it as JSON, and go on in another process or language. */
export interface PendingCopy {
  readonly schema: "motcua.pending-copy/1";
  readonly [key: string]: Json;
}
/** Whose signature is due, over which bytes; `digest_base64` for devices that take no more. */
export interface DueSignature {
  readonly role: "official" | "co_official" | "agency";
  /** Which official, from 2 in the order of the facts; where the role is `co_official`. */
  readonly official?: number;
  readonly algorithm: Algorithm;
  readonly to_be_signed_base64: string;
  readonly digest_base64?: string;
  readonly state: PendingCopy;
}
export interface DoneCopy {
  readonly copy_base64: string;
  readonly copy_sha256: string;
}
/** Lays a copy out whose keys are elsewhere. */
export function prepareCopy(originals: Uint8Array | readonly Uint8Array[], request: PrepareRequest, fonts: Fonts): DueSignature;
/** Takes the signature that was due, or a whole CMS: what is due next, or the copy. */
export function completeCopy(
  state: PendingCopy,
  given: { readonly signature_base64: string } | { readonly cms_base64: string },
): DueSignature | DoneCopy;

/** What a signature on an existing PDF says beside itself. */
export interface SignatureOptions {
  /** One that is there and unsigned, else a new one. */
  readonly field: string;
  /** The time the signer claims, RFC 3339. */
  readonly claimed_at: string;
  readonly name?: string;
  readonly reason?: string;
  readonly location?: string;
  /** Certify with this permission; only the first signature may. */
  readonly certify?: 1 | 2 | 3;
  /** Room for a signature timestamp, in bytes. */
  readonly timestamp_room?: number;
  readonly algorithms?: AlgorithmRules;
}
/** Plain data, as `PendingCopy`. */
export interface PendingSignature {
  readonly schema: "motcua.pending-signature/1";
  readonly [key: string]: Json;
}
export interface DueExisting {
  readonly algorithm: Algorithm;
  readonly to_be_signed_base64: string;
  readonly digest_base64?: string;
  readonly state: PendingSignature;
}
/** Signs any unencrypted PDF by an incremental update (PAdES-B-B). */
export function signExisting(pdf: Uint8Array, keyPem: string, chainPem: string, options: SignatureOptions): Uint8Array;
/** The same with a key that is elsewhere. */
export function prepareSignature(pdf: Uint8Array, signer: RemoteSigner, options: SignatureOptions): DueExisting;
/** Takes the signature that was due, or a whole CMS. */
export function completeSignature(
  state: PendingSignature,
  given: { readonly signature_base64: string } | { readonly cms_base64: string },
): Uint8Array;

/** A level of EN 319 142-1. */
export type Level = "B-B" | "B-T" | "B-LT" | "B-LTA";
export interface SignedLevel {
  /** What all signatures have reached; null where one is outside the baseline. */
  readonly level: Level | null;
  /** Whether a document timestamp closes the file. */
  readonly closed: boolean;
  readonly signatures: readonly {
    readonly field: string;
    readonly is_timestamp: boolean;
    readonly level: Level | null;
    /** What a signature timestamp is made for. */
    readonly signature_base64: string;
  }[];
}
/** How far a signed PDF has come. */
export function signedLevel(pdf: Uint8Array): SignedLevel;
/** B-T: a timestamp token beside the last signature, into the room that was left for it. */
export function addTimestamp(pdf: Uint8Array, field: string, token: Uint8Array): Uint8Array;
/** B-LT: DER of certificates, CRLs and OCSP responses goes into the security store. */
export function addValidation(
  pdf: Uint8Array,
  validation: {
    readonly certificates?: readonly Uint8Array[];
    readonly crls?: readonly Uint8Array[];
    readonly ocsp?: readonly Uint8Array[];
    readonly perSignature?: boolean;
  },
): Uint8Array;
/** Plain data, as `PendingCopy`. */
export interface PendingTimestamp {
  readonly schema: "motcua.pending-timestamp/1";
  readonly [key: string]: Json;
}
/** B-LTA: the SHA-256 that a document timestamp is made for; room in bytes, 8192 where absent. */
export function prepareTimestamp(
  pdf: Uint8Array,
  room?: number,
): { readonly field: string; readonly digest_base64: string; readonly state: PendingTimestamp };
/** Takes the token of a document timestamp. */
export function completeTimestamp(state: PendingTimestamp, token: Uint8Array): Uint8Array;
