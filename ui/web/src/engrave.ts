// Engraves a lead sheet with OpenSheetMusicDisplay. This module is loaded only when a sheet is asked for: it is large.
import { ChordSymbolEnum, OpenSheetMusicDisplay } from "opensheetmusicdisplay";

export const papers = { A4: 794, Letter: 816 }; // widths in CSS pixels
export type Paper = keyof typeof papers;

/** engrave returns the pages of a lead sheet in MusicXML, as SVG. */
export async function engrave(musicXML: string, paper: Paper): Promise<SVGSVGElement[]> {
  const score = new DOMParser().parseFromString(musicXML, "text/xml");
  headOf(score);
  groupsOf(score);
  placed(score);
  // The layout must not depend on the screen: a place is as wide as the paper, and nobody sees it.
  const place = document.createElement("div");
  place.className = "engraving";
  place.style.width = `${papers[paper]}px`;
  document.body.append(place);
  try {
    const engraver = new OpenSheetMusicDisplay(place, {
      backend: "svg",
      autoResize: false,
      disableCursor: true,
      drawPartNames: false,
      drawMeasureNumbersOnlyAtSystemStart: true,
      pageFormat: `${paper}_P`,
      defaultFontFamily: '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif',
    });
    const rules = Object.assign(engraver.EngravingRules, margins);
    rules.resetChordAccidentalTexts(rules.ChordAccidentalTexts, true); // ♯ and ♭
    rules.resetChordSymbolLabelTexts(rules.ChordSymbolLabelTexts);
    rules.setChordSymbolLabelText(ChordSymbolEnum.majorsixth, "6");
    rules.addChordName("add9", "major", ["9"], [], []);
    rules.addChordName("madd9", "minor", ["9"], [], []);
    await engraver.load(new XMLSerializer().serializeToString(score));
    engraver.zoom = 0.78; // the staff is 8 mm high
    engraver.render();
    const pages = [...place.querySelectorAll("svg")];
    pages.forEach((page, i) => {
      number(page, score.querySelector("work-title")?.textContent ?? "", i, pages.length);
    });
    return pages;
  } finally {
    place.remove();
  }
}

const margins = {
  PageLeftMargin: 8,
  PageRightMargin: 8,
  PageTopMargin: 8,
  PageBottomMargin: 9,
  ChordSymbolTextHeight: 2.3,
};

type Child = string | Element;

function element(score: XMLDocument, name: string, ...children: Child[]): Element {
  const e = score.createElement(name);
  e.append(...children);
  return e;
}

/** headOf moves what begins the piece above its first line, at the left: swing, tempo, the groups of its metre. */
function headOf(score: XMLDocument) {
  const words: string[] = [];
  for (const d of score.querySelectorAll("measure:first-of-type > direction:not(:has(> offset))")) {
    if (d.previousElementSibling?.matches("note")) break;
    const swing = d.querySelector("words")?.textContent,
      beats = d.querySelector("per-minute")?.textContent;
    if (swing) words.push(swing);
    if (beats) words.push(`♩${d.querySelector("beat-unit-dot") ? "." : ""} = ${beats}`);
    d.remove();
  }
  const beats = score.querySelector("beats")?.textContent ?? "";
  if (beats.includes("+")) words.push(`(${beats})`);
  const head = element(score, "creator", words.join(" · "));
  head.setAttribute("type", "lyricist"); // the engraver puts a lyricist there
  if (words.length > 0) score.querySelector("identification")!.prepend(head);
}

/** groupsOf writes the groups of a later metre above it: the engraver sums them up. */
function groupsOf(score: XMLDocument) {
  for (const a of [...score.querySelectorAll("attributes")].slice(1)) {
    const beats = a.querySelector("beats")?.textContent ?? "";
    if (!beats.includes("+")) continue;
    const direction = element(
      score,
      "direction",
      element(score, "direction-type", element(score, "words", `(${beats})`)),
    );
    direction.setAttribute("placement", "above");
    a.after(direction);
  }
}

/** placed gives a chord that begins within a note a place of its own, a hidden rest: the engraver knows no other. */
function placed(score: XMLDocument) {
  for (const offset of [...score.querySelectorAll("harmony > offset")]) {
    const harmony = offset.parentElement!,
      frames = Number(offset.textContent);
    const moved = (name: string, by: number) => element(score, name, element(score, "duration", String(by)));
    const rest = element(
      score,
      "note",
      element(score, "rest"),
      element(score, "duration", "1"),
      element(score, "voice", "2"),
      element(score, "type", "16th"),
    );
    rest.setAttribute("print-object", "no");
    offset.remove();
    harmony.before(moved("forward", frames));
    harmony.after(rest, moved("backup", frames + 1));
  }
}

/** number writes the number of a page at its foot, with the title from the second one on. */
function number(page: SVGSVGElement, title: string, i: number, pages: number) {
  if (pages < 2) return;
  const { width, height } = page.viewBox.baseVal;
  const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
  text.textContent = `${i > 0 && title ? `${title} · ` : ""}${i + 1}/${pages}`;
  for (const [name, value] of Object.entries({
    x: width / 2,
    y: height - 40,
    "text-anchor": "middle",
    "font-size": 15,
  }))
    text.setAttribute(name, String(value));
  page.append(text);
}
