package session

import (
	"errors"
	"fmt"
)

// Hidden replaces the name of a policy that the player must not know yet.
const Hidden = "hidden"

// Hides reports whether the policy's name must stay hidden: in a blind jam, until the jam is rated.
func (r *Record) Hides() bool { return len(r.Manifest.Blind) > 0 && !r.Notes.Rating.Given() }

// Shown returns the manifest as the player may see it. If the session [Record.Hides] its policy, that is [Hidden].
func (r *Record) Shown() Manifest {
	m := r.Manifest
	if r.Hides() {
		m.Policy = Policy{Name: Hidden}
	}
	return m
}

// shownPolicy returns the name of a policy that played as the player may see it.
func (r *Record) shownPolicy(name string) string {
	switch {
	case r.Hides():
		return Hidden
	case r.policy != "" && name == r.Manifest.Policy.Name:
		return r.policy
	}
	return name
}

// ErrUnanswered means that a blind jam needs an answer to each question.
var ErrUnanswered = errors.New("is blind: answer all three questions to learn its policy")

// WhyHidden returns why the policy's name is hidden, or nil if it is not. The blind jam is still being recorded, is too short to
// judge, or is not rated yet (ErrUnanswered). The error's text continues a sentence that begins with the name of the session.
func (r *Record) WhyHidden() error {
	if !r.Hides() {
		return nil
	}
	switch b := r.Brief(); {
	case b.Recording:
		return errors.New("is blind, and is still being recorded: rate it when the jam is over")
	case b.TooShort:
		return fmt.Errorf("is too short to judge, and does not count: it has %.0f s of at least %.0f s", b.Seconds, b.Trial.AtLeast)
	}
	return ErrUnanswered
}

// MayRate returns an error if the session cannot get this rating. A blind jam reveals its policy, so it needs all three answers,
// must be over, and must be long enough to judge. The error's text continues a sentence that begins with the name of the session.
func (r *Record) MayRate(rating Rating) error {
	if err := r.WhyHidden(); !errors.Is(err, ErrUnanswered) || !rating.Whole() {
		return err
	}
	return nil
}
