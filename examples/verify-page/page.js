// Reads a PDF in the page, asks the library, shows the report. Nothing is sent anywhere; roots come from trust.json beside the page.

import { init, verifyCopy } from "./motcua/web.js";

const byId = (id) => document.getElementById(id);
const LOOK = {
  valid: ["good", "✓"], valid_with_notes: ["good", "✓"], cannot_confirm: ["unsure", "?"], withdrawn: ["bad", "■"],
  not_valid: ["bad", "✗"], not_a_copy: ["grey", "–"], could_not_check: ["grey", "!"],
};
const ROWS = { unchanged: "Toàn vẹn", signer: "Người ký", time: "Thời gian", status: "Hiệu lực", content: "Nội dung" };
const CHECKS = {
  passed: "✓ đạt", failed: "✗ không đạt", indeterminate: "? chưa rõ", not_checked: "– chưa kiểm tra",
};

const element = (name, text, lang) => {
  const made = document.createElement(name);
  made.textContent = text;
  if (lang) made.lang = lang;
  return made;
};

const show = (report, name) => {
  const [look, sign] = LOOK[report.verdict];
  const verdict = byId("verdict");
  verdict.className = look;
  verdict.textContent = `${sign} ${report.headline_vi}`;
  byId("verdict-en").textContent = report.headline_en;
  byId("rows").replaceChildren(...report.rows.map(({ row, check }) => {
    const line = document.createElement("tr");
    const head = element("th", ROWS[row]);
    head.scope = "row";
    line.append(head, element("td", CHECKS[check]));
    return line;
  }));
  byId("reasons").replaceChildren(...report.reasons.map((reason) => {
    const item = element("li", `${reason.vi} `);
    item.append(element("span", reason.en, "en"), element("div", `→ ${reason.advice_vi}`));
    return item;
  }));
  const { facts } = report;
  const good = look === "good" || look === "unsure";
  byId("copy").textContent = facts && good
    ? `${facts.paper}; ${facts.agency}; số ${facts.register.number}, quyển ${facts.register.book}/${facts.register.year}; ${facts.official}`
    : "";
  byId("about").textContent = `${name}, ${report.file.size} byte, SHA-256 ${report.file.sha256}; `
    + `kiểm tra lúc ${report.checked_at}; danh sách tin cậy ngày ${report.trust_list_as_of}; motcua ${report.engine_version}`;
  byId("result").hidden = false;
  verdict.focus();
};

const judge = async (file) => {
  if (!file) return;
  try {
    const [trust] = await Promise.all([(await fetch("./trust.json")).json(), init()]);
    const at = `${new Date().toISOString().slice(0, 19)}Z`;
    show(verifyCopy(new Uint8Array(await file.arrayBuffer()), { ...trust, at }), file.name);
  } catch (failure) {
    const verdict = byId("verdict");
    verdict.className = "grey";
    verdict.textContent = `! Không kiểm tra được tệp: ${failure.message}`;
    byId("result").hidden = false;
    verdict.focus();
  }
};

byId("file").addEventListener("change", (event) => judge(event.target.files[0]));
byId("print").addEventListener("click", () => window.print());
const drop = byId("drop");
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") judge(event.dataTransfer.files[0]);
  });
}
