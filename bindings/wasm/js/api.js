// The functions of the package over a loaded module, by room; how the module is loaded lives in load.js.

export class MotcuaError extends Error {
  constructor({ code, message, details }) {
    super(`${message} [${code}]`);
    this.name = "MotcuaError";
    this.code = code;
    this.details = details;
  }
}

const open = (answer) => {
  const value = JSON.parse(answer);
  if (value.error) throw new MotcuaError(value.error);
  return value.ok;
};

const exact = (value, where) => {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new TypeError(`${where} is ${value}; pass a whole number or decimal text such as "12.5", which are exact`);
  }
  if (value && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) exact(item, `${where}.${key}`);
  }
  return value;
};

const bytes = (value, where) => {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`${where} must be a Uint8Array; wrap an ArrayBuffer as new Uint8Array(await file.arrayBuffer())`);
  }
  return value;
};

const run = (native, op, input) => open(native.call(op, JSON.stringify(exact(input, op))));

/** JSON text in, JSON text out: every operation of the module by its name. */
export const wire = (native) => ({
  call: (op, input) => native().call(op, input),
  operations: () => native().operations().split(",").filter(Boolean),
});

/** A tariff is the name of a shipped one or the TOML text of one: only a text has lines. */
const named = (tariff) => (tariff === undefined ? {} : { [tariff.includes("\n") ? "tariff_toml" : "tariff"]: tariff });

export const fees = (native) => ({
  assess: (tariff, application, date) => run(native(), "fees.assess", { tariff, application, date }),
  assessColumns: (tariff, application, date, columns) =>
    run(native(), "fees.bulk", { ...named(tariff), application, date, columns }),
  whatIf: (tariff, application, date, change) =>
    run(native(), "fees.what_if", { ...named(tariff), application, date, change }),
  verifyAssessment: (assessment, tariff) => run(native(), "fees.verify_assessment", { ...named(tariff), assessment }),
  checkTariff: (tariff) => run(native(), "fees.check", named(tariff)),
  quote: (tariff, application, date) => run(native(), "fees.quote", { ...named(tariff), application, date }),
  explain: (tariff, application, date) => run(native(), "fees.explain", { ...named(tariff), application, date }),
  runExamples: (tariff) => run(native(), "fees.test", named(tariff)),
  formatTariff: (tariff) => run(native(), "fees.fmt", named(tariff)),
  tariffSchema: () => run(native(), "fees.schema", {}),
  tariffs: (tariff) => run(native(), "fees.list", named(tariff)),
  diffTariffs: (old, renewed, cases) => run(native(), "fees.diff", { old: named(old), new: named(renewed), cases }),
});

export const payments = (native) => ({
  vietqr: (transfer) => run(native(), "payments.vietqr.build", transfer).text,
  vietqrParse: (text) => run(native(), "payments.vietqr.parse", { text }),
  vnpayRequest: (account, payment) => run(native(), "payments.vnpay.request", { account, payment }),
  vnpayVerify: (account, notice, expected) => run(native(), "payments.vnpay.verify", { account, notice, expected }),
  qrRead: (text) => run(native(), "payments.qr.read", { text }),
  paymentRequest: (gateway, account, payment) => run(native(), "payments.request", { gateway, account, payment }),
  paymentCreated: (gateway, account, payment, answer) => run(native(), "payments.created", { gateway, account, payment, answer }),
  paymentQuery: (gateway, account, message) => run(native(), "payments.query", { gateway, account, message }),
  noticeVerify: (gateway, account, notice, expected) => run(native(), "payments.verify", { gateway, account, notice, expected }),
  noticeReference: (gateway, account, notice) => run(native(), "payments.claimed_reference", { gateway, account, notice }),
  orderOpen: (id, due, openedAt, expiresAt = null) =>
    run(native(), "payments.order.open", { id, due, opened_at: openedAt, expires_at: expiresAt }),
  orderInitiate: (order, attempt, who) => run(native(), "payments.order.initiate", { order, attempt, who }),
  orderApply: (gateway, account, notice, order, now, who) =>
    run(native(), "payments.order.apply", { gateway, account, notice, order, now, who }),
  orderAnswer: (gateway, account, answer, reference, order, now, who) =>
    run(native(), "payments.order.answer", { gateway, account, answer, reference, order, now, who }),
  orderRefund: (gateway, account, order, { reference, amount, attempt, message }, now, who) =>
    run(native(), "payments.order.refund", { gateway, account, order, reference, amount, attempt, message, now, who }),
  orderRefundAnswer: (gateway, account, order, refund, answer, now, who) =>
    run(native(), "payments.order.refund_answer", { gateway, account, order, refund, answer, now, who }),
  referenceBuild: (number) => run(native(), "payments.reference.build", { number }).reference,
  referenceFind: (text) => run(native(), "payments.reference.find", { text }),
  qrSvg: (text, medium = "screen") => run(native(), "payments.qr.svg", { text, medium }).svg,
});

