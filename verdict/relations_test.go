package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommon(t *testing.T) {
	const linux = "OPS(O1=M5B4ST11NWA%O6=M5B4ST11)WIN(W1=FE88%W6=FE88)ECN(R=Y%W=FAF0%O=M5B4NNSNWA)"
	for _, c := range []struct{ name, seen, want string }{
		{"Linux on Ethernet stays", linux, linux},
		{"Linux, 1400-byte packets", "OPS(O1=M550ST11NWA%O6=M550ST11)WIN(W1=FCC0%W6=FCC0)ECN(R=Y%W=FF00%O=M550NNSNWA)", linux},
		{"Linux, loopback", "OPS(O1=MFFD7ST11NWA%O6=MFFD7ST11)WIN(W1=FFCB%W6=FFCB)ECN(R=Y%W=FFD7%O=MFFD7NNSNWA)", linux},
		{"Linux, 9001-byte packets", "OPS(O1=M2301ST11NWA%O6=M2301ST11)WIN(W1=F4B3%W6=F4B3)ECN(R=Y%W=F507%O=M2301NNSNWA)", linux},
		{"Linux with 9001-byte packets behind a tunnel", "OPS(O1=M550ST11NWA%O6=M550ST11)WIN(W1=F4B3%W6=F4B3)ECN(R=Y%W=F507%O=M550NNSNWA)", linux},
		{"Linux before 4.20 with 9001-byte packets behind a tunnel, 20 segments", "OPS(O1=M550ST11NW7)WIN(W1=68DF)", "OPS(O1=M5B4ST11NW7)WIN(W1=7120)"},
		{"10 segments", "OPS(O1=M550ST11NW7)WIN(W1=45EA)", "OPS(O1=M5B4ST11NW7)WIN(W1=3890)"},
		{"window of an Ethernet behind a tunnel", "OPS(O1=M550ST11NW7)WIN(W1=7120)", "OPS(O1=M5B4ST11NW7)WIN(W1=7120)"},
		{"a fixed number of segments follows", "OPS(O1=M550ST11NW7)WIN(W1=6950)", "OPS(O1=M5B4ST11NW7)WIN(W1=7120)"},
		{"gVisor, 20 segments rounded down", "OPS(O1=M550ST11NW7%O6=M550ST11)WIN(W1=6A00%W6=6A00)ECN(R=Y%W=6A00%O=M550NNSNW7)",
			"OPS(O1=M5B4ST11NW7%O6=M5B4ST11)WIN(W1=7200%W6=7200)ECN(R=Y%W=7200%O=M5B4NNSNW7)"},
		{"a scale that rounds too much", "OPS(O1=M550ST11NWA)WIN(W1=6800)", "OPS(O1=M5B4ST11NWA)WIN(W1=6800)"},
		{"Windows does not follow", "OPS(O1=M550NW8ST11)WIN(W1=2000)", "OPS(O1=M5B4NW8ST11)WIN(W1=2000)"},
		{"BSD does not follow", "OPS(O1=M550NW6ST11)WIN(W1=FFFF)", "OPS(O1=M5B4NW6ST11)WIN(W1=FFFF)"},
		{"each window goes with its own options", "OPS(O1=M550ST11%O2=M550)WIN(W1=FCC0%W2=FF00)", "OPS(O1=M5B4ST11%O2=M5B4)WIN(W1=FE88%W2=FAF0)"},
		{"another MSS than that of the path stays", "OPS(O1=M550ST11%O2=M218)WIN(W1=FCC0)", "OPS(O1=M5B4ST11%O2=M218)WIN(W1=FE88)"},
		{"no MSS, no change", "OPS(O1=ST11)WIN(W1=FCC0)", "OPS(O1=ST11)WIN(W1=FCC0)"},
		{"no options, no change", "WIN(W1=FCC0)", "WIN(W1=FCC0)"},
		{"closed windows stay", "OPS(O1=M550)WIN(W1=0)", "OPS(O1=M5B4)WIN(W1=0)"},
		{"what is no number stays", "OPS(O1=M550)WIN(W1=XYZ)", "OPS(O1=M5B4)WIN(W1=XYZ)"},
		{"an MSS of a few bytes divides nothing", "OPS(O1=M5T11)WIN(W1=FCC0)", "OPS(O1=M5B4T11)WIN(W1=FCC0)"},
		{"an MSS beyond 16 bits is none", "OPS(O1=M12345)WIN(W1=FCC0)", "OPS(O1=M12345)WIN(W1=FCC0)"},
	} {
		seen := joined(c.seen)
		before := text(seen)
		common, _ := Common(seen)
		if d := cmp.Diff(c.want, text(common)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if text(seen) != before {
			t.Errorf("%s: the observation was changed", c.name)
		}
	}
}

func TestCommonTellsThePath(t *testing.T) {
	for seen, want := range map[string]int{"OPS(O1=M550ST11)": 1360, "OPS(O1=M5B4)": 1460, "OPS(O1=ST11)": 0, "OPS(O1=)": 0, "T1(R=Y)": 0} {
		if _, path := Common(joined(seen)); path != want {
			t.Errorf("%s: %d, want %d", seen, path, want)
		}
	}
}
