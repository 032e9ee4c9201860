package osdb

import (
	"fmt"
	"slices"
	"strings"

	"whorl/method/expr"
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
func layouts(x expr.Expr) (shapes, scales string) {
	var all, shifts []string
	for _, a := range x.Alternatives() {
		shape, scale := layout(a.Text)
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

// layout splits one alternative into letters and the value behind W. Values are hexadecimal
// digits, or a choice of them in brackets.
func layout(s string) (shape, scale string) {
	var b strings.Builder
	for len(s) > 0 {
		letter := s[0]
		b.WriteByte(letter)
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
	return b.String(), scale
}
