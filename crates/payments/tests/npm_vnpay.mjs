// Asks npm's `vnpay` about cases read as JSON lines; argument: the folder whose node_modules holds it.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { VNPay } = createRequire(process.argv[2] + '/x')('vnpay');
let reply;
globalThis.fetch = async () => ({ ok: true, json: async () => reply });

const ask = {
  build: (v, c) => ({ url: v.buildPaymentUrl(c.fields) }),
  ipn: (v, c) => v.verifyIpnCall(c.fields),
  query: async (v, c) => ((reply = c.answer), await v.queryDr(c.fields)),
  refund: async (v, c) => ((reply = c.answer), await v.refund(c.fields)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const c = JSON.parse(line);
  const v = new VNPay({ tmnCode: c.merchant, secureSecret: c.secret, vnpayHost: 'https://sandbox.vnpayment.vn',
    testMode: true, hashAlgorithm: 'SHA512', enableLog: false });
  try {
    const r = await ask[c.ask](v, c);
    console.log(JSON.stringify({ url: r.url, verified: r.isVerified, success: r.isSuccess }));
  } catch (e) {
    console.log(JSON.stringify({ error: e.message }));
  }
}
