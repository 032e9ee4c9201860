package persona

import (
	"bytes"
	"fmt"
	"slices"

	"whorl"
	"whorl/method/claim"
	"whorl/osdb"
	"whorl/packet"
)

// Doubts are texts of services that say another system than the record: what a visitor
// would wonder about. Each names the port, the text and what contradicts it; for who
// loads services to warn of. Texts that name no system are not doubted.
func Doubts(e *osdb.Entry, services []Service) (out []string) {
	for i := range services {
		s := &services[i]
		texts := [][]byte{s.Greeting}
		for k := range s.Rules {
			texts = append(texts, s.Rules[k].Reply)
		}
		for _, t := range texts {
			if d := doubt(e, t); d != "" && !slices.Contains(out, fmt.Sprintf("port %d: %s", s.Port, d)) {
				out = append(out, fmt.Sprintf("port %d: %s", s.Port, d))
			}
		}
	}
	return out
}

// doubt is what is wrong with a text; empty: nothing.
func doubt(e *osdb.Entry, text []byte) string {
	said, system := claimed(text)
	if system.Family != "" && len(e.Classes) > 0 && !slices.ContainsFunc(e.Classes, func(c whorl.Class) bool { return allows(c.Family, system.Family) }) {
		return fmt.Sprintf("%.60q says %s, and the record is %s", said, system.Name, e.Name)
	}
	if system.Family == "" {
		return ""
	}
	var of *template
	for i := range templates {
		t := &templates[i]
		if t.version == "" || !bytes.Contains(text, []byte(t.text+"\r\n")) {
			continue
		}
		if of = t; t.released(e) {
			return ""
		}
	}
	if of == nil {
		return ""
	}
	return fmt.Sprintf("%.60q comes with %s %s, and the record is %s", of.text, of.family, of.version, e.Name)
}

// claimed is the system that a text names, and where it does so.
func claimed(text []byte) (said string, s claim.System) {
	p := packet.Packet{Transport: packet.TCP, Payload: text}
	if c, ok := claim.From(&p); ok {
		return c.Text, c.System()
	}
	line, _, _ := bytes.Cut(text, []byte("\r\n"))
	for _, w := range words {
		if bytes.Contains(line, []byte(w.text)) {
			return w.text, w.System
		}
	}
	c := claim.Claim{Kind: claim.Server, Text: string(line)}
	return c.Text, c.System()
}

// words name a system in greetings that are no claims of package claim.
var words = [...]struct {
	text string
	claim.System
}{
	{"Microsoft ESMTP MAIL Service", claim.System{Vendor: "Microsoft", Family: "Windows", Name: "Windows"}},
	{"Microsoft FTP Service", claim.System{Vendor: "Microsoft", Family: "Windows", Name: "Windows"}},
	{"Microsoft Telnet Service", claim.System{Vendor: "Microsoft", Family: "Windows", Name: "Windows"}},
	{"User Access Verification", claim.System{Vendor: "Cisco", Family: "IOS", Name: "IOS"}},
}

// allows reports whether a host of the first family may say the second. Of a device that
// is known as such nobody knows what it is made from, but for what devices are not.
func allows(is, says string) bool {
	if is, says = kin(is), kin(says); is == "embedded" {
		return says != "Windows" && says != "macOS"
	}
	return is == says
}

// kin is the family by which those that are built on one system go.
func kin(family string) string {
	switch family {
	case "Android":
		return "Linux"
	case "Mac OS X", "OS X", "iOS", "iPhone OS", "Darwin":
		return "macOS"
	case "OpenSolaris", "illumos", "SunOS":
		return "Solaris"
	case "IOS XE":
		return "IOS"
	}
	return family
}
