// Writes the checksum of the page's sources beside the built files: a Go test sees by it whether they are fresh.
// It is the SHA-256 of the lines "<sha256 of the file>  <path>\n" of all sources, by path.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const sources = readdirSync(".", { recursive: true, withFileTypes: true })
  .filter((f) => f.isFile())
  .map((f) => `${f.parentPath}/${f.name}`.replaceAll("\\", "/").replace(/^\.\//, ""))
  .filter((f) => !f.startsWith("node_modules/") && !f.startsWith("."))
  .sort((a, b) => (a < b ? -1 : 1));
const lines = sources.map((f) => `${sha256(readFileSync(f))}  ${f}\n`).join("");
writeFileSync("../dist/sources.sha256", `${sha256(lines)}\n`);
