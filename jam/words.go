package jam

import (
	"fmt"
	"slices"
	"strings"
)

// words are the names of a setting's values, by their numbers from 0.
type words []string

// word returns the name of a value.
func (w words) word(i int) string {
	if i >= 0 && i < len(w) {
		return w[i]
	}
	return fmt.Sprint("unknown ", i)
}

// find returns the number of a name. The error names the setting and lists the names.
func (w words) find(setting, name string) (int, error) {
	i := slices.Index(w, name)
	if i < 0 {
		return 0, fmt.Errorf("%s %q: must be %v%s", setting, name, w, DidYouMean(name, w))
	}
	return i, nil
}

// String lists the names: a, b or c.
func (w words) String() string {
	last := len(w) - 1
	return strings.Join(w[:last], ", ") + " or " + w[last]
}

// DidYouMean returns "; did you mean X?", to be added to an error message, for the name that was probably meant: at most two
// letters, and a third of the name, are wrong, missing or too many. It returns "" if no name, or more than one, is as near as
// that.
func DidYouMean(name string, among []string) string {
	meant, least := "", min(2, len(name)/3)+1
	for _, other := range among {
		switch n := changes(strings.ToLower(name), other); {
		case n < least:
			meant, least = other, n
		case n == least:
			meant = ""
		}
	}
	if meant == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", meant)
}

// changes returns how many bytes must be changed, added or removed to make b of a.
func changes(a, b string) int {
	row := make([]int, len(b)+1) // of the bytes of a so far into each beginning of b
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			way := above
			if a[i] != b[j] {
				way++
			}
			above = row[j+1]
			row[j+1] = min(way, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
