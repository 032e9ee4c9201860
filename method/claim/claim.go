package claim

import (
	"fmt"
	"net/netip"
	"strings"
)

// Kind is where a claim stands.
type Kind uint8

// The kinds.
const (
	UserAgent    Kind = iota // HTTP request, RFC 9110 section 10.1.5
	Platform                 // Sec-CH-UA-Platform of a HTTP request (User-Agent Client Hints)
	Server                   // HTTP or RTSP response, RFC 9110 section 10.2.4
	PoweredBy                // X-Powered-By of a HTTP response
	SSH                      // identification string, of either end
	NativeOS                 // SMB1 session setup
	NTLM                     // version field, of either end
	Announcement             // NetBIOS: a host, or the master browser, announces itself
	MDNS                     // TXT record of _device-info
	SSDP                     // SERVER or USER-AGENT
	DHCP                     // a client's options
	Ping                     // data of an echo request: of which program it is
	numKinds
)

var kindNames = [numKinds]string{"User-Agent", "Sec-CH-UA-Platform", "Server", "X-Powered-By", "SSH", "SMB native OS",
	"NTLM", "NetBIOS", "mDNS", "SSDP", "DHCP", "ping"}

// String is the kind as it stands in an observation.
func (k Kind) String() string {
	if k >= numKinds {
		return fmt.Sprintf("Kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// Claim is what a host says of itself.
type Claim struct {
	Kind Kind
	Text string     // 1 to MaxText bytes of printable ASCII, no space at either end
	Host netip.Addr // whose claim it is; zero: a DHCP client that has no address yet
}

// MaxText is the longest text of a claim, bytes.
const MaxText = 256

// AppendTo writes kind and text to the end of b. The host is not written.
func (c Claim) AppendTo(b []byte) []byte {
	b = append(b, c.Kind.String()...)
	b = append(b, ": "...)
	return append(b, c.Text...)
}

// String is kind and text as in "SSH: SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7".
func (c Claim) String() string { return string(c.AppendTo(nil)) }

// Parse reads what String gives. The host is left out.
func Parse(s string) (Claim, error) {
	name, text, ok := strings.Cut(s, ": ")
	if !ok {
		return Claim{}, fmt.Errorf("claim: %.40q is not KIND: TEXT", s)
	}
	for k, n := range kindNames {
		if n != name {
			continue
		}
		if !proper(text) {
			return Claim{}, fmt.Errorf("claim: %s: text %.40q is not 1 to %d printable ASCII characters without space at the ends", name, text, MaxText)
		}
		return Claim{Kind: Kind(k), Text: text}, nil
	}
	return Claim{}, fmt.Errorf("claim: %.40q is no kind of claim", name)
}

// proper reports whether a text is as those of claims are.
func proper(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= MaxText && s[0] != ' ' && s[len(s)-1] != ' '
}

// clean makes a text of bytes from the network. What is not printable ASCII becomes a
// question mark; what is too long is cut, at a space if there is one.
func clean(raw []byte) string {
	cut := len(raw) > MaxText
	if cut {
		raw = raw[:MaxText]
	}
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\r' || r == '\n':
			return ' '
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, string(raw))
	if i := strings.LastIndexByte(s, ' '); cut && i > 0 {
		s = s[:i]
	}
	return strings.Trim(s, " ")
}
