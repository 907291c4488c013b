package ui

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
)

// The names of the cookie and of the query parameter that admit a browser.
const (
	cookieName = "jamd"
	keyParam   = "key"
)

// policyOfContent allows the page to load its own files and to talk to its own server, and nothing else.
const policyOfContent = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// maxLinks is how many unused launch links may exist. A new one beyond that ends the oldest.
const maxLinks = 8

// linkKey is the length of the key in a launch link, short enough to be typed. It has 50 bits: who makes 10,000 guesses a
// second finds one of maxLinks links after 200 years on average.
const linkKey = 10

// A gate accepts the browser that opened a launch link, and programs that know the token. Every other request gets 403:
//
//   - Host must be the server's own address: an attacker could make another name point here;
//   - Origin, if the browser sends it, must be the server's own, and Sec-Fetch-Site must not name another site;
//   - a launch link works once: it sets a cookie (HttpOnly, SameSite=Strict) that lives as long as the server;
//   - a program sends the token as "Authorization: Bearer"; a page elsewhere cannot do that.
//
// A request that changes something or opens a WebSocket needs the Origin or the token in addition to the cookie.
type gate struct {
	host   string // the only Host served, such as 127.0.0.1:41233
	token  string // for programs
	cookie string // for browsers

	mu      sync.Mutex
	links   []string // keys of unused launch links
	visited bool     // one has been used
}

func newGate(host string) *gate { return &gate{host: host, token: secret(), cookie: secret()} }

func secret() string { return rand.Text() + rand.Text() }

// link makes a launch link that works once.
func (g *gate) link() string {
	key := rand.Text()[:linkKey]
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.links) == maxLinks {
		g.links = g.links[1:]
	}
	g.links = append(g.links, key)
	return "http://" + g.host + "/?" + keyParam + "=" + key
}

// use reports whether a key belongs to a launch link, and ends that link.
func (g *gate) use(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, k := range g.links {
		if same(k, key) {
			g.links = append(g.links[:i], g.links[i+1:]...)
			g.visited = true
			return true
		}
	}
	return false
}

// wrap guards a handler.
func (g *gate) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policyOfContent)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if why := g.refuse(w, r); why != "" {
			http.Error(w, "jamd: "+why, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse returns why a request is refused, or "". It sets the cookie of a launch link.
func (g *gate) refuse(w http.ResponseWriter, r *http.Request) string {
	origin := r.Header.Values("Origin")
	ours := len(origin) == 1 && origin[0] == "http://"+g.host
	launch := r.Method == http.MethodGet && r.URL.Path == "/"
	switch {
	case r.Host != g.host:
		return "the page is at http://" + g.host
	case len(origin) > 0 && !ours:
		return "this request comes from another page"
	case !launch && foreign(r.Header.Get("Sec-Fetch-Site")):
		return "this request comes from another site"
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if same(bearer, g.token) {
			return ""
		}
		return "the token belongs to another jamd"
	}
	if cookie, err := r.Cookie(cookieName); err == nil && same(cookie.Value, g.cookie) {
		if !ours && (r.Method != http.MethodGet && r.Method != http.MethodHead || r.Header.Get("Upgrade") != "") {
			return "only the page itself may do this"
		}
		return ""
	}
	if launch && r.Header.Get("Sec-Purpose") == "" && g.use(r.URL.Query().Get(keyParam)) {
		http.SetCookie(w, &http.Cookie{
			Name: cookieName, Value: g.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
		return ""
	}
	return "open the link that jamd printed (each works once; 'jamd ctl link' prints a new one)"
}

// foreign reports whether the browser says that the request comes from another site. Old browsers say nothing.
func foreign(site string) bool { return site != "" && site != "same-origin" && site != "none" }

// same compares in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
