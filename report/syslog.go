package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"whorl"
)

// SyslogOptions say who writes.
type SyslogOptions struct {
	Host string // name of this machine; empty if it has none
	PID  int
	// Local writes what the socket of a log daemon on the same machine expects: RFC 3164
	// without the name of the machine, which the daemon adds.
	Local bool
}

// NewSyslog writes each contact as one message, with one call of Write: RFC 5424 as a
// datagram of RFC 5426, or the local form. The facility is local4.
func NewSyslog(w io.Writer, o SyslogOptions) ContactWriter {
	return &syslog{sink{w: w, form: "syslog"}, o}
}

type syslog struct {
	sink
	o SyslogOptions
}

// Of RFC 5424, section 6.2.1.
const (
	facilityLocal4 = 20
	severityWarn   = 4
	severityNotice = 5
)

// maxSyslog is what every receiver of RFC 5426 should take, in bytes (section 3.2).
const maxSyslog = 2048

// syslogElement names our structured data. 32473 is the enterprise number that RFC 5612
// keeps for those who have none.
const syslogElement = "whorl@32473"

// Contact writes one record.
func (s *syslog) Contact(c *whorl.Contact) error {
	severity := severityNotice
	if fingerprints(c) || c.Class == whorl.DecoyContact {
		severity = severityWarn
	}
	message := fmt.Sprintf("<%d>", facilityLocal4*8+severity)
	if s.o.Local {
		message += fmt.Sprintf("%s whorl[%d]: ", c.Seen.Last.Format("Jan _2 15:04:05"), s.o.PID)
	} else {
		message += fmt.Sprintf("1 %s %s whorl %d contact %s ", c.Seen.Last.Format("2006-01-02T15:04:05.000000Z07:00"),
			syslogName(s.o.Host), s.o.PID, syslogData(c))
	}
	return s.write(shortened(message+sentence(c), maxSyslog))
}

// syslogName is a name of a machine as the header takes it: printable ASCII without
// spaces, at most 255 characters (section 6.2.4); - if it has none.
func syslogName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, name)
	return orElse(name[:min(len(name), 255)], "-")
}

// syslogData is the structured data of RFC 5424, section 6.3.
func syslogData(c *whorl.Contact) string {
	var b strings.Builder
	b.WriteString("[" + syslogElement)
	add := func(name, value string) {
		if value != "" {
			b.WriteString(" " + name + `="` + syslogValue(value) + `"`)
		}
	}
	add("id", strconv.FormatUint(flowID(c), 10))
	add("signature", strconv.Itoa(signatureID(c)))
	add("state", string(c.State))
	add("class", string(c.Class))
	add("tool", c.Tool)
	add("confidence", share(c.Confidence))
	if source, ok := mainSource(c); ok {
		add("src", plainAddr(source.Addr))
	}
	if target, ok := mainTarget(c); ok {
		add("dst", plainAddr(target))
	}
	add("packets", strconv.Itoa(c.Counts.Packets))
	add("leak", string(c.Leak))
	add("learned", learnedName(c))
	return b.String() + "]"
}

// syslogValue escapes a value (section 6.3.3) that is kept short.
func syslogValue(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "]", `\]`).Replace(string(shortened(Clean(s), 200)))
}

// shortened cuts text to so many bytes, between characters.
func shortened(s string, most int) []byte {
	if len(s) <= most {
		return []byte(s)
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return []byte(s[:most])
}
