package claim

import (
	"bytes"
	"encoding/base64"
	"slices"
)

// Bounds of what is looked at in a header.
const (
	maxFields = 64
	maxMethod = 16 // bytes
)

// request reads the head of a HTTP request.
func request(b []byte) (Kind, string) {
	sp := bytes.IndexByte(b[:min(len(b), maxMethod+1)], ' ')
	if sp < 1 {
		return 0, ""
	}
	line, rest, ok := cutLine(b)
	if !ok || !bytes.Contains(line, []byte(" HTTP/1.")) {
		return 0, ""
	}
	var agent, platform []byte
	for range maxFields {
		name, value, more, ok := field(rest)
		if !ok {
			break
		}
		switch {
		case anyOf(name, "Via", "Forwarded", "X-Forwarded-For"):
			return 0, ""
		case anyOf(name, "User-Agent"):
			agent = value
		case anyOf(name, "Sec-CH-UA-Platform"):
			platform = bytes.Trim(value, `"`)
		}
		rest = more
	}
	return best(said{UserAgent, clean(agent)}, said{Platform, clean(platform)})
}

// response reads the head of a HTTP or RTSP response.
func response(b []byte) (Kind, string) {
	_, rest, ok := cutLine(b)
	if !ok {
		return 0, ""
	}
	var server, powered []byte
	var version string
	for range maxFields {
		name, value, more, ok := field(rest)
		if !ok {
			break
		}
		switch {
		case anyOf(name, "Via", "Age", "X-Cache", "X-Varnish", "X-Served-By", "CF-RAY"):
			return 0, ""
		case anyOf(name, "Server"):
			server = value
		case anyOf(name, "X-Powered-By"):
			powered = value
		case anyOf(name, "WWW-Authenticate"):
			version = challenge(value)
		}
		rest = more
	}
	return best(said{NTLM, version}, said{Server, clean(server)}, said{PoweredBy, clean(powered)})
}

type said struct {
	kind Kind
	text string
}

// best is the first that names a system, or else the first that there is.
func best(all ...said) (Kind, string) {
	all = slices.DeleteFunc(all, func(s said) bool { return s.text == "" })
	for _, s := range all {
		if len(all) == 1 || (Claim{Kind: s.kind, Text: s.text}).System() != (System{}) {
			return s.kind, s.text
		}
	}
	if len(all) == 0 {
		return 0, ""
	}
	return all[0].kind, all[0].text
}

// challenge is the version in an NTLM challenge ([MS-NTHT] 2.1).
func challenge(value []byte) string {
	coded, ok := bytes.CutPrefix(value, []byte("NTLM "))
	const wanted = 4 * ((ntlmLen + 2) / 3)
	if !ok || len(coded) < wanted {
		return ""
	}
	var raw [3 * wanted / 4]byte
	if n, err := base64.StdEncoding.Decode(raw[:], coded[:wanted]); err != nil || n < ntlmLen {
		return ""
	}
	return ntlmVersion(raw[:ntlmLen])
}

// discovery reads an SSDP datagram: a notification, a search or its answer.
func discovery(b []byte) string {
	if !bytes.HasPrefix(b, []byte("NOTIFY * ")) && !bytes.HasPrefix(b, []byte("M-SEARCH * ")) && !bytes.HasPrefix(b, []byte("HTTP/1.1 200 ")) {
		return ""
	}
	_, rest, ok := cutLine(b)
	for n := 0; ok && n < maxFields; n++ {
		var name, value []byte
		if name, value, rest, ok = field(rest); ok && anyOf(name, "SERVER", "USER-AGENT") {
			return clean(value)
		}
	}
	return ""
}

// field takes a header field off, with the lines in which it goes on (RFC 9112 section
// 5.2). ok is false at the end of the header, and if the field is cut off.
func field(b []byte) (name, value, rest []byte, ok bool) {
	line, rest, ok := cutLine(b)
	if !ok || len(line) == 0 {
		return nil, nil, nil, false
	}
	for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
		if _, rest, ok = cutLine(rest); !ok {
			return nil, nil, nil, false
		}
		line = b[:len(b)-len(rest)]
	}
	name, value, _ = bytes.Cut(line, []byte(":"))
	return name, bytes.TrimSpace(value), rest, true
}

// cutLine takes a whole line off.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return nil, nil, false
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:], true
}

// anyOf compares a field's name, whose case does not count.
func anyOf(name []byte, names ...string) bool {
	for _, n := range names {
		if len(name) == len(n) && bytes.EqualFold(name, []byte(n)) {
			return true
		}
	}
	return false
}
