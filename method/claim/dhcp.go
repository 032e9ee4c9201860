package claim

import (
	"fmt"
	"net/netip"
	"strconv"
)

// Of DHCP messages (RFC 2131 section 2, RFC 2132).
const (
	bootRequest  = 1
	clientAddr   = 12 // offset of ciaddr
	magicAt      = 236
	dhcpMagic    = "\x63\x82\x53\x63"
	optHost      = 12
	optRequested = 50
	optType      = 53
	optList      = 55
	optMaxSize   = 57
	optClass     = 60
	optPad       = 0
	optEnd       = 255
	maxWords     = 64 // bytes of a class or host name that are kept
)

// messageTypes are those of clients (RFC 2132 section 9.6).
var messageTypes = [...]string{1: "Discover", 3: "Request", 4: "Decline", 7: "Release", 8: "Inform"}

// lease reads a client's message: its type, the parameters that it asks for in their
// order, vendor class, host name, and the size of messages that it takes. The host is the
// address that the client has or is about to take; zero if it has none.
func lease(b []byte) (text string, host netip.Addr) {
	if len(b) < magicAt+len(dhcpMagic) || b[0] != bootRequest || string(b[magicAt:magicAt+len(dhcpMagic)]) != dhcpMagic {
		return "", netip.Addr{}
	}
	var kind int
	var list, class, name, size []byte
	host = addr4(b[clientAddr : clientAddr+4])
	var requested netip.Addr
	for o := b[magicAt+len(dhcpMagic):]; len(o) >= 2 && o[0] != optEnd; {
		if o[0] == optPad {
			o = o[1:]
			continue
		}
		n := int(o[1])
		if 2+n > len(o) {
			break
		}
		v := o[2 : 2+n]
		switch {
		case o[0] == optType && n == 1:
			kind = int(v[0])
		case o[0] == optList:
			list = v
		case o[0] == optClass:
			class = v
		case o[0] == optHost:
			name = v
		case o[0] == optMaxSize && n == 2:
			size = v
		case o[0] == optRequested && n == 4:
			requested = addr4(v)
		}
		o = o[2+n:]
	}
	if kind >= len(messageTypes) || messageTypes[kind] == "" || list == nil && class == nil {
		return "", netip.Addr{}
	}
	if !host.IsValid() && messageTypes[kind] == "Request" {
		host = requested
	}
	return describe(messageTypes[kind], list, class, name, size), host
}

// describe is a client's message as text: "Request; list 1,3,6; class MSFT 5.0; host pc;
// max 1500". What is not there is left out.
func describe(kind string, list, class, name, size []byte) string {
	t := []byte(kind)
	for i, v := range list {
		if i == 0 {
			t = append(t, listWord...)
		} else {
			t = append(t, ',')
		}
		t = strconv.AppendUint(t, uint64(v), 10)
	}
	if class != nil {
		t = append(append(t, classWord...), words(class)...)
	}
	if name != nil {
		t = append(append(t, hostWord...), words(name)...)
	}
	if size != nil {
		t = fmt.Appendf(t, "; max %d", int(size[0])<<8|int(size[1]))
	}
	return clean(t)
}

// Words that stand before parts of the text.
const (
	listWord  = "; list "
	classWord = "; class "
	hostWord  = "; host "
)

// words is text of the network that cannot end a part.
func words(b []byte) string {
	s := []byte(clean(b[:min(len(b), maxWords)]))
	for i, c := range s {
		if c == ';' {
			s[i] = '?'
		}
	}
	return string(s)
}
