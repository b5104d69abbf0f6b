// How a module gets into the page: once, within a time limit, and with a code for each way in which it can fail.

import { MotcuaError } from "./api.js";

/** Milliseconds after which a module that has not come is given up. */
const TIME_LIMIT = 10_000;

const failure = (code, message, details = {}) => new MotcuaError({ code, message, details });

const named = (source) => source.url || (typeof source === "string" || source instanceof URL ? String(source) : "the answer given");

/** The bytes behind an address or a response; refuses what is not there. */
export const fetched = async (source, signal) => {
  let response;
  try {
    response = await (source instanceof Promise || source instanceof Response ? source : fetch(source, { signal }));
  } catch (cause) {
    throw failure("wasm.fetch_failed", `${named(source)} could not be fetched (${cause}); check the address, the network and connect-src of the page's Content-Security-Policy`, { url: named(source) });
  }
  const url = response.url || named(source);
  if (!response.ok) {
    throw failure("wasm.fetch_failed", `${url} was answered with HTTP ${response.status}; copy the file beside the script that loads it`, { url, status: String(response.status) });
  }
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw failure("wasm.fetch_failed", `${url} broke off (${cause}); try again`, { url });
  }
};

/** The promise, or a rejection with `wasm.timeout` when it takes longer; `work` gets the signal that ends its fetches. */
export const limited = async (work, milliseconds = TIME_LIMIT) => {
  const abort = new AbortController();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(failure("wasm.timeout", `nothing came within ${milliseconds} ms; try again, or give init() the bytes`, { milliseconds: String(milliseconds) }));
      abort.abort();
    }, milliseconds);
  });
  try {
    return await Promise.race([work(abort.signal), late]);
  } finally {
    clearTimeout(timer);
  }
};

const compiled = async (source, signal) => {
  if (source instanceof WebAssembly.Module) return source;
  const given = source instanceof ArrayBuffer || ArrayBuffer.isView(source);
  const bytes = given ? new Uint8Array(source.buffer ?? source, source.byteOffset ?? 0, source.byteLength) : await fetched(source, signal);
  // WebAssembly core specification §5.5.16: a module begins with "\0asm".
  if (![0, 97, 115, 109].every((byte, at) => bytes[at] === byte)) {
    const begins = new TextDecoder().decode(bytes.subarray(0, 16));
    throw failure("wasm.not_a_module", `what came is not a WebAssembly module (it begins with ${JSON.stringify(begins)}); servers answer like this with a page for an address they do not have`, { begins });
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (/unsafe-eval|content.security.policy/i.test(String(cause))) {
      throw failure("wasm.blocked_by_csp", "the page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src");
    }
    throw failure("wasm.not_compiled", `the module could not be compiled (${cause}); this needs a browser of 2023 or later and the file unchanged`);
  }
};

/** `init` and `native` for one module: `start` is the glue's, `url` where the module lies. */
export const loader = (glue, url) => {
  let started;
  let ready = false;
  const init = (source, { milliseconds } = {}) => {
    started ??= limited((signal) => compiled(source ?? url(), signal), milliseconds)
      .then((module) => glue.default({ module_or_path: module }))
      .then(() => { ready = true; })
      .catch((cause) => {
        started = undefined;
        throw cause;
      });
    return started;
  };
  const native = () => {
    if (!ready) throw failure("wasm.not_initialised", "the module is not loaded yet; await init() first");
    return glue;
  };
  return { init, native };
};
