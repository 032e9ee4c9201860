package osdb

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"whorl/method/expr"
	"whorl/method/syn"
)

// Segments of an Ethernet, for which records of the second generation are written: with
// and without the 12 bytes of timestamps.
const (
	ethernetMSS = 1460
	ethernetSEG = 1448
	mostWindow  = 65535
)

// windows writes the windows of a WIN line as laws of a SynAck line: what is a number of
// segments there is one on other links too. Windows that are no plain number are left out.
func windows(x expr.Expr) string {
	var laws []string
	for _, a := range x.Alternatives() {
		lo, hi, ok := a.Bounds()
		if !ok || lo > mostWindow {
			continue
		}
		law := windowLaw(lo, min(hi, mostWindow))
		if !slices.Contains(laws, law) {
			laws = append(laws, law)
		}
	}
	return strings.Join(laws, "|")
}

func windowLaw(lo, hi uint64) string {
	switch {
	case lo != hi:
		return fmt.Sprintf("%X-%X", lo, hi)
	case lo == mostWindow/ethernetSEG*ethernetSEG:
		return "MAX*SEG"
	case lo == mostWindow/ethernetMSS*ethernetMSS:
		return "MAX*MSS"
	case lo > 0 && lo%ethernetSEG == 0:
		return fmt.Sprintf("%d*SEG", lo/ethernetSEG)
	case lo > 0 && lo%ethernetMSS == 0:
		return fmt.Sprintf("%d*MSS", lo/ethernetMSS)
	}
	return fmt.Sprintf("%X", lo)
}

// layouts writes the options of an OPS line without their values, M5B4ST11NW[0-E] as
// MSTNW, and the window scales in them as one list.
func layouts(options string) (shapes, scales string) {
	var all, shifts []string
	for a := range alternatives(options) {
		shape, scale := layout(a)
		if !slices.Contains(all, shape) {
			all = append(all, shape)
		}
		for s := range strings.SplitSeq(scale, "|") {
			if s != "" && !slices.Contains(shifts, s) {
				shifts = append(shifts, s)
			}
		}
	}
	return strings.Join(all, "|"), strings.Join(shifts, "|")
}

// alternatives are those of an expression that could be read when the record was, as text: a
// run that listens asks it of every record, and most of [expr.Parse] would be for nothing.
func alternatives(x string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for more := true; more; {
			end := 0
			for end < len(x) && x[end] != '|' {
				if x[end] == '[' {
					end += max(strings.IndexByte(x[end:], ']'), 0)
				}
				end++
			}
			a := x[:end]
			if more = end < len(x); more {
				x = x[end+1:]
			}
			if !yield(a) {
				return
			}
		}
	}
}

// layout splits one alternative into letters and the value behind W. Values are hexadecimal
// digits, or a choice of them in brackets.
func layout(s string) (shape, scale string) {
	letters := make([]byte, 0, syn.MaxOptions)
	for len(s) > 0 {
		letter := s[0]
		letters = append(letters, letter)
		s = s[1:]
		end := 0
		for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] >= 'A' && s[end] <= 'F' || s[end] == '[') {
			if s[end] == '[' {
				end += max(strings.IndexByte(s[end:], ']'), 0)
			}
			end++
		}
		if letter == 'W' {
			scale = strings.Trim(s[:end], "[]")
		}
		s = s[end:]
	}
	return string(letters), scale
}
