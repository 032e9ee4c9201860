package persona

import (
	"hash/crc32"
	"testing"
	"time"

	"whorl/method"
	"whorl/method/gen2"
)

func TestWithCRC(t *testing.T) {
	for _, sum := range []uint32{1, 0xbd1ab510, 0xe44a4e43, 0x1f59b3d4, 0xffffffff} {
		if got := crc32.ChecksumIEEE(withCRC(sum)); got != sum {
			t.Errorf("%08X: data %x has %08X", sum, withCRC(sum), got)
		}
	}
}

func TestParseOptions(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "",
		"M5B4":                 "\x02\x04\x05\xb4",
		"M5B4W0L":              "\x02\x04\x05\xb4\x03\x03\x00\x00",
		"WANM109T10S":          "\x03\x03\x0a\x01\x02\x04\x01\x09\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x00\x04\x02",
		"M400CST11NW6":         "\x02\x04\x40\x0c\x04\x02\x08\x0a\x00\x00\x00\x05\x00\x00\x00\x06\x01\x03\x03\x06",
		"T00LL":                "\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"M5B4NNT01LNNST":       "!T needs two digits",
		"M5B4N":                "!multiple of 4 bytes",
		"MZ":                   "!16 bits",
		"W100":                 "!8 bits",
		"NNT11NNT11NNT11NNT11": "!40",
	} {
		o, err := parseOptions(text)
		switch {
		case err != nil && want[:1] != "!", err == nil && want != "" && want[0] == '!':
			t.Errorf("%q: %v", text, err)
		case err == nil && string(o.with(nil, 5, 6)) != want:
			t.Errorf("%q: %x, want %x", text, o.with(nil, 5, 6), want)
		}
	}
}

// Whatever a text is, its options are read as that text.
func FuzzParseOptions(f *testing.F) {
	f.Add("M5B4ST11NW7")
	f.Add("M5B4NW1NNT11SLL")
	f.Fuzz(func(t *testing.T, text string) {
		if o, err := parseOptions(text); err == nil && gen2.OptionString(o.with(nil, 1, 0)) != text {
			t.Errorf("%q is read as %q", text, gen2.OptionString(o.with(nil, 1, 0)))
		}
	})
}

func TestReduced(t *testing.T) {
	o, err := parseOptions("M5B4ST11NW7")
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range []string{"M5B4", "M5B4NNT11", "M5B4NNS", "M5B4NNSNNT11", "M5B4NW7", "M5B4NW7NNT11", "M5B4NNSNW7", "M5B4NNSNW7NNT11"} {
		if got := o.reduced(asked(a)).text; got != want {
			t.Errorf("%b: %s, want %s", a, got, want)
		}
	}
}

// Wherever a scan begins, IP IDs show their class; rules as Nmap's, for which a wrap
// is a jump.
func TestIDs(t *testing.T) {
	for class, want := range map[idClass]string{
		idZero: "Z", idConstant: "4D2", idCounter: "I", idSwapped: "BI", idRandomSteps: "RI", idRandom: "RD",
	} {
		g := ids{class: class, lo: 0x100, hi: 0xffff}
		if class == idConstant {
			g.value = 0x4d2
		}
		secret, now := (&method.Key{}).Stream(gen2.Target{}.Addr, "test"), time.Unix(0, 0)
		for scan := range 3000 {
			var seen []uint16
			for range 16 {
				seen = append(seen, g.next(now, &secret))
				now = now.Add(25 * time.Millisecond)
			}
			for n := 3; n <= 6; n++ {
				if got := gen2.IPIDClass(seen[:n], false); got != want {
					t.Fatalf("%s: scan %d: %x is %s", want, scan, seen[:n], got)
				}
			}
			if class != idRandom && seen[15] < seen[0] {
				t.Fatalf("%s: scan %d: wraps: %x", want, scan, seen)
			}
			now = now.Add(time.Second)
		}
	}
}

func TestClockRates(t *testing.T) {
	for ts := uint64(1); ts <= 0x22; ts++ {
		if ts == 2 {
			continue // cannot be shown
		}
		c := clockOf(ts)
		c.boot = time.Unix(0, 0)
		for scan := range uint16(200) {
			e := gen2.Exchange{Target: gen2.Target{OpenTCP: 80}, First: time.Unix(86400*7, int64(scan)*12_345_678)}
			at := e.First
			for i := range e.Slots[:gen2.O1] {
				o, err := parseOptions("NNT10")
				if err != nil {
					t.Fatal(err)
				}
				options := o.with(nil, c.value(at, 99*uint32(scan), 40000+scan+uint16(i), nil), 0)
				e.Slots[i] = gen2.Slot{Sends: 1, Sent: at.Sub(e.First), Reply: &gen2.Reply{Seq: 1, Flags: 0x12, Options: gen2.NewRawOptions(options)}}
				at = at.Add(idealGap + time.Duration(i%2)*200*time.Microsecond)
			}
			if got := e.Clock().Value; got != hex(ts) {
				t.Fatalf("TS=%X: scan %d shows %s, %v Hz", ts, scan, got, e.Clock().Hz)
			}
		}
	}
}

func TestChanges(t *testing.T) {
	for _, c := range []struct {
		change
		want uint16
	}{
		{change{}, 328},
		{change{changeSet, 7}, 7},
		{change{changeAdd, 20}, 348},
		{change{changeSwap, 0}, 0x4801},
		{change{changeSwap, 0xffec}, 0x3401},
	} {
		if got := c.of(328); got != c.want {
			t.Errorf("%v of 328: %X, want %X", c.change, got, c.want)
		}
	}
}

// However many 4-tuples are used, the latest are remembered.
func TestTuplesAreBounded(t *testing.T) {
	var s tuples
	at := time.Unix(0, 0)
	for i := range 3 * maxTuples {
		s.note(flow{theirs: uint16(i), ours: uint16(i >> 16)}, uint32(i), at)
	}
	last := flow{theirs: uint16(3*maxTuples - 1)}
	s.note(last, 9, at)
	if len(s.all) != maxTuples || len(s.order) != maxTuples || s.all[last] != (numbered{9, at, 2}) {
		t.Errorf("%d and %d 4-tuples, %v", len(s.all), len(s.order), s.all[last])
	}
}
