package deep

import (
	"fmt"

	"whorl/method"
	"whorl/packet"
)

// Measure computes the tests from what came back. A test that could not be settled is
// left out.
func (e *Exchange) Measure() Print {
	var out Print
	add := func(l method.Line, ok bool) {
		if ok {
			out = append(out, l)
		}
	}
	add(e.clock())
	add(e.isn())
	add(e.ecn("AE", AE))
	add(e.ecn("AN", AN))
	add(e.signed("MD5", MD5))
	add(e.signed("AO", AO))
	add(e.echo())
	add(e.reset())
	add(e.quote())
	add(e.burst())
	add(e.limit())
	return out
}

// answered begins a line with R. It is not ok if a missing answer may only be lost.
func (e *Exchange) answered(name string, which Probe) (l method.Line, r *Reply, ok bool) {
	l.Test = name
	slot := &e.Slots[which]
	if slot.Reply == nil {
		l.Set("R", "N")
		return l, nil, slot.Sends >= tries
	}
	l.Set("R", "Y")
	return l, slot.Reply, true
}

// ecn is AE and AN.
func (e *Exchange) ecn(name string, which Probe) (method.Line, bool) {
	l, r, ok := e.answered(name, which)
	if r == nil {
		return l, ok
	}
	bits := r.Reserved & 1 << 2
	if r.Flags.Has(packet.CWR) {
		bits |= 2
	}
	if r.Flags.Has(packet.ECE) {
		bits |= 1
	}
	l.Set("B", hex(uint32(bits)))
	l.Set("O", map[bool]string{true: "Y", false: "N"}[r.accECN()])
	return l, true
}

// accECN reports whether the answer has an option of RFC 9768 section 3.2.3.
func (r *Reply) accECN() bool {
	for raw := r.Options; ; {
		o, rest, ok := packet.NextOption(raw)
		if !ok {
			return false
		}
		if o.Kind == packet.OptAccECN0 || o.Kind == packet.OptAccECN1 {
			return true
		}
		raw = rest
	}
}

// signed is MD5 and AO.
func (e *Exchange) signed(name string, which Probe) (method.Line, bool) {
	l, r, ok := e.answered(name, which)
	if r != nil {
		l.Set("F", r.Flags.String())
	}
	return l, ok
}

func (e *Exchange) echo() (method.Line, bool) {
	l, r, ok := e.answered("EC", EC)
	if r == nil {
		return l, ok
	}
	l.Set("ID", copied(r.IPID, Probes[EC].IPID))
	l.Set("TOS", copiedTOS(r.TOS, tosMark))
	// Each way may have taken some hops off.
	l.Set("TTL", map[bool]string{true: "S", false: "O"}[r.TTL <= echoTTL && r.TTL > 64])
	return l, true
}

func (e *Exchange) reset() (method.Line, bool) {
	l, r, ok := e.answered("RT", RT)
	switch {
	case r == nil:
		return l, ok && e.Target.ClosedKnown
	case !r.Flags.Has(packet.RST):
		return l, false // the port is open
	}
	l.Set("ID", copied(r.IPID, Probes[RT].IPID))
	l.Set("TOS", copiedTOS(r.TOS, tosMark))
	return l, true
}

// copied says how a number of the answer relates to that of the probe.
func copied(got, sent uint16) string {
	switch got {
	case sent:
		return "S"
	case 0:
		return "Z"
	}
	return "O"
}

func copiedTOS(got, sent uint8) string {
	if got == sent&^3 {
		return "D"
	}
	return copied(uint16(got), uint16(sent))
}

// quote is QU. Without any error there is none: a filter would look the same.
func (e *Exchange) quote() (l method.Line, ok bool) {
	r := e.Slots[Q1].Reply
	if r == nil {
		return l, false
	}
	l.Test = "QU"
	l.Set("IPL", hex(uint32(r.IPLen)))
	l.Set("TOS", hex(uint32(r.TOS)))
	return l, true
}

// burst is BU, counted with Q1.
func (e *Exchange) burst() (l method.Line, ok bool) {
	n, sent := e.errors(Q1, B6)
	l.Test = "BU"
	l.Set("N", hex(n))
	return l, sent && n > 0
}

func hex(v uint32) string { return fmt.Sprintf("%X", v) }
