package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jamd/atomicfile"
	"jamd/session"
)

const (
	// hiddenPolicy stands for the name of a policy in a blind jam.
	hiddenPolicy = session.Hidden
	// blindFile holds the order in which policies are drawn, beside the user's sessions.
	blindFile = "blind.json"
	// blindRefusal says why a policy cannot be chosen.
	blindRefusal = "it is hidden until you have rated the jam"
	// maxBlind bounds how many policies a study compares: 8 take 64 jams until each has followed each.
	maxBlind = 8
)

// revealing says how the name of a session's hidden policy is told.
func revealing(id string) string {
	return fmt.Sprintf("it is told when the jam is rated: 'jamd sessions rate %s 4', or on the page", id)
}

// checkBlind refuses what cannot be drawn from: a policy is the name of one of jamd's own or, where files are allowed, the path of
// an .onnx file.
func checkBlind(policies []string, files bool) error {
	if len(policies) < 2 || len(policies) > maxBlind {
		return fmt.Errorf("blind %q: give 2 to %d policies, with commas between", strings.Join(policies, ","), maxBlind)
	}
	for i, name := range policies {
		switch {
		case slices.Contains(policies[:i], name):
			return fmt.Errorf("blind: policy %q is there twice", name)
		case slices.Contains(policyNames(), name), files && strings.HasSuffix(name, ".onnx"):
		default:
			return fmt.Errorf("blind: policy %q: must be one of %v", name, policyNames())
		}
	}
	return nil
}

// A blindOrder is the order in which the policies of blind jams come, kept over all jams. Each set of policies has its own.
type blindOrder struct{ path string }

// openBlindOrder is that of this user.
func openBlindOrder() (blindOrder, error) {
	root, err := session.DefaultRoot()
	return blindOrder{filepath.Join(filepath.Dir(root), blindFile)}, err
}

// draw is the policy of the next jam. It stays the same until that jam is played: see played.
func (o blindOrder) draw(policies []string) (string, error) {
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

// played takes the policy that was drawn off: the next jam has another one.
func (o blindOrder) played(policies []string) error {
	all, err := o.read()
	if err != nil {
		return err
	}
	if set := setOf(policies); len(all[set]) > 0 {
		all[set] = all[set][1:]
	}
	return o.write(all)
}

// setOf is a set of policies, in whatever order they are named.
func setOf(policies []string) string {
	return strings.Join(slices.Sorted(slices.Values(policies)), ",")
}

func (o blindOrder) read() (map[string][]string, error) {
	all := map[string][]string{}
	text, err := os.ReadFile(o.path)
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w (remove it to begin the order of blind jams anew)", o.path, err)
	}
	for set, order := range all {
		for _, name := range order {
			if !slices.Contains(strings.Split(set, ","), name) {
				return nil, fmt.Errorf("%s: %q is none of %s (remove it to begin the order of blind jams anew)", o.path, name, set)
			}
		}
	}
	return all, nil
}

func (o blindOrder) write(all map[string][]string) error {
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(o.path), 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(o.path, text, 0o600)
}

// balanced is an order of the policies in blocks, each of which has all of them: over all blocks each policy is as often at
// each place, and follows each other one as often within a block (Williams, Experimental designs balanced for the estimation
// of residual effects of treatments, 1949). Names and blocks are shuffled by perm, which is rand.Perm.
func balanced(policies []string, perm func(int) []int) []string {
	n := len(policies)
	zigzag := make([]int, n) // 0, 1, n-1, 2, n-2, ...
	for i := range zigzag {
		if zigzag[i] = (i + 1) / 2; i%2 == 0 {
			zigzag[i] = (n - i/2) % n
		}
	}
	var blocks [][]int
	for shift := range n {
		block := make([]int, n)
		for i, z := range zigzag {
			block[i] = (z + shift) % n
		}
		blocks = append(blocks, block)
		if n%2 == 1 { // an odd number needs each block backwards too
			backwards := slices.Clone(block)
			slices.Reverse(backwards)
			blocks = append(blocks, backwards)
		}
	}
	names := perm(n)
	order := make([]string, 0, n*len(blocks))
	for _, b := range perm(len(blocks)) {
		for _, i := range blocks[b] {
			order = append(order, policies[names[i]])
		}
	}
	return order
}
