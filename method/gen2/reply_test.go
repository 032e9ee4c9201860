package gen2

import (
	"bytes"
	"testing"
	"unsafe"
)

// A scan holds 14 to 16 replies a host.
func TestReplyIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Reply{}); n > 80 {
		t.Errorf("a reply takes %d bytes, at most 80", n)
	}
}

func TestRawOptions(t *testing.T) {
	raw := bytes.Repeat([]byte{1, 2, 3}, 20)
	for n := range raw {
		o := NewRawOptions(raw[:n])
		if want := raw[:min(n, 40)]; !bytes.Equal(o.Bytes(), want) {
			t.Errorf("%d bytes became %x", n, o.Bytes())
		}
	}
	o := NewRawOptions(raw)
	if raw[0] = 9; o.Bytes()[0] != 1 {
		t.Error("the bytes are shared")
	}
}

// The count of copies stays at its end.
func TestCopies(t *testing.T) {
	w := newWire(target, linux, Options{})
	w.run(t)
	answer := w.trace[1] // to S1
	for range 300 {
		if !w.m.Receive(read(answer.frame), w.now) {
			t.Fatal("a copy is not taken")
		}
	}
	if n := w.m.Slots[S1].Reply.Copies; n != 255 {
		t.Errorf("%d copies", n)
	}
}

func TestHex(t *testing.T) {
	for v, want := range map[uint32]string{0: "0", 9: "9", 15: "F", 16: "10", 0xff: "FF", 0x100: "100", 0x0abc: "ABC", 0xffffffff: "FFFFFFFF"} {
		if got := hex(v); got != want {
			t.Errorf("%d is written as %s, want %s", v, got, want)
		}
	}
}
