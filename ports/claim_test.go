package ports

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"jamd/usage"
)

func TestClaim(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	const synth = "Synth/One 128:0"
	mine, err := NewClaim("output", synth)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewClaim("output", synth)
	if !usage.Is(err) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) || !strings.Contains(err.Error(), "--out 'jamd out 2'") {
		t.Errorf("the second claim: %v", err)
	}
	for kind, name := range map[string]string{"input": synth, "output": "Synth Two"} {
		other, err := NewClaim(kind, name)
		if err != nil {
			t.Errorf("%s %q: %v", kind, name, err)
		}
		other.Release()
	}
	mine.Release()
	again, err := NewClaim("output", synth)
	if err != nil {
		t.Errorf("after its release: %v", err)
	}
	again.Release()
	Claim{}.Release()
}

const claimer = "JAMD_TEST_CLAIM"

// A jamd that was killed holds nothing.
func TestClaimOfTheKilled(t *testing.T) {
	if name := os.Getenv(claimer); name != "" { // the child
		_, err := NewClaim("output", name)
		fmt.Println(err)
		time.Sleep(time.Hour) // until it is killed
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run=^TestClaimOfTheKilled$")
	child.Env = append(os.Environ(), claimer+"=Synth")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "<nil>\n" {
		t.Errorf("the child's claim: %q", line)
	}
	if _, err := NewClaim("output", "Synth"); err == nil || !strings.Contains(err.Error(), fmt.Sprint("process ", child.Process.Pid)) {
		t.Errorf("beside the child: %v", err)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	c, err := NewClaim("output", "Synth")
	if err != nil {
		t.Errorf("after the child was killed: %v", err)
	}
	c.Release()
}
