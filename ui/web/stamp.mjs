// Writes the checksum of the page's sources beside the built files: a Go test sees by it whether they are fresh.
// It is the SHA-256 of the lines "<sha256 of the file>  <path>\n" of all sources, by path, and of the API that protocol.ts
// is generated from. Tests and the linter's settings do not count.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const sources = readdirSync(".", { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile())
  .map((f) => `${f.parentPath}/${f.name}`.replaceAll("\\", "/").replace(/^\.\//, ""))
  .filter((f) => !/^(node_modules\/|\.|biome\.json)|\.test\.ts$/.test(f))
  .concat("../openapi.yaml")
  .sort((a, b) => (a < b ? -1 : 1));
const lines = sources.map((f) => `${sha256(readFileSync(f))}  ${f}\n`).join("");
writeFileSync("../dist/sources.sha256", `${sha256(lines)}\n`);

// The licences of the packages that the page is built from, for the notices of a release.
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const licences = Object.entries(packages)
  .filter(([path, p]) => path && !p.dev && !p.optional)
  .map(([path, p]) => {
    const files = readdirSync(path);
    const file = files.find((f) => /^licen[cs]e/i.test(f)) ?? files.find((f) => /^readme/i.test(f)); // which then has it
    const rule = "=".repeat(100);
    return [
      rule,
      `${path.replace(/^node_modules\//, "")} ${p.version}`,
      rule,
      readFileSync(`${path}/${file}`, "utf8").replaceAll("\r", "").trim(),
      "",
    ].join("\n");
  });
writeFileSync("../dist/licences.txt", licences.join("\n"));
