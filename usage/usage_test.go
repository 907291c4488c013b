package usage_test

import (
	"errors"
	"fmt"
	"testing"

	"jamd/usage"
)

func TestIs(t *testing.T) {
	fault := errors.New("no such port")
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"nothing", nil, false},
		{"nothing, marked", usage.Error(nil), false},
		{"another fault", fault, false},
		{"marked", usage.Error(fault), true},
		{"formatted", usage.Errorf("--in: %w", fault), true},
		{"wrapped", fmt.Errorf("play: %w", usage.Error(fault)), true},
		{"joined", errors.Join(errors.New("other"), usage.Error(fault)), true},
	}
	for _, tt := range tests {
		if got := usage.Is(tt.err); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if err := usage.Errorf("--in: %w", fault); !errors.Is(err, fault) || err.Error() != "--in: no such port" {
		t.Errorf("the mark hides the error: %v", err)
	}
}
