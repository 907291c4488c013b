// The language of the page: the player's choice, otherwise the browser's. A table of words is loaded when it is needed.
import { computed, effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { stored } from "./stored";
import { en, type Texts } from "./texts/en";

const languages = {
  en: { name: "English", load: async () => en },
  de: { name: "Deutsch", load: async () => (await import("./texts/de")).de },
  es: { name: "Español", load: async () => (await import("./texts/es")).es },
  fr: { name: "Français", load: async () => (await import("./texts/fr")).fr },
  ja: { name: "日本語", load: async () => (await import("./texts/ja")).ja },
};
type Language = keyof typeof languages;

const isLanguage = (name: string): name is Language => Object.hasOwn(languages, name);

/** preferred returns the first of a browser's languages that the page has. */
export function preferred(wanted: readonly string[]): Language {
  for (const name of wanted) {
    const base = name.split("-")[0].toLowerCase();
    if (isLanguage(base)) return base;
  }
  return "en";
}

const chosen = stored("language", ""); // "" follows the browser
const wanted = computed<Language>(() => (isLanguage(chosen.value) ? chosen.value : preferred(navigator.languages)));

/** texts are the words of the page. */
export const texts = signal<Texts>(en);
const shown = signal<Language>("en"); // the language of texts

/** speak loads the words of the player's language, now and whenever it changes. It returns when the first are there. */
export function speak(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      const language = wanted.value;
      void languages[language]
        .load()
        .then((words) => {
          if (language !== wanted.peek()) return; // another was chosen meanwhile
          texts.value = words;
          shown.value = language;
          document.documentElement.lang = language;
        })
        .finally(resolve); // without its words the page goes on in the language that it has
    });
  });
}

/** number writes a number as the language does, with at most some digits after the point. */
export const number = (n: number, digits = 0) => formatOf(shown.value, digits).format(n);

/** percent writes a share of 1. */
export const percent = (share: number) => `${number(share * 100)} %`;

/** dateTime writes a date and its time of day. */
export const dateTime = (date: Date) => date.toLocaleString(shown.value, { dateStyle: "medium", timeStyle: "short" });

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(language: Language, digits: number): Intl.NumberFormat {
  const id = `${language} ${digits}`;
  let format = formats.get(id);
  if (!format) {
    format = new Intl.NumberFormat(language, { maximumFractionDigits: digits, useGrouping: false });
    formats.set(id, format);
  }
  return format;
}

/** Marked shows a text with its keys, [X], its bold words, *X*, and in place of each {name} the value of that name. */
export function Marked(props: { text: string; values?: Record<string, ComponentChildren> }): ComponentChildren {
  return props.text.split(/(\[[^\]]+\]|\*[^*]+\*|\{\w+\})/).map((part, i) => {
    if (i % 2 === 0) return part;
    const inner = part.slice(1, -1);
    if (part[0] === "{") return props.values?.[inner];
    return part[0] === "[" ? <kbd key={i}>{inner}</kbd> : <b key={i}>{inner}</b>;
  });
}

/** Languages lets the player choose the language. */
export function Languages() {
  return (
    <select
      id="language"
      aria-label={texts.value.language}
      value={wanted.value}
      onChange={(e) => {
        chosen.value = e.currentTarget.value;
      }}
    >
      {Object.entries(languages).map(([name, l]) => (
        <option key={name} value={name} lang={name}>
          {l.name}
        </option>
      ))}
    </select>
  );
}
