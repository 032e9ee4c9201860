package report

import (
	"io"
	"net/netip"
	"strconv"
	"strings"

	"whorl"
)

// NewCEF writes contacts in the Common Event Format of ArcSight, version 0, a line each.
// version is of this program. Keys are those of the CEF implementation standard; IPv6
// addresses have keys of their own there.
func NewCEF(w io.Writer, version string) ContactWriter {
	return &cef{sink{w: w, form: "cef"}, version}
}

type cef struct {
	sink
	version string
}

// Contact writes one record.
func (f *cef) Contact(c *whorl.Contact) error {
	var b strings.Builder
	b.WriteString("CEF:0")
	for _, field := range []string{"whorl", "watch", f.version, strconv.Itoa(signatureID(c)), signature(c), strconv.Itoa(cefSeverity(c))} {
		b.WriteString("|" + cefHeader(field))
	}
	b.WriteByte('|')
	for i, p := range cefPairs(c) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.key + "=" + cefValue(p.value))
	}
	b.WriteByte('\n')
	return f.write([]byte(b.String()))
}

// maxCustom is how long a custom string (cs1 to cs6) may be, in bytes.
const maxCustom = 4000

// pair is a key of ours with a value that may come from the network.
type pair struct{ key, value string }

func cefPairs(c *whorl.Contact) (out []pair) {
	add := func(key, value string) {
		if value != "" {
			out = append(out, pair{key, value})
		}
	}
	add("externalId", strconv.FormatUint(flowID(c), 10))
	add("start", strconv.FormatInt(c.Seen.First.UnixMilli(), 10))
	add("end", strconv.FormatInt(c.Seen.Last.UnixMilli(), 10))
	if s, ok := mainSource(c); ok {
		out = cefAddr(out, "src", "c6a2", "Source IPv6 Address", s.Addr)
		add("smac", s.MAC)
	}
	if a, ok := mainTarget(c); ok {
		out = cefAddr(out, "dst", "c6a3", "Destination IPv6 Address", a)
	}
	port, proto := mainPort(c)
	if port > 0 {
		add("dpt", strconv.Itoa(int(port)))
	}
	add("proto", proto)
	add("cnt", strconv.Itoa(c.Counts.Packets))
	add("cat", string(c.Class))
	labelled := func(key, label, value string) {
		if value != "" {
			add(key+"Label", label)
			add(key, value)
		}
	}
	labelled("cs1", "tool", c.Tool)
	labelled("cs2", "probes", probeNames(c.Probes, func(*whorl.ProbeSeen) bool { return true }))
	labelled("cs3", "learned", learnedName(c))
	labelled("cs4", "state", string(c.State))
	labelled("cs5", "evasion", strings.Join(c.Evasion, ", "))
	labelled("cs6", "sources", sourceAddrs(c, maxCustom))
	labelled("flexString1", "leak", string(c.Leak))
	labelled("cfp1", "confidence", share(c.Confidence))
	return out
}

// cefAddr adds an address under the key for its family.
func cefAddr(out []pair, v4, v6, label string, a netip.Addr) []pair {
	if !a.IsValid() {
		return out
	}
	s := plainAddr(a)
	if strings.Contains(s, ":") {
		return append(out, pair{v6 + "Label", label}, pair{v6, s})
	}
	return append(out, pair{v4, s})
}

// cefSeverity is 0 to 10, 10 being worst.
func cefSeverity(c *whorl.Contact) int {
	s := classOf(c).threat
	switch {
	case !sure(c):
		s -= 2
	case fingerprints(c) && c.Leak == whorl.LeakFull:
		s += 2
	}
	return max(s, 0)
}

// cefHeader escapes a field of the header. Line ends do not pass Clean.
func cefHeader(s string) string { return strings.NewReplacer(`\`, `\\`, "|", `\|`).Replace(Clean(s)) }

// cefValue escapes a value of the extension.
func cefValue(s string) string { return strings.NewReplacer(`\`, `\\`, "=", `\=`).Replace(Clean(s)) }
