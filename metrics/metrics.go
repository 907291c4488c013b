// Package metrics serves the figures of a jam to Prometheus, on this machine only.
package metrics

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"jamd/jam"
	"jamd/latency"
	"jamd/usage"
)

// A Server serves the figures of one jam. One goroutine at a time may call its methods, except that Changed may run at the same
// time as another method.
type Server struct {
	registry *prometheus.Registry
	listener net.Listener
	server   http.Server

	stages        *prometheus.HistogramVec
	frames        prometheus.Counter
	skipped       prometheus.Counter
	missed        *prometheus.CounterVec
	changes       *prometheus.CounterVec
	rung, overrun prometheus.Gauge
}

// Serve listens at HOST:PORT and serves /metrics until Close. HOST must be a loopback address or localhost.
func Serve(address string) (*Server, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usage.Errorf("--metrics %s: must be a loopback address and a port, such as 127.0.0.1:9464", address)
	}
	if !isLoopback(host) {
		return nil, usage.Errorf("--metrics %s: only this machine is served: give a loopback address, such as 127.0.0.1:9464", address)
	}
	if isLocalhost(host) { // because a machine without /etc/hosts cannot look up the name
		host = "127.0.0.1"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, usage.Errorf("--metrics %s: %w: give another port, or end the program that uses this one", address, err)
	}
	m := &Server{
		registry: prometheus.NewRegistry(),
		listener: listener,
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "jamd_stage_seconds", Help: "How long each stage of a frame took (docs/latency.md).",
			Buckets:                     prometheus.ExponentialBuckets(10e-6, 2, 17), // 10 µs to 0.66 s
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160,
		}, []string{"stage"}),
		frames:  prometheus.NewCounter(prometheus.CounterOpts{Name: "jamd_frames_total", Help: "Frames played."}),
		skipped: prometheus.NewCounter(prometheus.CounterOpts{Name: "jamd_skipped_frames_total", Help: "Frames lost while the machine stood still."}),
		missed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jamd_missed_frames_total", Help: "Frames whose chord was not decided in time.",
		}, []string{"cause"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "jamd_guard_changes_total", Help: "Changes that the guard made, by cause.",
		}, []string{"cause"}),
		rung:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "jamd_rung", Help: "0: the policy plays, 1: its faster variant plays, 2: the chord is held."}),
		overrun: prometheus.NewGauge(prometheus.GaugeOpts{Name: "jamd_budget_broken", Help: "1 while the policy is slower than --budget."}),
	}
	for _, cause := range []latency.Cause{latency.LateWake, latency.SlowStep, latency.PolicyError, latency.Backlog} {
		m.missed.WithLabelValues(cause.String()) // so that 0 is served before the first miss
	}
	m.registry.MustRegister(m.stages, m.frames, m.skipped, m.missed, m.changes, m.rung, m.overrun,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", fromHere(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})))
	m.server = http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = m.server.Serve(listener) }() // Serve ends with Close
	return m, nil
}

// URL returns the address of the metrics.
func (m *Server) URL() string { return "http://" + m.listener.Addr().String() + "/metrics" }

// Watch makes the server also serve what the queues of a monitor's jam drop.
func (m *Server) Watch(monitor *latency.Monitor) {
	for what, count := range map[string]func() uint64{"reports": monitor.DroppedReports, "events": monitor.DroppedEvents} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "jamd_dropped_total", Help: "Entries that a full queue dropped.", ConstLabels: prometheus.Labels{"what": what},
		}, func() float64 { return float64(count()) }))
	}
}

// Add counts a frame. cause is the reason of its miss, if it was missed.
func (m *Server) Add(r *jam.FrameReport, cause latency.Cause) {
	m.frames.Inc()
	m.skipped.Add(float64(r.Skipped))
	m.rung.Set(float64(r.Rung))
	if r.Missed {
		m.missed.WithLabelValues(cause.String()).Inc()
	}
	for i, t := range r.StageTimes() {
		if t.Taken {
			m.stages.WithLabelValues(jam.Stage(i).String()).Observe(t.Took.Seconds())
		}
	}
}

// Changed counts a change that the guard made.
func (m *Server) Changed(c latency.Change) {
	m.changes.WithLabelValues(c.Cause.String()).Inc()
	switch c.Kind {
	case latency.BudgetBroken:
		m.overrun.Set(1)
	case latency.BudgetMet:
		m.overrun.Set(0)
	}
}

// Close ends the server. A client has one second to receive its answer.
func (m *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return errors.Join(m.server.Shutdown(ctx), m.server.Close())
}

// fromHere refuses requests for any other host name, because a web page elsewhere may have made its own name point to this
// machine.
func fromHere(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = strings.Trim(r.Host, "[]")
		}
		if !isLoopback(host) {
			http.Error(w, "only this machine is served", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func isLoopback(host string) bool {
	if isLocalhost(host) {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func isLocalhost(host string) bool { return strings.EqualFold(host, "localhost") }
