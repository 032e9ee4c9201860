package packet_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	. "whorl/packet"
)

// read takes raw options apart to the end or to the first malformed one.
func read(raw []byte) (options []Option, rest []byte) {
	for {
		o, r, ok := NextOption(raw)
		if !ok {
			return options, r
		}
		options, raw = append(options, o), r
	}
}

func TestNextOption(t *testing.T) {
	tests := []struct {
		name string
		raw  []byte
		want []Option
		rest []byte
	}{
		{"none", nil, nil, nil},
		{"one of each", rows("020405b4", "01", "030307", "0402"), []Option{
			{OptMSS, rows("05b4")}, {OptNOP, nil}, {OptWScale, rows("07")}, {OptSACKOK, nil},
		}, nil},
		{"options after EOL are kept", rows("00", "020405b4", "00"), []Option{
			{OptEOL, nil}, {OptMSS, rows("05b4")}, {OptEOL, nil},
		}, nil},
		{"unknown kind", rows("fd04dead"), []Option{{253, rows("dead")}}, nil},
		{"length 0", rows("01", "0200"), []Option{{OptNOP, nil}}, rows("0200")},
		{"length 1", rows("0201"), nil, rows("0201")},
		{"no length", rows("02"), nil, rows("02")},
		{"beyond the end", rows("020405"), nil, rows("020405")},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			got, rest := read(c.raw)
			if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("options (-want +got):\n%s", d)
			}
			if !bytes.Equal(rest, c.rest) {
				t.Errorf("rest %x, want %x", rest, c.rest)
			}
		})
	}
}

func TestOptionValues(t *testing.T) {
	type values struct {
		MSS      uint16
		HasMSS   bool
		Shift    uint8
		HasShift bool
		SACK     bool
		Val, Ecr uint32
		HasTS    bool
	}
	tests := []struct {
		name string
		raw  []byte
		want values
	}{
		{"none", nil, values{}},
		{"all", rows("020405b4", "0402", "080a0001e240000000ff", "01", "030307"),
			values{1460, true, 7, true, true, 123456, 255, true}},
		{"zero is there", rows("02040000", "030300", "080a0000000000000000"), values{HasMSS: true, HasShift: true, HasTS: true}},
		{"wrong sizes are absent", rows("0203ff", "0302", "080600000001", "0403ff"), values{}},
		{"the first of the right size counts", rows("0203ff", "02040200", "020405b4"), values{MSS: 512, HasMSS: true}},
		{"nothing after EOL counts", rows("00", "020405b4"), values{}},
		{"nothing after a malformed option counts", rows("0301", "020405b4"), values{}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			h := TCPHeader{Options: c.raw}
			var got values
			got.MSS, got.HasMSS = h.MSS()
			got.Shift, got.HasShift = h.WScale()
			got.SACK = h.SACKPermitted()
			got.Val, got.Ecr, got.HasTS = h.Timestamp()
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// wellFormed is the slow oracle for OddTCPOptions: every option before the first EOL
// has a length that fits. What follows EOL is padding and may be anything.
func wellFormed(raw []byte) bool {
	for i := 0; i < len(raw) && raw[i] != OptEOL; {
		switch {
		case raw[i] == OptNOP:
			i++
		case i+1 >= len(raw) || raw[i+1] < 2 || i+int(raw[i+1]) > len(raw):
			return false
		default:
			i += int(raw[i+1])
		}
	}
	return true
}

func FuzzOptions(f *testing.F) {
	for _, raw := range [][]byte{
		nil,
		rows("020405b4", "0402", "080a0001e240000000ff", "01", "030307"),
		rows("00", "0201", "0000"),
		rows("0301", "0101"),
		rows("050a0000001000000020", "fd02"),
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		raw = raw[:min(len(raw), 40)]
		options, rest := read(raw)
		var joined []byte
		for _, o := range options {
			joined = append(joined, o.Kind)
			if o.Kind != OptEOL && o.Kind != OptNOP {
				joined = append(joined, byte(len(o.Data)+2))
				joined = append(joined, o.Data...)
			}
		}
		if joined = append(joined, rest...); !bytes.Equal(joined, raw) {
			t.Fatalf("%x read and joined is %x", raw, joined)
		}
		p := syn4()
		p.TCP.Options = raw[:len(raw)&^3]
		var q Packet
		q.Decode(Raw, frameOf(t, p))
		if got, want := !q.Odd.Has(OddTCPOptions), wellFormed(p.TCP.Options); got != want || q.Odd&^OddTCPOptions != 0 {
			t.Fatalf("%x: Odd is %q, well formed is %v", p.TCP.Options, q.Odd, want)
		}
	})
}
