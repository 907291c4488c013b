package ui

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
)

func specification(t *testing.T) *openapi3.T {
	t.Helper()
	spec, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return spec
}

func TestOpenAPIHasAllRoutes(t *testing.T) {
	s, _ := serve(t)
	var described []string
	for path, item := range specification(t).Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	slices.Sort(described)
	if served := slices.Sorted(maps.Keys(s.api())); !slices.Equal(served, described) {
		t.Errorf("served    %q\ndescribed %q", served, described)
	}
}

// TestOpenAPI holds what the server takes and answers against openapi.yaml.
func TestOpenAPI(t *testing.T) {
	spec := specification(t)
	s, b := serve(t)
	spec.Servers = openapi3.Servers{{URL: "http://" + s.Address()}}
	router, err := legacy.NewRouter(spec)
	if err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("audio/midi", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/vnd.recordare.musicxml+xml", openapi3filter.FileBodyDecoder)
	tests := []struct {
		method, path, body string
		code               int
		asked              string // of the jam
	}{
		{"GET", "/api/status", "", 200, ""},
		{"POST", "/api/link", "", 200, ""},
		{"GET", "/api/openapi.yaml", "", 200, ""},
		{"GET", "/api/params", "", 200, ""},
		{"PUT", "/api/params/temperature", `{"value":"0.8"}`, 204, "set temperature=0.8"},
		{"PUT", "/api/params/temperature", `{"value":"hot"}`, 400, ""},
		{"PUT", "/api/params/temperature", `{"value":0.8}`, 400, ""},
		{"PUT", "/api/params/temperature", `{"value":"0.8","more":1}`, 400, ""},
		{"PUT", "/api/params/temperature", `{"value":"0.8"}{}`, 400, ""},
		{"PUT", "/api/params/temperature", `{"value":"` + strings.Repeat("9", maxBody) + `"}`, 400, ""},
		{"PUT", "/api/params/colour", `{"value":"red"}`, 404, ""},
		{"POST", "/api/params/temperature/default", "", 200, "save temperature"},
		{"POST", "/api/params/colour/default", "", 404, ""},
		{"DELETE", "/api/default", "", 204, "undo"},
		{"GET", "/api/latency", "", 200, ""},
		{"POST", "/api/notes", `{"type":"note","on":true,"pitch":60,"velocity":80}`, 204, "play 90 60 80"},
		{"POST", "/api/notes", `{"type":"note","on":false,"pitch":60}`, 204, "play 80 60 0"},
		{"POST", "/api/notes", `{"type":"note","on":true,"pitch":60,"velocity":0}`, 400, ""},
		{"POST", "/api/notes", `{"type":"note","on":true,"pitch":128,"velocity":1}`, 400, ""},
		{"POST", "/api/panic", "", 204, "panic"},
		{"POST", "/api/start", "", 204, "start"},
		{"POST", "/api/demo", "", 204, "demo"},
		{"POST", "/api/stop", "", 204, "stop"},
		{"GET", "/api/sessions", "", 200, ""},
		{"GET", "/api/sessions/one/midi", "", 200, "midi"},
		{"GET", "/api/sessions/two/midi", "", 404, ""},
		{"GET", "/api/sessions/..%2Fone/midi", "", 404, ""},
		{"GET", "/api/sessions/one/leadsheet", "", 200, "lead sheet"},
		{"GET", "/api/sessions/two/leadsheet", "", 404, ""},
		{"GET", "/api/sessions/one/chart", "", 200, "chart"},
		{"POST", "/api/undo", "", 200, "take back"},
		{"GET", "/api/learned", "", 200, ""},
		{"POST", "/api/learned", `{"trigger":"cc 1","target":"tap"}`, 200, "learn cc 1 tap"},
		{"POST", "/api/learned", `{"target":"tap"}`, 200, "listen for tap; learn note 36 ch 10 tap"},
		{"POST", "/api/learned", `{"target":"flavour"}`, 400, ""},
		{"POST", "/api/learned", `{"target":1}`, 400, ""},
		{"DELETE", "/api/learned/cc%2074%20ch%201", "", 200, "forget cc 74 ch 1"},
		{"DELETE", "/api/learned/cc%201", "", 404, ""},
		{"POST", "/api/learned/undo", "", 200, "unlearn"},
		{"GET", "/api/presets", "", 200, ""},
		{"POST", "/api/presets/waltz", "", 200, "preset waltz"},
		{"POST", "/api/presets/tango", "", 404, ""},
		{"PUT", "/api/presets/tango", "", 200, "keep tango"},
		{"GET", "/api/sessions/two/chart", "", 404, ""},
		{"GET", "/api/sessions/one/report", "", 200, "report"},
		{"GET", "/api/sessions/two/report", "", 404, ""},
		{"PUT", "/api/sessions/one/name", `{"name":"Sunday"}`, 204, "rename Sunday"},
		{"PUT", "/api/sessions/one/name", `{"name":" "}`, 400, ""},
		{"PUT", "/api/sessions/one/rating", `{"adaptation":4,"control":0,"enjoyment":5}`, 200, "rate {4 0 5 }"},
		{"PUT", "/api/sessions/one/rating", `{"adaptation":4,"control":0,"enjoyment":5,"comment":"warm"}`, 200, "rate {4 0 5 warm}"},
		{"PUT", "/api/sessions/one/rating", `{"adaptation":0,"control":0,"enjoyment":0,"comment":"warm"}`, 400, ""},
		{"PUT", "/api/sessions/one/rating", `{"adaptation":6,"control":0,"enjoyment":5}`, 400, ""},
		{"DELETE", "/api/sessions/one", "", 204, "delete"},
		{"DELETE", "/api/sessions/two", "", 404, ""},
		{"POST", "/api/sessions/one/restore", "", 204, "restore"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path+" "+tt.body[:min(len(tt.body), 30)], func(t *testing.T) {
			b.mu.Lock()
			b.calls = nil
			b.mu.Unlock()
			request := ask(t, s, tt.method, tt.path, tt.body)
			route, params, err := router.FindRoute(request)
			if err != nil {
				t.Fatal(err)
			}
			input := &openapi3filter.RequestValidationInput{
				Request: request, PathParams: params, Route: route,
				Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
			}
			if err := openapi3filter.ValidateRequest(context.Background(), input); tt.code < 300 && err != nil {
				t.Errorf("the request is not as described: %v", err)
			}
			response, err := http.DefaultTransport.RoundTrip(ask(t, s, tt.method, tt.path, tt.body))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != tt.code {
				t.Errorf("%s, want %d: %s", response.Status, tt.code, text)
			}
			if d := response.Header.Get("Content-Disposition"); strings.Contains(d, "name") {
				t.Errorf("%q wins over the name that the page gives the file", d)
			}
			output := &openapi3filter.ResponseValidationInput{
				RequestValidationInput: input, Status: response.StatusCode, Header: response.Header, Options: input.Options,
			}
			if err := openapi3filter.ValidateResponse(context.Background(), output.SetBodyBytes(text)); err != nil {
				t.Errorf("the answer is not as described: %v", err)
			}
			if calls := b.all(); calls != tt.asked {
				t.Errorf("the jam was asked %q, want %q", calls, tt.asked)
			}
		})
	}
}

// Between two jams what is of the moment is refused, and what is as good for the next jam waits for it.
func TestBetweenJams(t *testing.T) {
	s, b := serve(t)
	s.pause = 10 * time.Millisecond
	s.End("kept")
	answers := func(request, body string, code int) {
		t.Helper()
		method, path, _ := strings.Cut(request, " ")
		response, err := http.DefaultTransport.RoundTrip(ask(t, s, method, path, body))
		if err != nil {
			t.Error(err)
			return
		}
		_ = response.Body.Close()
		if response.StatusCode != code {
			t.Errorf("%s: %s, want %d", request, response.Status, code)
		}
	}
	for request, code := range map[string]int{
		"GET /api/params": 409, "POST /api/stop": 409, "GET /api/latency": 409, "POST /api/start": 409,
		"GET /api/status": 200, "GET /api/sessions": 200, "POST /api/panic": 204, "GET /api/nothing": 404,
	} {
		answers(request, "", code)
	}
	if calls := b.all(); calls != "" {
		t.Errorf("the jam that is over was asked %q", calls)
	}

	s.pause = time.Minute
	var waiting sync.WaitGroup
	waiting.Go(func() { answers("PUT /api/params/temperature", `{"value":"0.8"}`, 204) })
	waiting.Go(func() { answers("POST /api/start", "", 204) })
	time.Sleep(50 * time.Millisecond) // they wait meanwhile, or come later: either is well
	s.Begin(b, func() time.Duration { return 0 })
	waiting.Wait()
	if calls := b.all(); calls != "set temperature=0.8; start" && calls != "start; set temperature=0.8" {
		t.Errorf("the next jam was asked %q", calls)
	}
}

// A report is a page of its own, with its own style and nothing else.
func TestReport(t *testing.T) {
	s, _ := serve(t)
	response, err := http.DefaultTransport.RoundTrip(ask(t, s, "GET", "/api/sessions/one/report", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if kind := response.Header.Get("Content-Type"); kind != "text/html; charset=utf-8" {
		t.Errorf("Content-Type %q", kind)
	}
	if csp := response.Header.Values("Content-Security-Policy"); len(csp) != 1 || csp[0] != policyOfReport || strings.Contains(csp[0], "script") {
		t.Errorf("content security policy %q", csp)
	}
}

func ask(t *testing.T, s *Server, method, path, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+s.Address()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.Token())
	r.Header.Set("Content-Type", "application/json")
	return r
}
