package whorl

import (
	"testing"
	"time"
)

// Words tell a time in its largest unit; what is not known to be later gets the time itself.
func TestHeard(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 11, 0, 0, time.UTC)
	h := Heard{at, "office.json"}
	tests := []struct {
		now  time.Time
		want string
	}{
		{at.Add(-time.Second), "heard 0 s ago (office.json)"},
		{at.Add(59 * time.Second), "heard 59 s ago (office.json)"},
		{at.Add(119 * time.Second), "heard 1 min ago (office.json)"},
		{at.Add(3*time.Hour + time.Minute), "heard 3 h ago (office.json)"},
		{at.Add(47 * time.Hour), "heard 47 h ago (office.json)"},
		{at.Add(71 * time.Hour), "heard 2 days ago (office.json)"},
		{time.Time{}, "heard 2026-11-21 20:11 UTC (office.json)"},
	}
	for _, tt := range tests {
		if got := h.Ago(tt.now); got != tt.want {
			t.Errorf("at %v: %q, want %q", tt.now, got, tt.want)
		}
	}
}
