// Reads PDF files in the page, asks the library, shows its reports. The page may fetch nothing: the module and the roots it trusts
// are scripts beside it.

import { init, verifyCopy } from "./motcua/verify.js";
import { moduleBytes } from "./motcua/verify.inline.js";
import { trust } from "./trust.js";

const byId = (id) => document.getElementById(id);
/** Verdict → colour, sign, word for the summary; the worst first. */
const LOOKS = {
  not_valid: ["bad", "✗", "không hợp lệ"], withdrawn: ["bad", "■", "đã bị thu hồi"], cannot_confirm: ["unsure", "?", "chưa thể kết luận"],
  could_not_check: ["grey", "!", "không kiểm tra được"], not_a_copy: ["grey", "–", "không phải bản sao chứng thực"],
  valid_with_notes: ["good", "✓", "hợp lệ, có lưu ý"], valid: ["good", "✓", "hợp lệ"],
};
const ROWS = { unchanged: "Toàn vẹn", signer: "Người ký", time: "Thời gian", status: "Hiệu lực", content: "Nội dung" };
const CHECKS = {
  passed: "✓ đạt", failed: "✗ không đạt", indeterminate: "? chưa rõ", not_checked: "– chưa kiểm tra",
};

const element = (name, { text, lang, className, scope } = {}, ...children) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (lang) made.lang = lang;
  if (className) made.className = className;
  if (scope) made.scope = scope;
  made.append(...children);
  return made;
};
const shown = (date) => date.split("-").reverse().join("/");

/** What there is to say of one file below its verdict. */
const explained = ({ name, report }) => {
  const rows = report.rows.map(({ row, check }) =>
    element("tr", {}, element("th", { text: ROWS[row], scope: "row" }), element("td", { text: CHECKS[check] })));
  const caption = element("caption", { text: "Năm câu hỏi " }, element("span", { text: "(five questions)", lang: "en" }));
  const reasons = report.reasons.map((reason) => element("li", { text: `${reason.vi} ` },
    element("span", { text: reason.en, lang: "en" }), element("div", { text: `→ ${reason.advice_vi}` })));
  const { facts } = report;
  const stated = facts && ["good", "unsure"].includes(LOOKS[report.verdict][0])
    ? `${facts.paper}; ${facts.agency}; số ${facts.register.number}, quyển ${facts.register.book}/${facts.register.year}; ${facts.official}`
    : "";
  const about = `${name}, ${report.file.size} byte, SHA-256 ${report.file.sha256}; kiểm tra lúc ${report.checked_at}; `
    + `danh sách tin cậy ngày ${shown(report.trust_list_as_of)}; motcua ${report.engine_version}`;
  return [
    element("table", { className: "rows" }, caption, element("tbody", {}, ...rows)),
    element("ul", { className: "reasons" }, ...reasons),
    ...(stated ? [element("p", { text: stated, className: "copy" })] : []),
    element("p", { text: about, className: "about" }),
  ];
};

const article = (judged, alone) => {
  const [look, sign] = LOOKS[judged.report?.verdict ?? "could_not_check"];
  const headline = judged.report?.headline_vi ?? "Không kiểm tra được tệp; đây không phải kết luận về bản sao.";
  const heading = element("h3", { text: `${sign} ${judged.name}: ${headline}`, className: `verdict ${look}` });
  const body = judged.report ? explained(judged) : [element("p", { text: judged.problem, className: "reasons" })];
  return element("article", {}, ...(alone && judged.report ? [] : [heading]), ...body);
};

let last = [];

const show = (all) => {
  last = all;
  const verdicts = all.map(({ report }) => report?.verdict ?? "could_not_check");
  const found = Object.keys(LOOKS).filter((verdict) => verdicts.includes(verdict));
  const [look, sign] = LOOKS[found[0]];
  const [only] = all;
  const alone = all.length === 1;
  const heading = byId("verdict");
  heading.className = `verdict ${look}`;
  heading.hidden = false;
  if (alone) {
    heading.textContent = `${sign} ${only.report?.headline_vi ?? "Không kiểm tra được tệp"}`;
    byId("verdict-en").textContent = only.report?.headline_en ?? "The file could not be checked.";
  } else {
    const counts = found.map((verdict) => `${verdicts.filter((v) => v === verdict).length} ${LOOKS[verdict][2]}`);
    heading.textContent = `${sign} Đã kiểm tra ${all.length} tệp: ${counts.join("; ")}.`;
    byId("verdict-en").textContent = `${all.length} files were checked; the worst result gives the colour.`;
  }
  byId("reports").replaceChildren(...all.map((judged) => article(judged, alone)));
  byId("after").hidden = false;
  heading.focus();
};

const judge = async (files) => {
  if (files.length === 0) return;
  const heading = byId("verdict");
  heading.hidden = false;
  heading.className = "verdict grey";
  heading.textContent = "… Đang kiểm tra";
  byId("verdict-en").textContent = "";
  byId("reports").replaceChildren();
  byId("after").hidden = true;
  const all = [];
  for (const file of files) {
    try {
      await init(moduleBytes());
      const at = `${new Date().toISOString().slice(0, 19)}Z`;
      all.push({ name: file.name, report: verifyCopy(new Uint8Array(await file.arrayBuffer()), { ...trust, at }) });
    } catch (failure) {
      all.push({ name: file.name, problem: failure.message });
    }
  }
  show(all);
};

byId("trusted").textContent = shown(trust.trust_list_as_of);
byId("file").addEventListener("change", async (event) => {
  await judge([...event.target.files]);
  // So that the same file can be chosen again.
  event.target.value = "";
});
byId("print").addEventListener("click", () => window.print());
byId("save").addEventListener("click", () => {
  const text = JSON.stringify(last.map(({ name, report, problem }) => ({ name, report: report ?? null, problem: problem ?? null })), null, 2);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = element("a");
  link.href = address;
  link.download = "motcua-report.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", kind === "dragover");
    if (kind === "drop") judge([...event.dataTransfer.files]);
  });
}
