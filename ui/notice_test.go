package ui

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// The codes are those of the description, from which the page has its type; the page's tests check that each language has words for each.
func TestNoticeCodesAreDescribed(t *testing.T) {
	spec, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	described := map[any]bool{}
	for _, code := range spec.Components.Schemas["NoticeCode"].Value.Enum {
		described[code] = true
	}
	for _, code := range NoticeCodes {
		if !described[string(code)] {
			t.Errorf("%s is not described", code)
		}
		delete(described, string(code))
	}
	for code := range described {
		t.Errorf("%s is described, and there is none", code)
	}
}
