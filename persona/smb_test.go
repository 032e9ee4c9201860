package persona_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"whorl/persona"
)

// A negotiation over SMB is refused in its own version, to the one who asked.
func TestSMB(t *testing.T) {
	// What clients begin with: smbclient's and Windows' dialects of SMB 1, and one of SMB 2.
	head1 := "\xffSMBr\x00\x00\x00\x00\x18\x53\xc8" + "\xab\xcd" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00" + "\xff\xff" + "\x12\x34" + "\x00\x00" + "\x56\x78"
	one := "\x00\x00\x00\x2f" + head1 + "\x00\x0c\x00" + "\x02NT LM 0.12"
	two := "\x00\x00\x00\x66" + "\xfeSMB\x40\x00\x01\x00\x00\x00\x00\x00" + "\x00\x00" + "\x1f\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x01\x02\x03\x04\x05\x06\x07\x08" +
		"\xff\xfe\x00\x00" + strings.Repeat("\x00", 28) + "\x24\x00\x01\x00\x01\x00" + strings.Repeat("\x00", 30) + "\x02\x02"
	for _, c := range []struct{ name, say, want string }{
		{"SMB 1", one, "\x00\x00\x00\x25" + "\xffSMBr\x00\x00\x00\x00\x98\x53\xc8" + "\xab\xcd" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00" +
			"\x00\x00" + "\x12\x34" + "\x00\x00" + "\x56\x78" + "\x01\xff\xff\x00\x00"},
		{"SMB 2", two, "\x00\x00\x00\x49" + "\xfeSMB\x40\x00\x00\x00\xbb\x00\x00\xc0" + "\x00\x00" + "\x01\x00" + "\x01\x00\x00\x00" + "\x00\x00\x00\x00" +
			"\x01\x02\x03\x04\x05\x06\x07\x08" + "\xff\xfe\x00\x00" + strings.Repeat("\x00", 28) + "\x09\x00\x00\x00\x00\x00\x00\x00\x00"},
		{"a short one", "\x00\x00\x00\x05\xffSMBr", "\x00\x00\x00\x25" + "\xffSMBr\x00\x00\x00\x00\x98" + strings.Repeat("\x00", 22) + "\x01\xff\xff\x00\x00"},
		{"something else", "GET / HTTP/1.0\r\n\r\n", ""},
	} {
		service, ok := persona.Usual("smb", 445, named("Microsoft Windows 10", "Windows", "10", "general purpose"), "pc")
		if !ok {
			t.Fatal("unknown")
		}
		w := shop(t, service)
		cl := w.dial(5000, 445, windows)
		w.run(time.Second)
		cl.say(c.say)
		if w.run(time.Second); string(cl.got) != c.want || cl.fin != (c.want == "") {
			t.Errorf("%s: %x, closed %v; want %x", c.name, cl.got, cl.fin, c.want)
		}
	}
	if _, ok := persona.Usual("smb", 445, named("HP LaserJet 4250", "embedded", "", "printer"), "pc"); ok {
		t.Error("a printer has it")
	}
}

// What a reply repeats of a request is where it was, however short that is, and the rule that
// others share stays as it was.
func TestSame(t *testing.T) {
	service := persona.Service{Port: 7, End: "\n", Rules: []persona.Rule{{Reply: []byte("0123456789\n"), Same: []persona.Span{{2, 4}, {8, 10}}}}}
	w := shop(t, service)
	c := w.dial(5000, 7, linux)
	w.run(time.Second)
	c.say("abcdefghijkl\nabc\n\n")
	w.run(time.Second)
	if want := "01cd4567ij\n01c\n456789\n01234567" + "89\n"; string(c.got) != want {
		t.Errorf("%q, want %q", c.got, want)
	}
	if !bytes.Equal(service.Rules[0].Reply, []byte("0123456789\n")) {
		t.Errorf("the rule is %q now", service.Rules[0].Reply)
	}
	for _, s := range []persona.Span{{-1, 2}, {2, 2}, {3, 2}, {5, 12}} {
		service.Rules[0].Same = []persona.Span{s}
		if _, err := persona.New(entry(t, stack), persona.Options{Addr: victim, Services: []persona.Service{service}}); err == nil {
			t.Errorf("%v is accepted", s)
		}
	}
}
