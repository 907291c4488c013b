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
		return 0, fmt.Errorf("%s %q: must be %v", setting, name, w)
	}
	return i, nil
}

// String lists the names: a, b or c.
func (w words) String() string {
	last := len(w) - 1
	return strings.Join(w[:last], ", ") + " or " + w[last]
}
