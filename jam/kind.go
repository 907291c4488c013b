package jam

// A Kind is the kind of value that a param has.
type Kind uint8

// The kinds of param.
const (
	Number Kind = iota
	Whole       // a whole number
	Switch      // on or off
	List        // one of several words
	Text
	Action // has no value: it is done at once
)

var kinds = words{"number", "whole", "switch", "list", "text", "action"}

// String returns the kind's name in lower case.
func (k Kind) String() string { return kinds.word(int(k)) }

// MarshalText returns String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
