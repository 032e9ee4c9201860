package ipv6_test

import (
	"os"
	"strings"
	"testing"

	"whorl/lab/target"
	"whorl/method/ipv6"
)

func TestDbg(t *testing.T) {
	for _, k := range strings.Fields(os.Getenv("K")) {
		h := target.Up(t, "qemu", "/tmp/whorl-kernels/"+k)
		for seed := range byte(2) {
			p := probe(t, h, seed)
			t.Logf("%s %s\n%s", k, h.Release, p.Tests)
			if seed == 0 {
				v, w := ipv6.Vector(&p), nmapVector(t, h)
				t.Log("DIFF", ipv6.Differences(t, v, w))
			}
		}
	}
}
