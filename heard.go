package whorl

import (
	"fmt"
	"time"
)

// Heard tells when and where a listener heard what an observation or a verdict rests on.
// Nothing was asked for it, and the address may have had another host then.
type Heard struct {
	At    time.Time `json:"at"`    // the last packet
	Where string    `json:"where"` // file or interface
}

// String is "heard 2026-11-21 20:11 UTC (office.json)".
func (h Heard) String() string {
	return fmt.Sprintf("heard %s (%s)", h.At.UTC().Format("2006-01-02 15:04 MST"), h.Where)
}

// Ago is "heard 3 h ago (office.json)", seen from a later time. Where that is not known it
// is as String has it.
func (h Heard) Ago(now time.Time) string {
	if now.IsZero() {
		return h.String()
	}
	return fmt.Sprintf("heard %s ago (%s)", roughly(now.Sub(h.At)), h.Where)
}

// roughly is a duration in its largest unit.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", max(d, 0)/time.Second)
}
