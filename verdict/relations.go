package verdict

import (
	"fmt"
	"strconv"
	"strings"

	"whorl/method"
)

// Lengths on the wire that relate windows and segment sizes.
const (
	ethernetMSS  = 1460  // of a path with 1500-byte packets, what databases are written for
	jumboMSS     = 8961  // of 9001-byte packets, the usual size in one large cloud
	timestampLen = 12    // bytes that timestamps take from every segment, padding included
	maxWindow    = 65535 // unscaled
)

// Common brings an observation to the path that references are written for: 1500
// bytes. A host behind a tunnel, on a loopback or a jumbo link announces another
// MSS, and most stacks derive their window from it. Values that do not follow from
// the MSS stay. path is the MSS that was seen, 0 if there was none.
//
// Windows follow in one of two ways: as a fixed number of segments (BSD, Windows
// and older Linux), or as the largest number of segments that fits 64 KiB (Linux
// since 4.20, measured up to 7.3).
func Common(seen []method.Line) (common []method.Line, path int) {
	path = pathOf(seen)
	if path == 0 || path == ethernetMSS {
		return seen, path
	}
	ops, _ := find(seen, "OPS")
	common = make([]method.Line, len(seen))
	for i, l := range seen {
		common[i] = method.Line{Test: l.Test, Attrs: make([]method.Attr, len(l.Attrs))}
		for j, a := range l.Attrs {
			common[i].Attrs[j] = method.Attr{Name: a.Name, Value: commonValue(l, a, ops, path)}
		}
	}
	return common, path
}

// pathOf is the MSS that an observation shows, 0 if there is none.
func pathOf(seen []method.Line) int {
	ops, _ := find(seen, "OPS")
	o1, _ := ops.Value("O1")
	return mssOf(o1)
}

func commonValue(l method.Line, a method.Attr, ops method.Line, path int) string {
	first, _ := ops.Value("O1")
	scale := optionPart(first, "W", true)
	switch {
	case strings.HasPrefix(a.Name, "O"):
		return withMSS(a.Value, path)
	case l.Test == "WIN": // W3 goes with O3
		options, _ := ops.Value("O" + a.Name[1:])
		return commonWindow(a.Value, options, scale, path)
	case l.Test == "ECN" && a.Name == "W":
		options, _ := l.Value("O")
		return commonWindow(a.Value, options, scale, path)
	}
	return a.Value
}

// mssOf is the MSS in an option text, 0 if there is none.
func mssOf(options string) int {
	at := strings.IndexByte(options, 'M')
	if at < 0 {
		return 0
	}
	end := at + 1
	for end < len(options) && strings.IndexByte("0123456789ABCDEF", options[end]) >= 0 {
		end++
	}
	n, err := strconv.ParseUint(options[at+1:end], 16, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

// withMSS replaces the MSS of the path by that of an Ethernet.
func withMSS(options string, path int) string {
	if mssOf(options) != path {
		return options
	}
	return strings.Replace(options, fmt.Sprintf("M%X", path), fmt.Sprintf("M%X", ethernetMSS), 1)
}

// commonWindow recomputes a window for an Ethernet. The MSS that the host derived it
// from is that of the path, or that of its own link if something in between lowered
// the one it announced.
// scale is the window scale of the host, hexadecimal, whether this answer has it or not.
func commonWindow(window, options, scale string, path int) string {
	n, err := strconv.ParseUint(window, 16, 16)
	if err != nil || n == 0 {
		return window
	}
	overhead := 0
	if strings.Contains(options, "T") {
		overhead = timestampLen
	}
	for _, own := range [...]int{ethernetMSS, path, jumboMSS} {
		if k := segments(int(n), own, overhead); k > 0 {
			return fmt.Sprintf("%X", k*(ethernetMSS-overhead))
		}
	}
	if k, unit := scaledSegments(int(n), path, scale); k > 0 {
		return fmt.Sprintf("%X", k*ethernetMSS/unit*unit)
	}
	return window
}

// mostRounding is the scale up to which a window that was rounded down to it still tells
// the number of segments: 128 bytes are small against one.
const mostRounding = 7

// scaledSegments tells how many whole segments, timestamps left aside, a window is that
// was rounded down to what the scale can tell; unit is that, in bytes. k is 0 if it is no
// such window. Source: gVisor, measured.
func scaledSegments(window, mss int, scale string) (k, unit int) {
	n, err := strconv.ParseUint(scale, 16, 8)
	if err != nil || n == 0 || n > mostRounding || mss <= 0 {
		return 0, 1
	}
	unit = 1 << n
	k = (window + mss - 1) / mss
	if k < 2 || k*mss/unit*unit != window || k*ethernetMSS > maxWindow {
		return 0, unit
	}
	return k, unit
}

// segments tells how many segments of an Ethernet a window would be on a host that
// computed it for that MSS; 0 if it did not.
func segments(window, mss, overhead int) int {
	unit := mss - overhead
	switch {
	case unit <= 0:
		return 0
	case window == maxWindow/unit*unit:
		return maxWindow / (ethernetMSS - overhead)
	case mss > ethernetMSS: // Linux before 4.20: fewer segments of larger links, but two
		for _, k := range [...]int{20, 10, 4} {
			if window == max(ethernetMSS*k/mss, 2)*unit {
				return k
			}
		}
	case window%unit == 0 && window/unit*ethernetMSS <= maxWindow:
		return window / unit
	}
	return 0
}

func find(lines []method.Line, test string) (method.Line, bool) {
	for _, l := range lines {
		if l.Test == test {
			return l, true
		}
	}
	return method.Line{}, false
}
