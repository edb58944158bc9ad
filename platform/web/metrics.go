package web

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/zhanqun/zhanqun/platform/pages"
)

// metrics are labelled by route, status and state; never by host or address, of which there are too many.
type metrics struct {
	registry *prometheus.Registry
	answers  *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	open     prometheus.Gauge

	mu    sync.RWMutex
	known map[series]metered
}

func newMetrics(cache *pages.Cache) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(), known: map[series]metered{},
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zhanqun_requests_total",
			Help: "Answers, by route, status and where the page came from."}, []string{"route", "status", "state"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "zhanqun_request_seconds",
			Help:    "Time to answer, by route.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 15}}, []string{"route"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: "zhanqun_requests_open", Help: "Requests being answered."}),
	}
	m.registry.MustRegister(m.answers, m.seconds, m.open, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, g := range []struct {
		name, help string
		of         func(pages.Stats) float64
	}{
		{"zhanqun_pages", "Pages in memory.", func(s pages.Stats) float64 { return float64(s.Pages) }},
		{"zhanqun_pages_bytes", "Bytes of pages in memory.", func(s pages.Stats) float64 { return float64(s.Bytes) }},
		{"zhanqun_mirror_pages", "Pages on disk that may be served without the store.", func(s pages.Stats) float64 { return float64(s.Mirrored) }},
		{"zhanqun_mirror_bytes", "Bytes of pages on disk.", func(s pages.Stats) float64 { return float64(s.MirrorBytes) }},
		{"zhanqun_mirror_coverage", "Part of the pages this node has served that is on disk.", func(s pages.Stats) float64 { return s.Coverage }},
		{"zhanqun_mirror_waiting", "Pages waiting to be written.", func(s pages.Stats) float64 { return float64(s.Waiting) }},
		{"zhanqun_mirror_dropped", "Pages not mirrored for lack of room, since the start.", func(s pages.Stats) float64 { return float64(s.Dropped) }},
		{"zhanqun_mirror_torn", "Damaged files found in the mirror, since the start.", func(s pages.Stats) float64 { return float64(s.Torn) }},
		{"zhanqun_polls_missed", "Polls of the revisions in a row that the store did not answer.", func(s pages.Stats) float64 { return float64(s.MissedPolls) }},
		{"zhanqun_platform_revision", "Revision of the platform's data this node has loaded.", func(s pages.Stats) float64 { return float64(s.PlatformRevision) }},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: g.name, Help: g.help}, func() float64 { return g.of(cache.Stats()) }))
	}
	return m
}

// series are the metrics of one kind of answer; there are as many as routes times statuses times states.
type series struct {
	route  string
	status int
	state  pages.State
}

type metered struct {
	answers prometheus.Counter
	seconds prometheus.Observer
}

func (m *metrics) answered(route string, status int, state pages.State, took time.Duration) {
	c := m.of(series{route, status, state})
	c.answers.Inc()
	c.seconds.Observe(took.Seconds())
}

// of finds a series without making its labels each time.
func (m *metrics) of(s series) metered {
	m.mu.RLock()
	c, ok := m.known[s]
	m.mu.RUnlock()
	if ok {
		return c
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c = metered{m.answers.WithLabelValues(s.route, strconv.Itoa(s.status), string(s.state)), m.seconds.WithLabelValues(s.route)}
	m.known[s] = c
	return c
}

// Metrics is where other rooms register their own.
func (s *Server) Metrics() prometheus.Registerer { return s.metrics.registry }
