// Package blind draws the policies of a blind test, in which the player does not know the policy until the jam is rated.
package blind

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jamd/atomicfile"
)

// maxPolicies is the largest number of policies in a test. With 8 policies, each has followed each other one after 64 jams.
const maxPolicies = 8

// Check returns an error if a test cannot compare these policies. check returns an error if there is no such policy.
func Check(policies []string, check func(policy string) error) error {
	if len(policies) < 2 || len(policies) > maxPolicies {
		return fmt.Errorf("blind %q: give 2 to %d policies, with commas between", strings.Join(policies, ","), maxPolicies)
	}
	for i, name := range policies {
		if slices.Contains(policies[:i], name) {
			return fmt.Errorf("blind: policy %q is given twice", name)
		}
		if err := check(name); err != nil {
			return fmt.Errorf("blind: %w", err)
		}
	}
	return nil
}

// An Order is the order in which the policies of blind jams play. A file stores it for all of a user's jams. Each set of policies
// has an order of its own. Its methods read the file and write it anew: jamds that share it must take turns.
type Order struct {
	Path string // of the file
}

// Draw returns the policy of the next jam. It returns the same one until [Order.Played].
func (o Order) Draw(policies []string) (string, error) {
	all, err := o.read()
	if err != nil {
		return "", err
	}
	set := setOf(policies)
	if len(all[set]) == 0 {
		all[set] = balanced(strings.Split(set, ","), rand.Perm)
		if err := o.write(all); err != nil {
			return "", err
		}
	}
	return all[set][0], nil
}

// Played records that a policy that was drawn has played. The next jam gets the next one. If another jam had drawn the same policy and has
// played, the one that comes next in the order stays, and this policy's next turn is taken away: each still plays equally often.
func (o Order) Played(policies []string, drawn string) error {
	all, err := o.read()
	if err != nil {
		return err
	}
	set := setOf(policies)
	if i := slices.Index(all[set], drawn); i >= 0 {
		all[set] = slices.Delete(all[set], i, i+1)
	}
	return o.write(all)
}

// setOf names a set of policies, whatever their order.
func setOf(policies []string) string {
	return strings.Join(slices.Sorted(slices.Values(policies)), ",")
}

func (o Order) read() (map[string][]string, error) {
	all := map[string][]string{}
	text, err := os.ReadFile(o.Path)
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w (remove the file to begin a new order of blind jams)", o.Path, err)
	}
	for set, order := range all {
		for _, name := range order {
			if !slices.Contains(strings.Split(set, ","), name) {
				return nil, fmt.Errorf("%s: %q is not one of %s (remove the file to begin a new order of blind jams)", o.Path, name, set)
			}
		}
	}
	return all, nil
}

func (o Order) write(all map[string][]string) error {
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(o.Path, text, 0o600)
}

// Sequence returns the order in which the policies play to a participant of a study, who has a number from 1. It is the same on every
// machine. Each round has every policy once, as a block of the balanced order; the next round has the next block, and so has the next
// participant. So over as many participants as there are policies, each policy is equally often at each place, and over all blocks it
// follows each other one equally often.
func Sequence(policies []string, number, rounds int) (order []string) {
	policies = slices.SortedFunc(slices.Values(policies), func(a, b string) int { // files lie in other folders on other machines
		return cmp.Or(strings.Compare(filepath.Base(a), filepath.Base(b)), strings.Compare(a, b))
	})
	all := blocks(len(policies))
	for round := range rounds {
		for _, i := range all[(number-1+round)%len(all)] {
			order = append(order, policies[i])
		}
	}
	return order
}

// balanced returns an order of the policies in blocks. perm shuffles names and blocks; it is rand.Perm except in tests.
func balanced(policies []string, perm func(int) []int) []string {
	n := len(policies)
	all, names := blocks(n), perm(n)
	order := make([]string, 0, n*len(all))
	for _, b := range perm(len(all)) {
		for _, i := range all[b] {
			order = append(order, policies[names[i]])
		}
	}
	return order
}

// blocks returns orders of n policies. Each block has every policy once. Over all blocks, each policy is equally often at each place,
// and follows each other policy equally often within a block (Williams, Experimental designs balanced for the estimation of residual
// effects of treatments, 1949). The first n blocks are a Latin square.
func blocks(n int) (all [][]int) {
	zigzag := make([]int, n) // 0, 1, n-1, 2, n-2, ...
	for i := range zigzag {
		if zigzag[i] = (i + 1) / 2; i%2 == 0 {
			zigzag[i] = (n - i/2) % n
		}
	}
	for shift := range n {
		block := make([]int, n)
		for i, z := range zigzag {
			block[i] = (z + shift) % n
		}
		all = append(all, block)
	}
	if n%2 == 0 {
		return all
	}
	for _, block := range all[:n] { // an odd number of policies needs each block reversed too
		backwards := slices.Clone(block)
		slices.Reverse(backwards)
		all = append(all, backwards)
	}
	return all
}
