package seek

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePorts(t *testing.T) {
	for _, c := range []struct {
		spec     string
		tcp, udp []uint16
	}{
		{"22", []uint16{22}, nil},
		{"443,80,443, 22", []uint16{443, 80, 22}, nil}, // in order, each once
		{"20-22,21-23", []uint16{20, 21, 22, 23}, nil},
		{"65533-", []uint16{65533, 65534, 65535}, nil},
		{"-3", []uint16{1, 2, 3}, nil},
		{"0", []uint16{0}, nil},
		{"0-1", []uint16{0, 1}, nil},
		{"U:53,161,T:22", []uint16{22}, []uint16{53, 161}},
		{"80,U:53,T:22,U:53", []uint16{80, 22}, []uint16{53}},
		{"ssh", []uint16{22}, nil},
		{"ms-sql", []uint16{1433}, nil}, // a dash in a name is no range
		{"http?", []uint16{443}, nil},
		{"pop3*", []uint16{110, 995}, nil},
	} {
		tcp, udp, err := ParsePorts(c.spec)
		if err != nil {
			t.Errorf("%s: %v", c.spec, err)
		}
		if d := cmp.Diff(c.tcp, tcp); d != "" {
			t.Errorf("%s: %s", c.spec, d)
		}
		if d := cmp.Diff(c.udp, udp); d != "" {
			t.Errorf("%s: UDP %s", c.spec, d)
		}
	}
	tcp, _, err := ParsePorts("-")
	if err != nil || len(tcp) != 65535 || tcp[0] != 1 || tcp[65534] != 65535 {
		t.Errorf("%d ports, %v", len(tcp), err)
	}
	if again, _, err := ParsePorts(strings.Repeat("-,", 200) + "-"); err != nil || !slices.Equal(tcp, again) {
		t.Errorf("all ports many times: %d, %v", len(again), err)
	}
}

func TestParsePortsErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"":                     `seek: port list "": an item is empty; write ports like 22,80-90`,
		"22,":                  `seek: port list "22,": an item is empty; write ports like 22,80-90`,
		"U:":                   `seek: port list "U:": an item is empty; write ports like 22,80-90`,
		"65536":                `seek: port list "65536": port 65536 is out of range, the last one is 65535`,
		"1-70000":              `seek: port list "1-70000": port 70000 is out of range, the last one is 65535`,
		"90-80":                `seek: port list "90-80": range "90-80" runs backwards`,
		"1-2-3":                `seek: port list "1-2-3": "2-3" is neither a port number nor a range`,
		"22x":                  `seek: port list "22x": "22x" is neither a port number nor a range`,
		"-x":                   `seek: port list "-x": "x" is neither a port number nor a range`,
		"gopher":               `seek: port list "gopher": no service is named "gopher"; give its number`,
		"http[":                `seek: port list "http[": service name pattern "http[": syntax error in pattern`,
		"99999999999999999999": `seek: port list "99999999999999999999": "99999999999999999999" is neither a port number nor a range`,
	} {
		if _, _, err := ParsePorts(spec); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", spec, err, want)
		}
	}
}

func TestLikely(t *testing.T) {
	seen := map[uint16]bool{}
	for _, p := range Likely {
		if p == 0 || seen[p] {
			t.Errorf("port %d", p)
		}
		seen[p] = true
	}
	if len(Likely) != 100 {
		t.Errorf("%d ports", len(Likely))
	}
	for n, good := range map[int]bool{-1: false, 0: false, 1: true, 100: true, 101: false} {
		if ports, err := Top(n); (err == nil) != good || good && len(ports) != n {
			t.Errorf("top %d: %d ports, %v", n, len(ports), err)
		}
	}
	if Name(22) != "ssh" || Name(4) != "" {
		t.Errorf("%q, %q", Name(22), Name(4))
	}
}

// FuzzParsePorts: a list is read or complained of; written as numbers it reads the same.
func FuzzParsePorts(f *testing.F) {
	for _, s := range []string{"22,80-90", "-", "60000-", "http*,T:21-25,U:53,161", "U:,", "1--2", "[", "\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		if strings.Count(spec, "-") > 50 {
			return // ranges that only cost time
		}
		tcp, udp, err := ParsePorts(spec)
		if err != nil {
			if tcp != nil || udp != nil {
				t.Errorf("%v with %v", err, tcp)
			}
			return
		}
		if len(tcp)+len(udp) > 1000 {
			return
		}
		var items []string
		for i, list := range [][]uint16{tcp, udp} {
			for _, p := range list {
				items = append(items, fmt.Sprintf("%c:%d", "TU"[i], p))
			}
		}
		tcp2, udp2, err := ParsePorts(strings.Join(items, ","))
		if err != nil || !slices.Equal(tcp, tcp2) || !slices.Equal(udp, udp2) {
			t.Errorf("%q: %v %v, then %v %v, %v", spec, tcp, udp, tcp2, udp2, err)
		}
	})
}

func ExampleParsePorts() {
	fmt.Println(ParsePorts("ssh,80-82,U:53"))
	_, _, err := ParsePorts("22,90-80")
	fmt.Println(err)
	// Output:
	// [22 80 81 82] [53] <nil>
	// seek: port list "22,90-80": range "90-80" runs backwards
}
