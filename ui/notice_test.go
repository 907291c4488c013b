package ui

import (
	"errors"
	"fmt"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// The codes are those of the description, from which the page has its types; the page's tests check that each language has
// words for each.
func TestCodesAreDescribed(t *testing.T) {
	spec, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	areDescribed(t, spec, "NoticeCode", NoticeCodes)
	areDescribed(t, spec, "ReasonCode", ReasonCodes)
}

func areDescribed[Code ~string](t *testing.T, spec *openapi3.T, schema string, codes []Code) {
	t.Helper()
	described := map[any]bool{}
	for _, code := range spec.Components.Schemas[schema].Value.Enum {
		described[code] = true
	}
	for _, code := range codes {
		if !described[string(code)] {
			t.Errorf("%s is not described", code)
		}
		delete(described, string(code))
	}
	for code := range described {
		t.Errorf("%s is described, and there is none", code)
	}
}

// A reason is found in whatever wraps it; an error without one has its text alone.
func TestProblemOf(t *testing.T) {
	reason := &Reason{Code: ReasonRange, Args: map[string]string{"min": "20"}, Err: ErrRefused}
	if p := ProblemOf(fmt.Errorf("tempo: %w", reason)); p.Error != "tempo: not possible" || p.Code != ReasonRange || p.Args["min"] != "20" {
		t.Errorf("%+v", p)
	}
	if p := ProblemOf(ErrUnknown); p.Error != "no such thing" || p.Code != "" {
		t.Errorf("%+v", p)
	}
	if !errors.Is(reason, ErrRefused) {
		t.Error("the kind of the error is hidden")
	}
}
