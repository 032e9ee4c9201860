package main

import (
	"bytes"
	"slices"
	"strings"
)

// httpHead is the head of an HTTP request or response as p0f's log shows it.
//
// Source: p0f 3.09b, docs/README section 5 (lists of fields and the form of a signature);
// lines of the program compared.
type httpHead struct {
	answer   bool
	version  byte // the digit behind HTTP/1.
	fields   []httpField
	software string // User-Agent, or Server
	language string // of a request: Accept-Language
}

type httpField struct{ name, value string }

// Bounds of what is read of a head.
const (
	mostHTTPFields = 32
	mostHTTPName   = 32   // bytes
	mostHTTPValue  = 1024 // bytes
)

// How fields are written: those that come and go have a question mark and no value, and those
// that differ from host to host no value either. Those that most programs send are listed if
// they are missing.
var (
	httpOptional = [2][]string{
		{"Cookie", "Referer", "Origin", "Range", "If-Modified-Since", "If-None-Match", "Via", "X-Forwarded-For", "Authorization",
			"Proxy-Authorization", "Cache-Control"},
		{"Set-Cookie", "Last-Modified", "ETag", "Content-Length", "Content-Disposition", "Cache-Control", "Expires", "Pragma",
			"Location", "Refresh", "Content-Range", "Vary"},
	}
	httpOwn    = [2][]string{{"Host", "User-Agent"}, {"Date", "Content-Type", "Server"}}
	httpCommon = [2][]string{
		{"User-Agent", "Host", "Connection", "Accept", "Accept-Encoding", "Accept-Language", "Accept-Charset", "Keep-Alive"},
		{"Content-Type", "Connection", "Keep-Alive", "Accept-Ranges", "Date"},
	}
)

// readHTTP reads a head that is whole in the first data of a connection. ok is false if it is
// none, or a request that p0f does not look at either: other than GET and HEAD.
func readHTTP(b []byte, answer bool) (h httpHead, ok bool) {
	line, rest, ok := bytes.Cut(b, []byte("\r\n"))
	if !ok {
		return h, false
	}
	h.answer = answer
	const proto = "HTTP/1."
	at := 0
	if !answer {
		if !bytes.HasPrefix(line, []byte("GET /")) && !bytes.HasPrefix(line, []byte("HEAD /")) {
			return h, false
		}
		at = bytes.LastIndexByte(line, ' ') + 1
	}
	if len(line) < at+len(proto)+1 || string(line[at:at+len(proto)]) != proto {
		return h, false
	}
	if h.version = line[at+len(proto)]; h.version != '0' && h.version != '1' {
		return h, false
	}
	for range mostHTTPFields + 1 {
		if line, rest, ok = bytes.Cut(rest, []byte("\r\n")); !ok {
			return h, false
		}
		if len(line) == 0 {
			return h, true
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) > mostHTTPName || len(value) > mostHTTPValue || !properName(name) {
			return h, false
		}
		h.field(string(name), printable(value))
	}
	return h, false
}

func (h *httpHead) field(name, value string) {
	h.fields = append(h.fields, httpField{name, value})
	switch {
	case h.answer && name == "Server", !h.answer && name == "User-Agent":
		h.software = value
	case name == "Accept-Language":
		h.language = value
	}
}

// properName reports whether a name has letters, digits, _ and - alone.
func properName(b []byte) bool {
	for _, c := range b {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return len(b) > 0
}

// printable is a value that cannot end a field or a line of the log.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '|' {
			return '?'
		}
		return r
	}, string(bytes.TrimSpace(b)))
}

// appendSig writes the signature: version, order of fields, common fields that are missing,
// software.
func (h *httpHead) appendSig(b []byte) []byte {
	side := 0
	if h.answer {
		side = 1
	}
	b = append(b, h.version, ':')
	for i, f := range h.fields {
		if i > 0 {
			b = append(b, ',')
		}
		optional := slices.Contains(httpOptional[side], f.name)
		if optional {
			b = append(b, '?')
		}
		b = append(b, f.name...)
		if !optional && f.value != "" && !slices.Contains(httpOwn[side], f.name) {
			b = append(append(append(b, "=["...), f.value...), ']')
		}
	}
	b = append(b, ':')
	first := true
	for _, name := range httpCommon[side] {
		if slices.ContainsFunc(h.fields, func(f httpField) bool { return f.name == name }) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		b, first = append(b, name...), false
	}
	return append(append(b, ':'), h.software...)
}

// httpPrograms are names in the User-Agent of browsers that other browsers say too, the most
// telling first.
var httpPrograms = []string{"Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome"}

// httpProgram is what a program calls itself, and its version: Firefox and 32.0, Apache and
// 2.2.15. Both are empty if it does not.
func httpProgram(software string) (name, version string) {
	token, _, _ := strings.Cut(software, " ")
	name, version, _ = strings.Cut(token, "/")
	if name != "Mozilla" {
		return name, version
	}
	for _, program := range httpPrograms {
		if _, after, ok := strings.Cut(software, " "+program+"/"); ok {
			version, _, _ = strings.Cut(after, " ")
			return program, version
		}
	}
	if _, after, ok := strings.Cut(software, " MSIE "); ok {
		version, _, _ = strings.Cut(after, ";")
		return "MSIE", version
	}
	if _, after, ok := strings.Cut(software, " Version/"); ok && strings.Contains(software, " Safari/") {
		version, _, _ = strings.Cut(after, " ")
		return "Safari", version
	}
	return "", ""
}
