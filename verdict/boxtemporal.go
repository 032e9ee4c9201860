package verdict

import (
	"math"
	"slices"
	"strconv"

	"whorl"
	"whorl/method"
	"whorl/method/backoff"
)

// relay is what tells who answers SYNs from who holds the connections: a SYN relay or SYN
// proxy answers the handshake and hands the connection on (RFC 4987 section 3.7).
type relay struct {
	finding
	lines   method.Lines
	runs    []backoff.Run
	devices *backoff.Devices
}

// Bounds of what times say for or against two devices, as natural logarithms. Against them
// they say little: relays may be of the stack that is behind them.
const (
	mostForTwo = 8
	mostForOne = 3
)

// timedBoxes adds the box that retransmission times and the headers of what is repeated
// prove to those that a survey found. If it has found a SYN proxy, times may name the host
// behind; if it could not tell that from a proxy that ends connections, times may.
func (j *Judge) timedBoxes(h *whorl.Host, boxes []whorl.Box) []whorl.Box {
	port := usedPort(h, whorl.Open)
	lines := timesLines(h)
	if lines == nil || j.refs == nil {
		return boxes
	}
	r := relay{lines: lines, runs: backoff.Runs(lines)}
	if r.devices = j.weighTimes(r.runs).Devices(j.timing.prior); r.devices == nil {
		return boxes
	}
	r.weight = min(max(r.devices.Factor, -mostForOne), mostForTwo)
	found := slices.IndexFunc(boxes, func(b whorl.Box) bool {
		return b.Kind == whorl.BoxSYNProxy && slices.Contains(b.Ports, port)
	})
	r.headers(found >= 0)
	switch {
	case found < 0 && proves(r.weight):
		found, boxes = len(boxes), append(boxes, whorl.Box{Kind: whorl.BoxSYNProxy})
		if port != 0 {
			boxes[found].Ports = []uint16{port}
		}
	case found < 0, len(boxes[found].Or) > 0 && r.weight < math.Log(boxFactor):
		return boxes
	}
	b := &boxes[found]
	b.Or, b.Weight = nil, b.Weight+max(r.weight, 0)
	if r.marked('F') {
		b.Or = []whorl.BoxKind{whorl.BoxBalancer}
	}
	behind := j.timing.likeliest(r.devices.Behind())
	b.Evidence = append(b.Evidence, r.words(j.timing.likeliest(r.devices.Front()), behind)...)
	if behind.Name != whorl.Unknown {
		behind.Ports = b.Ports
		b.Behind = append(b.Behind, behind)
	}
	b.LeftOut = leftOut(b, h)
	return boxes
}

// timesLines are the first lines of retransmission times of a host.
func timesLines(h *whorl.Host) method.Lines {
	for _, o := range h.Observations {
		if o.Method == "backoff" {
			if p, _ := backoff.Parse(o.Print); len(p) > 0 {
				return p
			}
		}
	}
	return nil
}

// likeliest is the family with the largest share, if that is sure enough.
func (t *timing) likeliest(shares []float64) whorl.Behind {
	best, share := 0, 0.0
	for n, sum := range t.families.sums(shares) {
		if sum > share {
			best, share = n, sum
		}
	}
	if share < behindSure {
		return whorl.Behind{Name: whorl.Unknown}
	}
	c := t.families.names[best]
	return whorl.Behind{Name: joinName(c.Vendor, c.Family), Confidence: whorl.Fraction(min(share, surest))}
}

// headers weighs what the SYN-ACK has another than the FINs of the same connections.
// Distances and windows have been weighed if a survey has found the box.
func (r *relay) headers(surveyed bool) {
	if open, fin, n, ok := r.ttls(); ok && !surveyed {
		switch apart := hopsOf(fin) - hopsOf(open); {
		case apart != 0 && method.GuessTTL(open) == method.GuessTTL(fin):
			r.note(fromAfar(n, otherWay), "SYN-ACKs come with TTL %d, FINs of the same connections with TTL %d", open, fin)
		default:
			r.note(byHolderTTL.differs(), "the TTL of SYN-ACKs is %d, that of FINs of the same connections %d", open, fin)
		}
	}
	if r.windowless() && !surveyed {
		r.note(windowlessWeight, "SYN-ACKs offer a window of 0")
	}
	if r.marked('K') {
		r.note(byOtherClock.differs(), "timestamps of SYN-ACKs and of FINs are of two clocks")
	}
	if r.marked('S') {
		r.note(byStamps.differs(), "timestamps stand in SYN-ACKs or FINs alone")
	}
}

// ttls are the TTL of SYN-ACKs and that of FINs, if they differ in all connections, and
// how many packets that was seen in.
func (r *relay) ttls() (open, fin uint8, n int, ok bool) {
	for _, l := range r.lines {
		if l.Test == backoff.SynRcvd.String() {
			continue
		}
		own, seen := hexOf(l, "TTL")
		other, differs := hexOf(l, "A")
		switch {
		case !seen:
			continue
		case !differs || n > 0 && (uint8(other) != open || uint8(own) != fin):
			return 0, 0, 0, false
		}
		open, fin, n = uint8(other), uint8(own), n+2
	}
	return open, fin, n, n > 0
}

// hexOf is a hexadecimal attribute.
func hexOf(l method.Line, name string) (v uint64, ok bool) {
	text, _ := l.Value(name)
	v, err := strconv.ParseUint(text, 16, 16)
	return v, err == nil
}

// windowless reports whether all SYN-ACKs offered no window.
func (r *relay) windowless() bool {
	for _, l := range r.lines {
		if w, ok := hexOf(l, "W"); l.Test == backoff.SynRcvd.String() && ok && w != 0 {
			return false
		}
		if _, fin := l.Value("R"); fin && !marked(l, 'Z') {
			return false
		}
	}
	return true
}

// marked reports whether the SYN-ACK of a connection differs in that, a letter of package
// backoff.
func (r *relay) marked(letter byte) bool {
	return slices.ContainsFunc(r.lines, func(l method.Line) bool { return marked(l, letter) })
}

func marked(l method.Line, letter byte) bool {
	d, _ := l.Value("D")
	return slices.Contains([]byte(d), letter)
}

// relayed is the box that answers SYNs for the port that times were measured at; nil: none.
func relayed(h *whorl.Host) *whorl.Box {
	port := usedPort(h, whorl.Open)
	for i := range h.Boxes {
		if b := &h.Boxes[i]; b.Kind == whorl.BoxSYNProxy && (len(b.Ports) == 0 || slices.Contains(b.Ports, port)) {
			return b
		}
	}
	return nil
}

// timePriors is how common the records are, as natural logarithms.
func (t *timing) timePriors() (out []float64) {
	for _, e := range t.records {
		out = append(out, prevalence(e)/2)
	}
	return out
}

// reacts reports whether a run shows that the host took the handshake for its round trip;
// ok is false if it was not held back. No stack repeats sooner than its round trip (RFC
// 6298 section 2.2).
func reacts(r *backoff.Run) (reacts, ok bool) {
	if r.State != backoff.Held || len(r.Gaps) == 0 {
		return false, false
	}
	return r.Gaps[0] >= r.RTT || math.Abs((r.Gaps[0]-r.RTT).Seconds()) < 0.01, true
}
