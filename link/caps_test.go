package link

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
)

func TestHint(t *testing.T) {
	tests := []struct {
		name string
		e    CapabilityError
		want string
	}{
		{"installed", CapabilityError{[]Capability{NetRaw}, "/usr/bin/whorl"},
			"sudo setcap cap_net_raw+ep /usr/bin/whorl"},
		{"both, odd path", CapabilityError{[]Capability{NetRaw, NetAdmin}, "/opt/it's/whorl"},
			`sudo setcap cap_net_raw,cap_net_admin+ep '/opt/it'\''s/whorl'`},
		{"go run", CapabilityError{[]Capability{NetRaw}, "/tmp/go-build123/b001/exe/whorl"},
			"go build -o whorl ./cmd/whorl && sudo setcap cap_net_raw+ep ./whorl"},
		{"go run, cached", CapabilityError{[]Capability{NetRaw}, "/home/me/.cache/go-build/9a/9af0-d/whorl"},
			"go build -o whorl ./cmd/whorl && sudo setcap cap_net_raw+ep ./whorl"},
		{"unknown binary", CapabilityError{Missing: []Capability{NetRaw}},
			"sudo setcap cap_net_raw+ep PROGRAM"},
	}
	for _, tt := range tests {
		if got := tt.e.Hint(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if got, want := tests[1].e.Error(), "link: missing capability cap_net_raw,cap_net_admin"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}

func TestCapable(t *testing.T) {
	if err := Capable(); err != nil {
		t.Errorf("nothing needed: %v", err)
	}
	if runtime.GOOS != "linux" {
		t.Skip("capabilities are of Linux")
	}
	const none = 63 // no kernel has so many
	err := Capable(none)
	var e *CapabilityError
	if !errors.As(err, &e) || len(e.Missing) != 1 || e.Missing[0] != none || e.Executable == "" {
		t.Errorf("capability 63: %v", err)
	}
}

func ExampleCapabilityError_Hint() {
	err := error(&CapabilityError{Missing: []Capability{NetRaw}, Executable: "/usr/bin/whorl"})
	var missing *CapabilityError
	if errors.As(err, &missing) {
		fmt.Println(err)
		fmt.Println("try:", missing.Hint())
	}
	// Output:
	// link: missing capability cap_net_raw
	// try: sudo setcap cap_net_raw+ep /usr/bin/whorl
}
