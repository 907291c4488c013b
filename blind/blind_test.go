package blind

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Over a whole order each policy is as often at each place of a block, and follows each other one as often within a block.
func TestBlindOrderIsBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, maxPolicies).Draw(t, "policies")
		policies := make([]string, n)
		for i := range policies {
			policies[i] = fmt.Sprint("p", i)
		}
		order := balanced(policies, func(n int) []int {
			all := make([]int, n)
			for i := range all {
				all[i] = i
			}
			return rapid.Permutation(all).Draw(t, "shuffled")
		})
		blocks := len(order) / n
		if len(order) != blocks*n || blocks != n && blocks != 2*n {
			t.Fatalf("%d jams of %d policies", len(order), n)
		}
		places, follows := map[string]int{}, map[string]int{}
		for block := range slices.Chunk(order, n) {
			for i, name := range block {
				places[fmt.Sprint(name, " at ", i)]++
				if i > 0 {
					follows[block[i-1]+" "+name]++
				}
			}
		}
		if len(places) != n*n || len(follows) != n*(n-1) {
			t.Errorf("%d places of %d, %d of %d follow", len(places), n*n, len(follows), n*(n-1))
		}
		for what, times := range places {
			if times != blocks/n {
				t.Errorf("%s %d times in %d blocks", what, times, blocks)
			}
		}
		for what, times := range follows {
			if times != blocks/n {
				t.Errorf("%s follow %d times in %d blocks", what, times, blocks)
			}
		}
	})
}

// What is drawn stays until it is played, is kept from run to run, and does not depend on how the policies are named.
func TestBlindDraws(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jamd", "blind.json")
	names := []string{"jamd", "gapt", "online-mle"}
	count := map[string]int{}
	for range 18 { // a whole order of three
		order := Order{path}
		first, err := order.Draw(names)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(names)
		if again, err := (Order{path}).Draw(names); err != nil || again != first {
			t.Errorf("drawn again before it is played: %s, then %s: %v", first, again, err)
		}
		if err := order.Played(names, first); err != nil {
			t.Fatal(err)
		}
		count[first]++
	}
	for _, name := range names {
		if count[name] != 6 {
			t.Errorf("%s was drawn %d times of 18", name, count[name])
		}
	}
	for _, broken := range []string{"{", `{"gapt,jamd":["other"]}`} {
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (Order{path}).Draw(names); err == nil || !strings.Contains(err.Error(), "remove the file") {
			t.Errorf("%s: %v", broken, err)
		}
	}
}

// Two jams that are open at once have drawn the same policy. Over the whole order, each policy still plays equally often.
func TestBlindJamsAtOnceLoseNoTurn(t *testing.T) {
	order, names := Order{filepath.Join(t.TempDir(), "blind.json")}, []string{"jamd", "gapt", "online-mle"}
	count := map[string]int{}
	for range 9 { // half of a whole order of three, in pairs
		first, err := order.Draw(names)
		if err != nil {
			t.Fatal(err)
		}
		second, err := order.Draw(names)
		if err != nil {
			t.Fatal(err)
		}
		for _, drawn := range []string{first, second} {
			if err := order.Played(names, drawn); err != nil {
				t.Fatal(err)
			}
			count[drawn]++
		}
	}
	for _, name := range names {
		if count[name] != 6 {
			t.Errorf("%s played %d times of 18", name, count[name])
		}
	}
}

func TestCheckBlind(t *testing.T) {
	errNobody := errors.New("nobody is there")
	for policies, wrong := range map[string]string{
		"jamd,gapt": "", "jamd": "2 to 8", "jamd,jamd": "twice", "jamd,nobody": "blind: nobody is there", "1,2,3,4,5,6,7,8,9": "2 to 8",
	} {
		err := Check(strings.Split(policies, ","), func(policy string) error {
			if policy == "nobody" {
				return errNobody
			}
			return nil
		})
		if (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v, want %q", policies, err, wrong)
		}
	}
}

// In a study, each policy is as often at each place over as many participants as there are policies, in every round, and the order is the
// same every time.
func TestSequenceIsALatinSquare(t *testing.T) {
	if got := Sequence([]string{"c", "a", "b"}, 2, 2); !slices.Equal(got, []string{"b", "c", "a", "c", "a", "b"}) {
		t.Errorf("participant 2 plays %v", got)
	}
	files := Sequence([]string{"/z/c.onnx", "/y/b.onnx", "a"}, 2, 1) // in other folders than on another machine
	if got := Sequence([]string{"a", "/x/b.onnx", "/x/c.onnx"}, 2, 1); !slices.EqualFunc(got, files, func(a, b string) bool { return filepath.Base(a) == filepath.Base(b) }) {
		t.Errorf("files play as %v and as %v", files, got)
	}
	rapid.Check(t, func(t *rapid.T) {
		n, rounds := rapid.IntRange(2, maxPolicies).Draw(t, "policies"), rapid.IntRange(1, 4).Draw(t, "rounds")
		policies := make([]string, n)
		for i := range policies {
			policies[i] = fmt.Sprint("p", i)
		}
		cycle := n * (1 + n%2)
		first := 1 + cycle*rapid.IntRange(0, 100).Draw(t, "cycles")
		places := map[string]int{}
		for number := first; number < first+cycle; number++ {
			order := Sequence(policies, number, rounds)
			if len(order) != n*rounds || !slices.Equal(order, Sequence(reversed(policies), number, rounds)) {
				t.Fatalf("participant %d plays %v", number, order)
			}
			for i, name := range order {
				places[fmt.Sprint(name, " at ", i)]++
			}
		}
		if len(places) != n*n*rounds {
			t.Errorf("%d places of %d", len(places), n*n*rounds)
		}
		for what, times := range places {
			if times != cycle/n {
				t.Errorf("%s %d times for %d participants", what, times, cycle)
			}
		}
	})
}

func reversed(names []string) []string {
	names = slices.Clone(names)
	slices.Reverse(names)
	return names
}
