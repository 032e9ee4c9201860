package report

import (
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "Linux 6.12 - 6.18", "Linux 6.12 - 6.18"},
		{"letters of all kinds", "Bürorouter 東京 αβ", "Bürorouter 東京 αβ"},
		{"escape sequence", "\x1b[2Jx", "\uFFFD[2Jx"},
		{"C1 control, one byte", "\x9b2J", "\uFFFD2J"},
		{"C1 control, UTF-8", "\u009b2J", "\uFFFD2J"},
		{"line and tab", "a\r\n\tb", "a\uFFFD\uFFFD\uFFFDb"},
		{"NUL and DEL", "\x00\x7f", "\uFFFD\uFFFD"},
		{"line separator", "a\u2028b", "a\uFFFDb"},
		{"reading direction", "\u202egpj.exe", "\uFFFDgpj.exe"},
		{"zero width", "a\u200bb", "a\uFFFDb"},
		{"space that is none", "a\u00a0b", "a\uFFFDb"},
		{"cut character", "\xe2\x82", "\uFFFD\uFFFD"},
		{"noncharacter", "\uffff", "\uFFFD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1bb\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) {
			t.Errorf("Clean(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("Clean(%q) keeps %q", s, r)
			}
		}
		if again := Clean(got); again != got {
			t.Errorf("Clean(%q) = %q, cleaned again %q", s, got, again)
		}
	})
}
