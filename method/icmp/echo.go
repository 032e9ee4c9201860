package icmp

import (
	"hash/crc32"

	"whorl/method"
	"whorl/packet"
)

// Echo is what the echo replies of a host over one version of IP have in common. It holds no
// pointer. The zero value has none.
type Echo struct {
	Heard
	said echoSaid
}

// echoSaid are the values that are told.
type echoSaid struct {
	guess, flow       value
	df, code, id, tos choice
}

// Letters of values, as packages gen2 and deep have them.
const (
	dfLetters   = "YSNO" // DF of replies: always, as in the request, never, the other way round
	codeLetters = "SZ"   // code: that of the request, zero
	idLetters   = "SZO"  // IP ID: that of the request, zero, another
	tosLetters  = "SDZO" // TOS: that of the request, the same without ECN, zero, another
)

// Add takes an echo reply with its request. mine is false if it is not the reply to that.
// news tells that it says more than those before.
func (e *Echo) Add(p *packet.Packet, c *Cause) (mine, news bool) {
	r, ok := replyOf(p)
	if !ok || c == nil || r.Len != c.Len || r.Data != c.Data {
		return false, false
	}
	before := e.said
	e.Heard.add(p.TTL)
	s := &e.said
	s.guess.see(uint32(method.GuessTTL(p.TTL)))
	if p.Network == packet.IPv6 {
		s.flow.seeLetter(flowLetter(r.Flow, c.Flow))
		return true, *s != before
	}
	s.df.leave(dfLetters, dfFits(r.DF, c.DF))
	s.id.leave(idLetters, idFits(r.ID, c.ID))
	if r.TOS|c.TOS != 0 {
		s.tos.leave(tosLetters, tosFits(r.TOS, c.TOS))
	}
	if c.Code != 0 && (r.Code == c.Code || r.Code == 0) {
		s.code.leave(codeLetters, map[bool]string{true: "S", false: "Z"}[r.Code == c.Code])
	}
	return true, *s != before
}

// replyOf reads an echo reply as CauseOf does a request.
func replyOf(p *packet.Packet) (c Cause, ok bool) {
	if !IsReply(p) || p.Odd.Has(packet.OddFragment) || len(p.IPv4.Options)+len(p.IPv6.Extensions) > 0 {
		return c, false
	}
	c = Cause{Len: p.IPv4.TotalLen, ID: p.IPv4.ID, TTL: p.TTL, TOS: p.TOS, Code: p.ICMP.Code, DF: p.IPv4.DF, Flow: p.IPv6.FlowLabel,
		Data: crc32.ChecksumIEEE(p.Payload)}
	if p.Network == packet.IPv6 {
		c.Len = header6 + p.IPv6.PayloadLen
	}
	return c, true
}

// dfFits are the letters of DFI that one reply and its request leave.
func dfFits(reply, request bool) string {
	switch {
	case reply && request:
		return "YS"
	case reply:
		return "YO"
	case request:
		return "NO"
	}
	return "NS"
}

func idFits(reply, request uint16) string {
	switch {
	case reply == request && reply == 0:
		return "SZ"
	case reply == request:
		return "S"
	case reply == 0:
		return "Z"
	}
	return "O"
}

func tosFits(reply, request uint8) (fits string) {
	const ecn = 3
	if reply == request {
		fits += "S"
	}
	if reply == request&^ecn {
		fits += "D"
	}
	if reply == 0 {
		fits += "Z"
	}
	if fits == "" {
		fits = "O"
	}
	return fits
}
