import { beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import description from "../../openapi.yaml?raw";
import type { NoticeCode, ReasonCode } from "./protocol";
import { de } from "./texts/de";
import type { Texts } from "./texts/en";
import { en } from "./texts/en";
import { es } from "./texts/es";
import { fr } from "./texts/fr";
import { ja } from "./texts/ja";

const tables: Record<string, Texts> = { en, de, es, fr, ja };
const page = { documentElement: { lang: "" } };
let language: typeof import("./language");

beforeEach(async () => {
  vi.resetModules();
  vi.stubGlobal("document", page);
  vi.stubGlobal("localStorage", undefined);
  page.documentElement.lang = "";
  language = await import("./language");
});

test.each([
  [["de-CH", "en"], "de"],
  [["pt-BR", "es-MX", "en"], "es"],
  [["JA"], "ja"],
  [["pt", "zh-CN"], "en"],
  [[], "en"],
])("a browser that wants %o gets %s", (wanted, got) => {
  expect(language.preferred(wanted)).toBe(got);
});

test("the words, the numbers and the lang attribute are those of the browser's language", async () => {
  vi.stubGlobal("navigator", { languages: ["de-AT"] });
  await language.speak();
  expect(language.texts.value.stop).toBe("Stopp");
  expect(page.documentElement.lang).toBe("de");
  expect(language.number(87.456, 2)).toBe("87,46");
});

test.each(Object.entries(tables))("%s has a word for everything, and no mark without its end", (_, table) => {
  const check = (value: unknown, path: string) => {
    if (typeof value === "object") for (const [key, inner] of Object.entries(value!)) check(inner, `${path}.${key}`);
    else if (typeof value === "string") {
      expect(value.trim(), path).not.toBe("");
      expect(value.split("*").length % 2, path).toBe(1);
      expect(value.split("[").length, path).toBe(value.split("]").length);
    }
  };
  check(table, "texts");
});

test.each(Object.entries(tables).filter(([name]) => name !== "en"))("%s names all that English names", (_, table) => {
  for (const [part, words] of Object.entries(en) as [keyof Texts, object][]) {
    if (typeof words !== "object") continue;
    expect(Object.keys(table[part]), part).toEqual(expect.arrayContaining(Object.keys(words)));
  }
});

const { NoticeCode: notices, ReasonCode: reasons } = parse(description).components.schemas;
type Words = Record<string, (args: Record<string, string>) => string>;

/** checkWords checks that a table words each code, with the same arguments as the English one. */
function checkWords(words: Words, english: Words, codes: string[], same: string[]) {
  expect(Object.keys(words).sort()).toEqual([...codes].sort());
  for (const code of codes) {
    const named: string[] = [];
    const args = new Proxy({}, { get: (_, arg: string) => named.push(arg) && `<${arg}>` });
    const text = words[code](args);
    for (const arg of named) expect(text, code).toContain(`<${arg}>`);
    expect(text.match(/<\w+>/g)?.sort(), code).toEqual(english[code](args).match(/<\w+>/g)?.sort());
    if (words !== english && !same.includes(code)) expect(text, code).not.toBe(english[code](args));
  }
}

test.each(Object.values(tables))(
  "a language words every notice and every reason, with all that it is told",
  (table) => {
    checkWords(table.notice, en.notice, notices.enum as NoticeCode[], ["problem"]);
    checkWords(table.reason, en.reason, reasons.enum as ReasonCode[], []);
  },
);

test("chords and keys are read as each language names notes", () => {
  const names = (t: Texts) => [t.note("B", "b"), t.note("B", ""), t.note("F", "#"), t.keyName("E", "b", false)];
  expect(names(en)).toEqual(["B flat", "B", "F sharp", "E♭ major"]);
  expect(names(de)).toEqual(["B", "H", "Fis", "Es-Dur"]);
  expect(names(es)).toEqual(["si bemol", "si", "fa sostenido", "mi♭ mayor"]);
  expect(names(fr)).toEqual(["si bémol", "si", "fa dièse", "mi♭ majeur"]);
  expect(names(ja)).toEqual(["Bフラット", "B", "Fシャープ", "E♭メジャー"]);
});

test("nouns follow their number", () => {
  expect([1, 2].map(en.chords)).toEqual(["1 chord", "2 chords"]);
  expect([0, 1, 2].map(de.chords)).toEqual(["0 Akkorde", "1 Akkord", "2 Akkorde"]);
  expect([0, 1, 2].map(fr.chords)).toEqual(["0 accord", "1 accord", "2 accords"]);
  expect([1, 2].map(es.chords)).toEqual(["1 acorde", "2 acordes"]);
});
