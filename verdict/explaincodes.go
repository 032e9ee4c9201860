package verdict

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/method"
)

// ttlWords says an initial TTL. A range of a record allows for a distance that was
// misjudged; its middle is meant.
func ttlWords(text string) (string, bool) {
	lo, hi, isRange := strings.Cut(text, "-")
	a, err := strconv.ParseUint(lo, 16, 16)
	if err != nil {
		return "", false
	}
	if isRange {
		b, err := strconv.ParseUint(hi, 16, 16)
		if err != nil || b < a {
			return "", false
		}
		a = uint64(method.GuessTTL(uint8(min((a+b)/2, 255))))
	}
	return fmt.Sprintf("TTL %d", a), true
}

// Logarithms of the rate of a timestamp clock, base 2, in Hz: what Nmap rounds, and the
// fastest that is taken for a clock (RFC 7323, section 5.4: at most one tick a millisecond,
// and some tick every microsecond).
const (
	slowestClock = 0x8
	fastestClock = 0x14
)

func clockWords(text string) (string, bool) {
	switch text {
	case "U":
		return "no timestamps", true
	case "0":
		return "timestamps zero", true
	case "1":
		return "timestamps at 2 Hz", true
	case "7":
		return "timestamps at 100 Hz", true
	case "8":
		return "timestamps at 200 Hz", true
	case "A":
		return "timestamps at 1000 Hz", true
	}
	if lo, hi, ok := strings.Cut(text, "-"); ok {
		a, errA := strconv.ParseUint(lo, 16, 8)
		b, errB := strconv.ParseUint(hi, 16, 8)
		return "timestamps of any rate", errA == nil && errB == nil && a <= slowestClock && b >= fastestClock
	}
	n, err := strconv.ParseUint(text, 16, 8)
	switch {
	case err != nil || n < slowestClock:
		return "", false
	case n > fastestClock:
		return "timestamps of no common clock", true
	}
	return fmt.Sprintf("timestamps at about %d Hz", 1<<n), true
}

// flagWords says TCP flags, which stand in the order EUAPRSF.
func flagWords(text string) (string, bool) {
	if text == "" {
		return "no flags", true
	}
	var list []string
	for _, c := range text {
		at := strings.IndexRune("EUAPRSF", c)
		if at < 0 {
			return "", false
		}
		list = append(list, [...]string{"ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"}[at])
	}
	return strings.Join(list, "+"), true
}

// optionWords says TCP options such as M5B4ST11NWA in their order. The letters are
// those of Nmap: L end, N no operation, M MSS, W window scale, T timestamps, S SACK.
func optionWords(text string) (string, bool) {
	if text == "" {
		return "no options", true
	}
	var list []string
	for i := 0; i < len(text); {
		letter := text[i]
		i++
		arg := ""
		if letter == 'M' || letter == 'W' {
			n := numberLen(text[i:])
			arg = text[i : i+n]
			i += n
		}
		switch letter {
		case 'N', 'L': // padding
		case 'M', 'W':
			n, ok := decimals(strings.Trim(arg, "[]"))
			if !ok {
				return "", false
			}
			list = append(list, map[byte]string{'M': "MSS ", 'W': "scale "}[letter]+n)
		case 'S':
			list = append(list, "SACK")
		case 'T':
			if len(text) < i+2 || strings.Trim(text[i:i+2], "01") != "" {
				return "", false
			}
			if text[i:i+2] == "11" {
				list = append(list, "timestamps")
			} else {
				list = append(list, "timestamps ("+text[i:i+2]+")")
			}
			i += 2
		default:
			return "", false
		}
	}
	if list == nil {
		return "padding only", true
	}
	return strings.Join(list, ", "), true
}

// decimals says the choices of a group: 5B4|578, 0-A.
func decimals(choices string) (string, bool) {
	var list []string
	for c := range strings.SplitSeq(choices, "|") {
		n, ok := decimal(c)
		if !ok {
			return "", false
		}
		list = append(list, n)
	}
	return either(list, false), true
}

// windowWords adds to a window how many segments it is, if the host has computed it so:
// 65160 = 45 x 1448.
func windowWords(window, options string) string {
	n, err := strconv.ParseUint(window, 16, 16)
	mss := mssOf(options)
	if err != nil || mss == 0 {
		return ""
	}
	units := []int{mss}
	if strings.Contains(options, "T") {
		units = []int{mss - timestampLen, mss}
	}
	for _, unit := range units {
		if k := int(n) / max(unit, 1); unit > 0 && k > 1 && k*unit == int(n) {
			return fmt.Sprintf("%d = %d x %d", n, k, unit)
		}
	}
	return ""
}
