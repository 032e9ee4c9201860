package main

import (
	"encoding/json"
	"strings"
	"testing"

	"whorl"
	"whorl/lab/target"
)

// A host that only answers pings gets no name: dozens of systems answer them alike. The
// verdict says why there is none, and that is no failure of the scan.
func TestOnlyPingsIsNoName(t *testing.T) {
	ask := needsLab(t)
	h := target.Up(t, "ipxe")
	a, err := ask(t.Context(), h) // an error for any exit code but 0
	if err != nil {
		t.Fatal(err)
	}
	var host whorl.Host
	if err := json.Unmarshal(a.raw, &host); err != nil {
		t.Fatal(err)
	}
	if len(a.print) == 0 || len(host.Verdicts) == 0 {
		t.Fatalf("nothing was measured: %s", a.raw)
	}
	if v := host.Verdicts[0]; v.Name != whorl.Unknown || v.Confidence != 0 || !strings.HasPrefix(v.Source.Text, "too little answered") {
		t.Errorf("named %q, %v sure, as %q; want unknown, too little answered", v.Name, v.Confidence, v.Source.Text)
	}
}
