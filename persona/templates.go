package persona

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"whorl"
	"whorl/osdb"
)

// Protocols are those of which Usual has services.
var Protocols = []string{"ssh", "http", "ftp", "smtp", "telnet", "smb"}

// Usual is the service of a protocol at a port as a host of the record has it that is
// called host: its texts name no other system and no other version. ok is false if none
// is known.
func Usual(protocol string, port uint16, e *osdb.Entry, host string) (s Service, ok bool) {
	for i := range templates {
		t := &templates[i]
		if t.protocol == protocol && t.fits(e) {
			return t.service(port, strings.ReplaceAll(t.text, "{host}", host), host), true
		}
	}
	return Service{}, false
}

// template is a text that a system comes with.
type template struct {
	protocol string
	family   string // of Class
	version  string // or generation, which the record must not exclude; empty: any
	device   bool   // only for what is no computer of general purpose
	text     string
}

// fits reports whether a host of the record may have the text.
func (t *template) fits(e *osdb.Entry) bool {
	return slices.ContainsFunc(e.Classes, func(c whorl.Class) bool {
		return t.device != (c.DeviceType == "general purpose") && t.covers(e.Name, c)
	})
}

// released reports whether the version of the text is one of the record.
func (t *template) released(e *osdb.Entry) bool {
	return slices.ContainsFunc(e.Classes, func(c whorl.Class) bool { return t.covers(e.Name, c) })
}

// covers reports whether a record of that name and class has the version of the text.
func (t *template) covers(name string, c whorl.Class) bool {
	if kin(c.Family) != kin(t.family) {
		return false
	}
	span, told := osdb.Versions(name)
	switch {
	case t.version == "" || c.Generation == t.version:
		return true
	case told && strings.HasSuffix(span.Family, t.family):
		return span.Contains(t.version)
	}
	major, open := strings.CutSuffix(c.Generation, ".X")
	return open && (t.version == major || strings.HasPrefix(t.version, major+"."))
}

// service makes the dialogue of a text.
func (t *template) service(port uint16, text, host string) Service {
	switch t.protocol {
	case "smb":
		return smb(port)
	case "ssh": // no keys are exchanged: the client's first line ends it
		return Service{Port: port, Greeting: []byte(text + "\r\n"), End: "\n", Rules: []Rule{{Close: true, Delay: 2 * time.Second}}}
	case "http":
		return web(port, text)
	case "ftp":
		return Service{Port: port, Greeting: []byte("220 " + text + "\r\n"), End: "\n", Rules: ftpRules}
	case "smtp":
		hello := []byte("250 " + host + "\r\n")
		return Service{Port: port, Greeting: []byte("220 " + text + "\r\n"), End: "\n",
			Rules: append([]Rule{{Expect: "HELO", Reply: hello}, {Expect: "EHLO", Reply: hello}}, smtpRules...)}
	}
	again := text[strings.LastIndexAny(text, "\xff\r\n")+1:]
	if strings.HasSuffix(text, "assword: ") { // no names are asked for
		return Service{Port: port, Greeting: []byte(text), End: "\n", Rules: []Rule{
			{Reply: []byte("\r\n" + again), Delay: 2 * time.Second, Next: 1},
			{State: 1, Reply: []byte("\r\n" + again), Delay: 2 * time.Second, Next: 2},
			{State: 2, Reply: []byte("\r\n% Bad passwords\r\n"), Delay: 2 * time.Second, Close: true}}}
	}
	return Service{Port: port, Greeting: []byte(text), End: "\n", Rules: []Rule{
		{Reply: []byte("Password: "), Next: 1},
		{State: 1, Reply: []byte("\r\nLogin incorrect\r\nlogin: "), Delay: 2 * time.Second}}}
}

// web is a server of which nothing is known but that it is there.
func web(port uint16, server string) Service {
	const page = "<html><head><title>401 Unauthorized</title></head><body><h1>Unauthorized</h1></body></html>\n"
	head := fmt.Sprintf("HTTP/1.1 401 Unauthorized\r\nServer: %s\r\nWWW-Authenticate: Basic realm=\"login\"\r\n"+
		"Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", server, len(page))
	bad := fmt.Sprintf("HTTP/1.1 400 Bad Request\r\nServer: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", server)
	return Service{Port: port, End: "\r\n\r\n", Idle: time.Minute, Rules: []Rule{
		{Expect: "GET ", Reply: []byte(head + page), Close: true},
		{Expect: "HEAD ", Reply: []byte(head), Close: true},
		{Expect: "POST ", Reply: []byte(head + page), Close: true},
		{Reply: []byte(bad), Close: true}}}
}

// Dialogues in which nobody gets in (RFC 959, RFC 5321).
var (
	ftpRules = []Rule{
		{Expect: "QUIT", Reply: []byte("221 Goodbye.\r\n"), Close: true},
		{Expect: "USER", Reply: []byte("331 Please specify the password.\r\n")},
		{Expect: "PASS", Reply: []byte("530 Login incorrect.\r\n"), Delay: 2 * time.Second},
		{Reply: []byte("530 Please login with USER and PASS.\r\n")}}
	smtpRules = []Rule{
		{Expect: "QUIT", Reply: []byte("221 2.0.0 Bye\r\n"), Close: true},
		{Expect: "NOOP", Reply: []byte("250 2.0.0 Ok\r\n")},
		{Expect: "RSET", Reply: []byte("250 2.0.0 Ok\r\n")},
		{Expect: "MAIL FROM:", Reply: []byte("250 2.1.0 Ok\r\n")},
		{Expect: "RCPT TO:", Reply: []byte("454 4.7.1 Relay access denied\r\n")},
		{Expect: "DATA", Reply: []byte("554 5.5.1 Error: no valid recipients\r\n")},
		{Reply: []byte("502 5.5.2 Error: command not recognized\r\n")}}
)