/** What an office does after the money came. */
export const settlement = (native) => ({
  reconcile: (orders, statements) => run(native(), "payments.reconcile", { orders, statements }),
  reconcileCsv: (orders, statements, { byteOrderMark = true, delimiter = "," } = {}) =>
    run(native(), "payments.reconcile.csv", { books: { orders, statements }, byte_order_mark: byteOrderMark, delimiter }).csv,
  receiptIssue: (draft, counter, replaces = null, why = null) =>
    run(native(), "payments.receipt.issue", { draft, counter, replaces, why }),
  receiptRemedy: (issued, right) => run(native(), "payments.receipt.remedy", { issued, right }),
  receiptSummary: (date, receipts) => run(native(), "payments.receipt.summary", { date, receipts }),
});

export const verify = (native) => ({
  verifyCopy: (pdf, policy) => open(native().verifyCopy(bytes(pdf, "pdf"), JSON.stringify(policy))),
  verifyCopyJson: (pdf, policy) => native().verifyCopy(bytes(pdf, "pdf"), policy),
});

/** The arguments that both ways of issuing hand to the module: files in one run of bytes, the request, the fonts. */
const toIssue = (op, originals, request, fonts) => {
  const files = (Array.isArray(originals) ? originals : [originals]).map((file, i) => bytes(file, `originals[${i}]`));
  if (!fonts?.regular || !fonts.bold) {
    throw new TypeError('fonts must be { regular, bold }, two TrueType files; await loadFonts() of "motcua/fonts" gives them');
  }
  const all = new Uint8Array(files.reduce((sum, file) => sum + file.length, 0));
  files.reduce((at, file) => (all.set(file, at), at + file.length), 0);
  const lengths = Uint32Array.from(files, (file) => file.length);
  return [all, lengths, JSON.stringify(exact(request, op)), bytes(fonts.regular, "fonts.regular"), bytes(fonts.bold, "fonts.bold")];
};

const CHUNK = 0x8000;

const base64 = (value, where) => {
  const data = bytes(value, where);
  let text = "";
  for (let at = 0; at < data.length; at += CHUNK) text += String.fromCharCode(...data.subarray(at, at + CHUNK));
  return btoa(text);
};

const list = (values, where) => values.map((value, i) => base64(value, `${where}[${i}]`));

const pdfOf = ({ pdf_base64 }) => Uint8Array.from(atob(pdf_base64), (letter) => letter.charCodeAt(0));

export const issue = (native) => ({
  issueCopy: (originals, request, fonts) => {
    const given = toIssue("copies.issue", originals, request, fonts);
    try {
      return native().issueCopy(...given);
    } catch (failure) {
      if (typeof failure === "string") open(failure);
      throw failure;
    }
  },
  prepareCopy: (originals, request, fonts) => open(native().prepareCopy(...toIssue("copies.prepare", originals, request, fonts))),
  completeCopy: (state, given) => run(native(), "copies.complete", { state, ...given }),
  signExisting: (pdf, key_pem, chain_pem, options) =>
    pdfOf(run(native(), "copies.existing.sign", { pdf_base64: base64(pdf, "pdf"), options, key_pem, chain_pem })),
  prepareSignature: (pdf, signer, options) =>
    run(native(), "copies.existing.prepare", { pdf_base64: base64(pdf, "pdf"), signer, options }),
  completeSignature: (state, given) => pdfOf(run(native(), "copies.existing.complete", { state, ...given })),
  signedLevel: (pdf) => run(native(), "copies.levels.read", { pdf_base64: base64(pdf, "pdf") }),
  addTimestamp: (pdf, field, token) =>
    pdfOf(run(native(), "copies.levels.timestamp", { pdf_base64: base64(pdf, "pdf"), field, token_base64: base64(token, "token") })),
  addValidation: (pdf, { certificates = [], crls = [], ocsp = [], perSignature = false }) =>
    pdfOf(run(native(), "copies.levels.store", {
      pdf_base64: base64(pdf, "pdf"), certificates_base64: list(certificates, "certificates"), crls_base64: list(crls, "crls"),
      ocsp_base64: list(ocsp, "ocsp"), per_signature: perSignature,
    })),
  prepareTimestamp: (pdf, room = 8192) => run(native(), "copies.levels.close", { pdf_base64: base64(pdf, "pdf"), room }),
  completeTimestamp: (state, token) =>
    pdfOf(run(native(), "copies.levels.closed", { state, token_base64: base64(token, "token") })),
});

/** All rooms. */
export const everything = (native) => ({
  ...wire(native), ...fees(native), ...payments(native), ...settlement(native), ...verify(native), ...issue(native),
});
