package backoff

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read.
const (
	MaxCopies  = 64             // segments of a run after the first, and gaps of a schedule
	maxSeconds = 24 * time.Hour // of any time
)

// appendSeconds writes a time in seconds, to the microsecond and without trailing
// zeros.
func appendSeconds(b []byte, d time.Duration) []byte {
	b = strconv.AppendFloat(b, d.Round(time.Microsecond).Seconds(), 'f', 6, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}

func seconds(d time.Duration) string { return string(appendSeconds(nil, d)) }

// parseSeconds reads decimal seconds, at most a day.
func parseSeconds(s string) (time.Duration, error) {
	whole, part, _ := strings.Cut(s, ".")
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || strings.Trim(whole+part, "0123456789") != "" || whole == "" || len(part) > 6 || v > maxSeconds.Seconds() {
		return 0, fmt.Errorf("%.20q is no time; want seconds like 1.043, at most %.0f", s, maxSeconds.Seconds())
	}
	return time.Duration(v*1e6+0.5) * time.Microsecond, nil
}

// appendGaps writes times with commas between.
func appendGaps(b []byte, gaps []time.Duration) []byte {
	for i, g := range gaps {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendSeconds(b, g)
	}
	return b
}

// parseGaps reads times with commas between; the empty text is none.
func parseGaps(s string) ([]time.Duration, error) {
	if s == "" {
		return []time.Duration{}, nil
	}
	if n := strings.Count(s, ",") + 1; n > MaxCopies {
		return nil, fmt.Errorf("%d gaps, want at most %d", n, MaxCopies)
	}
	var out []time.Duration
	for text := range strings.SplitSeq(s, ",") {
		g, err := parseSeconds(text)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}
