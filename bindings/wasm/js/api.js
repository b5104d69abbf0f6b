// The functions of the package over a loaded module; how the module is loaded differs by entry.

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

const named = (tariff) => (tariff === undefined ? {} : { [tariff.includes("\n") ? "tariff_toml" : "tariff"]: tariff });

export const api = (native) => {
  const run = (op, input) => open(native.call(op, JSON.stringify(exact(input, op))));
  return {
    call: (op, input) => native.call(op, input),
    operations: () => native.operations().split(",").filter(Boolean),
    assess: (tariff, application, date) => run("fees.assess", { tariff, application, date }),
    // A tariff is the name of a shipped one or the TOML text of one: only a text has lines.
    assessColumns: (tariff, application, date, columns) =>
      run("fees.bulk", { ...named(tariff), application, date, columns }),
    whatIf: (tariff, application, date, change) => run("fees.what_if", { ...named(tariff), application, date, change }),
    verifyAssessment: (assessment, tariff) => run("fees.verify_assessment", { ...named(tariff), assessment }),
    checkTariff: (tariff) => run("fees.check", named(tariff)),
    tariffs: (tariff) => run("fees.list", named(tariff)),
    diffTariffs: (old, renewed, cases) => run("fees.diff", { old: named(old), new: named(renewed), cases }),
    vietqr: (transfer) => run("payments.vietqr.build", transfer).text,
    vnpayRequest: (account, payment) => run("payments.vnpay.request", { account, payment }),
    vnpayVerify: (account, notice, expected) => run("payments.vnpay.verify", { account, notice, expected }),
    verifyCopy: (pdf, policy) => open(native.verifyCopy(pdf, JSON.stringify(policy))),
    verifyCopyJson: (pdf, policy) => native.verifyCopy(pdf, policy),
    issueCopy: (original, request) => {
      try {
        return native.issueCopy(original, JSON.stringify(exact(request, "copies.issue")));
      } catch (failure) {
        if (typeof failure === "string") open(failure);
        throw failure;
      }
    },
  };
};
