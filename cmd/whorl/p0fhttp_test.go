package main

import (
	"bytes"
	"strings"
	"testing"
)

// Heads are written as p0f 3.09b writes the same ones.
func TestHTTPHead(t *testing.T) {
	for _, tt := range []struct {
		head   string
		answer bool
		sig    string // empty: not read
	}{
		{"GET /x HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/7.24.0 (x86)\r\nAccept: */*\r\nCookie: c\r\n\r\n", false,
			"1:Host,User-Agent,Accept=[*/*],?Cookie:Connection,Accept-Encoding,Accept-Language,Accept-Charset,Keep-Alive:curl/7.24.0 (x86)"},
		{"HTTP/1.0 200 OK\r\nDate: now\r\nServer: Apache\r\nETag: \"x\"\r\nConnection: close\r\n\r\nbody", true,
			"0:Date,Server,?ETag,Connection=[close]:Content-Type,Keep-Alive,Accept-Ranges:Apache"},
		{"HEAD / HTTP/1.0\r\n\r\n", false, "0::User-Agent,Host,Connection,Accept,Accept-Encoding,Accept-Language,Accept-Charset,Keep-Alive:"},
		{"GET / HTTP/1.1\r\nUser-Agent: a|b\x1b[2J\x00\r\nX:\r\n\r\n", false,
			"1:User-Agent,X:Host,Connection,Accept,Accept-Encoding,Accept-Language,Accept-Charset,Keep-Alive:a?b?[2J?"},
		{"POST / HTTP/1.1\r\n\r\n", false, ""},
		{"GET / HTTP/2.0\r\n\r\n", false, ""},
		{"GET / HTTP/1.7\r\n\r\n", false, ""},
		{"GET / HTTP/1.1\r\nHost: cut off", false, ""},
		{"GET / HTTP/1.1\r\nno colon\r\n\r\n", false, ""},
		{"GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 40) + "\r\n", false, ""},
		{"GET / HTTP/1.1\r\nA: " + strings.Repeat("b", 2000) + "\r\n\r\n", false, ""},
		{"HTTP/1.", true, ""},
		{"\x17\x03\x03", false, ""},
	} {
		h, ok := readHTTP([]byte(tt.head), tt.answer)
		if sig := string(h.appendSig(nil)); ok != (tt.sig != "") || ok && sig != tt.sig {
			t.Errorf("%.40q: %v\n%s, want\n%s", tt.head, ok, sig, tt.sig)
		}
	}
}

func TestHTTPProgram(t *testing.T) {
	for software, want := range map[string][2]string{
		"curl/7.24.0 (x86_64)":   {"curl", "7.24.0"},
		"Apache/2.2.15 (CentOS)": {"Apache", "2.2.15"},
		"nginx":                  {"nginx", ""},
		"Mozilla/5.0 (X11) Gecko/20100101 Firefox/32.0":   {"Firefox", "32.0"},
		"Mozilla/5.0 (X) Chrome/120.0 Safari/537 Edg/120": {"Edg", "120"},
		"Mozilla/5.0 (Mac) Version/5.1.3 Safari/534":      {"Safari", "5.1.3"},
		"Mozilla/4.0 (compatible; MSIE 7.0; Windows)":     {"MSIE", "7.0"},
		"Mozilla/5.0 (whatever)":                          {"", ""},
		"":                                                {"", ""},
	} {
		if name, version := httpProgram(software); name != want[0] || version != want[1] {
			t.Errorf("%q: %q %q, want %q", software, name, version, want)
		}
	}
}

func TestHTTPLanguage(t *testing.T) {
	for accepted, want := range map[string]string{"": "none", "en-GB,en;q=0.5": "English", "DE": "German", "zh_CN": "Chinese", "xx": "???", "eng": "???", "*": "???"} {
		if got := httpLanguage(accepted); got != want {
			t.Errorf("%q: %s, want %s", accepted, got, want)
		}
	}
}

// No head makes a line of more than one line or field.
func FuzzReadHTTP(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: b|c\r\n\r\n"), false)
	f.Add([]byte("HTTP/1.1 200 OK\r\nServer: a\r\n\r\n"), true)
	f.Fuzz(func(t *testing.T, b []byte, answer bool) {
		h, ok := readHTTP(b, answer)
		if !ok {
			return
		}
		name, version := httpProgram(h.software)
		line := append(h.appendSig(nil), name+version+httpLanguage(h.language)...)
		if i := bytes.IndexFunc(line, func(r rune) bool { return r < ' ' || r > '~' || r == '|' }); i >= 0 {
			t.Errorf("%q has %q", line, line[i])
		}
	})
}
