package ui

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestHostileRequests asks for every route in every wrong way: all are refused, and none reaches the jam.
func TestHostileRequests(t *testing.T) {
	s, b := serve(t)
	cookie := enter(t, s)
	own := "http://" + s.Address()
	spent := s.Link()
	if r, err := http.Get(spent); err != nil || r.Body.Close() != nil {
		t.Fatal(err)
	}

	type request struct {
		host, origin, site, bearer, path string
		cookie                           string
		upgrade                          bool
		reads                            bool // refused for what changes something only: a GET with the cookie may come so
	}
	hostile := map[string]request{
		"nothing to show":            {},
		"wrong cookie":               {cookie: "x", origin: own},
		"empty cookie":               {cookie: " ", origin: own},
		"wrong token":                {bearer: "x"},
		"wrong token, right cookie":  {bearer: "x", cookie: cookie.Value, origin: own},
		"no token after Bearer":      {bearer: " "},
		"rebinding":                  {host: "evil.example", cookie: cookie.Value, origin: "http://evil.example"},
		"rebinding, same port":       {host: "evil.example:" + port(s), cookie: cookie.Value},
		"localhost by name":          {host: "localhost:" + port(s), cookie: cookie.Value, origin: "http://localhost:" + port(s)},
		"no port":                    {host: "127.0.0.1", cookie: cookie.Value},
		"another port":               {host: "127.0.0.1:1", cookie: cookie.Value, origin: "http://127.0.0.1:1"},
		"cross-site":                 {cookie: cookie.Value, origin: "https://evil.example"},
		"cross-site with the token":  {bearer: s.Token(), origin: "https://evil.example"},
		"from a file":                {cookie: cookie.Value, origin: "null"},
		"other scheme":               {cookie: cookie.Value, origin: "https://" + s.Address()},
		"another page of this host":  {cookie: cookie.Value, origin: "http://127.0.0.1:1"},
		"origin with a path":         {cookie: cookie.Value, origin: own + "/"},
		"other site, no origin":      {cookie: cookie.Value, site: "cross-site"},
		"same site, no origin":       {cookie: cookie.Value, site: "same-site"},
		"spent link":                 {path: spent[len(own):]},
		"made-up link":               {path: "/?key=" + strings.Repeat("A", linkKey)},
		"cookie without an origin":   {cookie: cookie.Value, reads: true},
		"WebSocket without origin":   {cookie: cookie.Value, upgrade: true, reads: true},
		"WebSocket from elsewhere":   {cookie: cookie.Value, upgrade: true, origin: "https://evil.example"},
		"WebSocket without anything": {upgrade: true},
	}
	routes := []string{"GET /", "GET /index.html", "GET /assets/x.js", "POST /", "GET /api/none", "HEAD /api/status", "OPTIONS /api/panic"}
	for pattern := range s.api() {
		routes = append(routes, regexp.MustCompile(`\{\w+\}`).ReplaceAllString(pattern, "one"))
	}
	for name, h := range hostile {
		for _, route := range routes {
			method, path, _ := strings.Cut(route, " ")
			safe := method == http.MethodGet || method == http.MethodHead
			if h.reads && safe && !h.upgrade {
				continue
			}
			if h.path != "" {
				if route != "GET /" {
					continue
				}
				path = h.path
			}
			r, err := http.NewRequest(method, own+path, strings.NewReader(`{"value":"0.5"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			if h.host != "" {
				r.Host = h.host
			}
			for header, value := range map[string]string{"Origin": h.origin, "Sec-Fetch-Site": h.site} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}
			if h.bearer != "" {
				r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(h.bearer))
			}
			if h.cookie != "" {
				r.AddCookie(&http.Cookie{Name: cookieName, Value: strings.TrimSpace(h.cookie)})
			}
			if h.upgrade {
				r.Header.Set("Connection", "Upgrade")
				r.Header.Set("Upgrade", "websocket")
				r.Header.Set("Sec-WebSocket-Version", "13")
				r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
			}
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			// The page itself may be navigated to from another site: it shows nothing that could be read there.
			if route == "GET /" && h.site != "" {
				continue
			}
			if answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s, %s: %s, want 403", name, route, answer.Status)
			}
			if len(answer.Cookies()) > 0 {
				t.Errorf("%s, %s: a cookie was given", name, route)
			}
		}
	}
	if calls := b.all(); calls != "" {
		t.Errorf("the jam was reached: %s", calls)
	}
}

func TestFriendlyRequests(t *testing.T) {
	s, b := serve(t)
	cookie := enter(t, s)
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie %v: not HttpOnly and SameSite=Strict", cookie)
	}
	for name, with := range map[string]func(*http.Request){
		"page":    func(r *http.Request) { r.AddCookie(cookie); r.Header.Set("Origin", "http://"+s.Address()) },
		"program": func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.Token()) },
	} {
		r, err := http.NewRequest(http.MethodPost, "http://"+s.Address()+"/api/panic", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		with(r)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusNoContent {
			t.Errorf("%s: %s", name, answer.Status)
		}
		if csp := answer.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; script-src 'self';") {
			t.Errorf("%s: content security policy %q", name, csp)
		}
	}
	if b.all() != "panic; panic" {
		t.Errorf("the jam was asked: %s", b.all())
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1":       "give an address and a port",
		"0.0.0.0:0":       "give one address",
		"[::]:0":          "give one address",
		":0":              "give one address",
		"localhost:0":     "give one address",
		"192.0.2.1:0":     "--page-remote",
		"127.0.0.1:99999": "choose another port",
	} {
		if s, err := New(Options{Address: address}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", address, err, want)
			if err == nil {
				_ = s.Close()
			}
		}
	}
}

func port(s *Server) string {
	_, p, _ := strings.Cut(s.Address(), ":")
	return p
}
