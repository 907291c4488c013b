package session

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Trial says how a blind jam counts in a test. In a study with participants, it is jam number Jam of Of.
type Trial struct {
	AtLeast     float64 `json:"at_least"`              // a jam of fewer seconds, or of no frame, is too short to judge, and does not count
	Participant string  `json:"participant,omitempty"` // name or number; "" if the test has no participants
	Number      int     `json:"number,omitempty"`      // of the participant, from 1: it gives the order of the policies
	Jam         int     `json:"jam,omitempty"`         // place of the jam among the participant's, from 1
	Of          int     `json:"of,omitempty"`          // how many jams the participant plays
}

// String returns the place of the jam in the study, or "" if the test has no participants.
func (t *Trial) String() string {
	if t == nil || t.Participant == "" {
		return ""
	}
	return fmt.Sprintf("participant %s, jam %d of %d", t.Participant, t.Jam, t.Of)
}

// maxParticipant bounds the name of a participant, in characters.
const maxParticipant = 60

// maxNumber is the highest number of a participant.
const maxNumber = 1_000_000

// CheckParticipant returns an error for a name that no participant of a study can have.
func CheckParticipant(name string) error {
	if name != strings.TrimSpace(name) || utf8.RuneCountInString(name) > maxParticipant || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("participant %q: must be one line of at most %d characters, without spaces around it", name, maxParticipant)
	}
	if n, err := strconv.Atoi(name); err == nil && (n < 1 || n > maxNumber) || errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("participant %s: a number must be 1 to %d", name, maxNumber)
	}
	return nil
}

func (b *Brief) ofStudy() bool {
	return b.Trial != nil && b.Trial.Participant != "" && b.Trial.Number >= 1 && b.Trial.Number <= maxNumber
}

// NextTrial returns the next jam of a participant in a study that compares the policies of a set, in any order. all are the
// sessions so far: they tell how far each participant is. A jam that was too short, or was deleted, is played again. A
// participant whose name is a number has that number, however it is written; a new name gets the next one. If the participant
// has played all jams, Jam is greater than Of.
func NextTrial(all []Brief, policies []string, participant string, of int) Trial {
	participant = norm.NFC.String(participant) // some keyboards type ü as u and its dots
	number, err := strconv.Atoi(participant)
	numbered := err == nil && number >= 1 && number <= maxNumber
	if numbered {
		participant = strconv.Itoa(number)
	}
	t := Trial{Participant: participant, Of: of}
	last := 0
	played := map[int]bool{}
	for _, b := range all {
		if !b.ofStudy() || !slices.Equal(b.set(), studied(policies)) {
			continue
		}
		last = max(last, b.Trial.Number)
		if !strings.EqualFold(b.Trial.Participant, participant) {
			continue
		}
		t.Participant, t.Number = b.Trial.Participant, b.Trial.Number
		if !b.TooShort {
			played[b.Trial.Jam] = true
		}
	}
	if numbered {
		t.Number = number
	}
	t.Number = cmp.Or(t.Number, last%maxNumber+1)
	for t.Jam = 1; played[t.Jam]; t.Jam++ {
	}
	return t
}

// places returns the jams of studies by study, participant and place. Of several jams of one place, the one that counts is the first: the
// one that is rated, or else the earlier.
func places(all []Brief) []Brief {
	all = slices.DeleteFunc(slices.Clone(all), func(b Brief) bool { return !b.ofStudy() || b.Recording })
	slices.SortStableFunc(all, func(a, b Brief) int {
		return cmp.Or(slices.Compare(a.set(), b.set()), cmp.Compare(a.Trial.Number, b.Trial.Number), cmp.Compare(a.Trial.Participant, b.Trial.Participant), cmp.Compare(a.Trial.Jam, b.Trial.Jam),
			cmp.Compare(rank(&a), rank(&b)), a.Order.Compare(b.Order))
	})
	return all
}

// Repeated returns the jams whose place in their study another jam has, and by their ids the jam that counts in their stead.
func Repeated(all []Brief) map[string]Brief {
	repeated := map[string]Brief{}
	var counts *Brief
	for i, b := range places(all) {
		if i > 0 && !b.TooShort && b.again(counts) {
			repeated[b.ID] = *counts
			continue
		}
		counts = &b
	}
	return repeated
}

// rank orders the jams of one place in a study: rated, not rated, too short.
func rank(b *Brief) int {
	switch {
	case b.TooShort:
		return 2
	case b.Rating.Whole():
		return 0
	}
	return 1
}

// again reports whether a jam has the place in its study that the jam before it has: one of them was deleted, played again, and restored.
func (b *Brief) again(before *Brief) bool {
	return !before.TooShort && before.Trial.Jam == b.Trial.Jam && before.Trial.Participant == b.Trial.Participant && slices.Equal(before.set(), b.set())
}

// set returns the policies that the study compares, in order.
func (b *Brief) set() []string { return studied(b.Drawn) }

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// A Participant tells how far a participant of a study is.
type Participant struct {
	Policies    []string `json:"policies"` // that the study compares, files without their folders
	Participant string   `json:"participant"`
	Number      int      `json:"number"`
	Of          int      `json:"of"`        // how many jams the participant plays
	Played      int      `json:"played"`    // those that count; of two jams of one place, the one that is rated, or else the earlier
	Rated       int      `json:"rated"`     // of those, with all three answers
	TooShort    int      `json:"too_short"` // jams that do not count
	Order       []string `json:"order"`     // of those that count, the policies that played, unless they are still hidden
}

// Participants returns the participants of studies, by study, number and name. all are sessions, in any order; those that have no
// participant do not count.
func Participants(all []Brief) []Participant {
	var found []Participant
	all = places(all)
	for i := range all {
		b := &all[i]
		if n := len(found); n == 0 || found[n-1].Participant != b.Trial.Participant || !slices.Equal(found[n-1].Policies, b.set()) {
			found = append(found, Participant{Policies: b.set(), Participant: b.Trial.Participant, Number: b.Trial.Number, Order: []string{}})
		}
		p := &found[len(found)-1]
		p.Of = max(p.Of, b.Trial.Of)
		if b.TooShort {
			p.TooShort++
			continue
		}
		if i > 0 && b.again(&all[i-1]) {
			continue
		}
		p.Played++
		p.Order = append(p.Order, b.Policy)
		if b.Rating.Whole() {
			p.Rated++
		}
	}
	return found
}
