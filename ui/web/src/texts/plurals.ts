// The forms of nouns with a number, by the rules of a language.

/** plurals returns a function that chooses the form of a noun for a number. */
export function plurals(language: string) {
  const rules = new Intl.PluralRules(language);
  return (n: number, one: string, other: string) => (rules.select(n) === "one" ? one : other);
}
