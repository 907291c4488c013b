package metrics

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/usage"
)

func TestMetricsAreServed(t *testing.T) {
	m, err := Serve("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	events := jam.NewQueue[jam.Event](0)
	events.TrySend(jam.Event{})
	m.Watch(latency.NewMonitor(latency.Drops{Events: events.Dropped}))
	m.Add(&jam.FrameReport{Step: time.Millisecond, Began: true, Late: 50 * time.Microsecond}, latency.NoCause)
	m.Add(&jam.FrameReport{Missed: true, Skipped: 3, Rung: jam.RungHold}, latency.SlowStep)
	m.Changed(latency.Change{Kind: latency.BudgetBroken, Cause: latency.OverBudget})
	text := get(t, m.URL(), "", http.StatusOK)
	for _, line := range []string{
		`jamd_frames_total 2`, `jamd_skipped_frames_total 3`, `jamd_rung 2`, `jamd_budget_broken 1`,
		`jamd_missed_frames_total{cause="slow step"} 1`, `jamd_missed_frames_total{cause="late wake"} 0`,
		`jamd_dropped_total{what="events"} 1`, `jamd_dropped_total{what="reports"} 0`,
		`jamd_stage_seconds_count{stage="step"} 1`, `jamd_stage_seconds_sum{stage="step"} 0.001`,
		`jamd_stage_seconds_bucket{stage="late",le="4e-05"} 0`, `jamd_stage_seconds_bucket{stage="late",le="8e-05"} 1`,
		`jamd_guard_changes_total{cause="over budget"} 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	m.Changed(latency.Change{Kind: latency.BudgetMet, Cause: latency.Calm})
	if text := get(t, m.URL(), "localhost", http.StatusOK); !strings.Contains(text, "jamd_budget_broken 0\n") {
		t.Error("the budget is still broken")
	}
	get(t, m.URL(), "evil.example:80", http.StatusForbidden)
	get(t, strings.TrimSuffix(m.URL(), "metrics"), "", http.StatusNotFound)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	again, err := Serve(m.listener.Addr().String())
	if err != nil {
		t.Fatalf("the address is not free again: %v", err)
	}
	_ = again.Close()
}

func get(t *testing.T, url, host string, want int) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != want {
		t.Errorf("%s as %q: %s, %v", url, host, response.Status, err)
	}
	return string(text)
}

func TestMetricsAddresses(t *testing.T) {
	first, err := Serve("LocalHost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if at := first.listener.Addr().String(); !strings.HasPrefix(at, "127.0.0.1:") {
		t.Errorf("localhost is %s", at)
	}
	for address, want := range map[string]string{
		first.listener.Addr().String(): "in use",
		"0.0.0.0:0":                    "only this machine",
		":9464":                        "only this machine",
		"192.0.2.1:9464":               "only this machine",
		"[::]:9464":                    "only this machine",
		"example.org:9464":             "only this machine",
		"127.0.0.1":                    "must be a loopback address and a port",
		"9464":                         "must be a loopback address and a port",
		"127.0.0.1:99999":              "--metrics 127.0.0.1:99999",
	} {
		m, err := Serve(address)
		if !usage.Is(err) || !strings.Contains(err.Error(), "--metrics "+address) ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
		if m != nil {
			_ = m.Close()
		}
	}
}
