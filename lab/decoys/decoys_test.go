package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shown = `Fingerprint A machine
Class Maker | Linux | 2.6.X | general purpose
SEQ(SP=C0-D0%GCD=1-6%ISR=C0-D0%TI=Z%CI=Z%II=I%TS=A)
OPS(O1=M5B4ST11NW7%O2=M5B4ST11NW7%O3=M5B4NNT11NW7%O4=M5B4ST11NW7%O5=M5B4ST11NW7%O6=M5B4ST11)
WIN(W1=7120%W2=7120%W3=7120%W4=7120%W5=7120%W6=7120)
ECN(R=Y%DF=Y%T=3B-45%TG=40%W=7210%O=M5B4NNSNW7%CC=Y%Q=)
T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
T5(R=Y%DF=Y%T=3B-45%TG=40%W=0%S=Z%A=S+%F=AR%O=%RD=0%Q=)
U1(R=Y%DF=N%T=3B-45%TG=40%IPL=164%UN=0%RIPL=G%RID=G%RIPCK=G%RUCK=G%RUD=G)
IE(R=Y%DFI=N%T=3B-45%TG=40%CD=S)

`

// device is shown too, and tells no system.
var device = strings.NewReplacer("A machine", "A device", "Linux | 2.6.X", "embedded |").Replace(shown)

const unshown = `Fingerprint Nobody
SEQ(R=N)
OPS(R=N)
WIN(R=N)
ECN(R=N)
T1(R=N)
T2(R=N)
T3(R=N)
T4(R=N)
T5(R=N)
T6(R=N)
T7(R=N)
U1(R=N)
IE(R=N)
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSample(t *testing.T) {
	db := write(t, "some.osdb", shown+unshown)
	dir := t.TempDir()
	toml, truth := filepath.Join(dir, "d.toml"), filepath.Join(dir, "truth")
	var out bytes.Buffer
	if err := run([]string{"sample", "-n", "9", db, toml, truth}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Nobody\tnot reproducible") || !strings.Contains(out.String(), "2 records of 2, 1 refused\n") {
		t.Errorf("said %s", &out)
	}
	if b, _ := os.ReadFile(truth); string(b) != "198.18.0.1\tA machine\n" {
		t.Errorf("truth %q", b)
	}
	if b, _ := os.ReadFile(toml); !strings.Contains(string(b), `addr = "198.18.0.1"`) || strings.Count(string(b), "[[host]]") != 1 {
		t.Errorf("file %s", b)
	}
}

// Over IPv6 the file and the judge are the same.
func TestIPv6(t *testing.T) {
	db, dir := write(t, "some.osdb", shown), t.TempDir()
	toml, truth := filepath.Join(dir, "d.toml"), filepath.Join(dir, "truth")
	var out bytes.Buffer
	if err := run([]string{"sample", "-first", "2001:db8::7", db, toml, truth}, &out); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(toml); !strings.Contains(string(b), `addr = "2001:db8::7"`) {
		t.Errorf("file %s", b)
	}
	result := write(t, "x.xml", `<nmaprun><host><address addr="2001:db8::7" addrtype="ipv6"/><os><osmatch name="A machine" accuracy="100"/></os></host></nmaprun>`)
	out.Reset()
	if err := run([]string{"nmap", truth, result}, &out); err != nil || out.String() != "1 decoys: first 1 (100.0 %)\n" {
		t.Errorf("%v, said %s", err, &out)
	}
}

func TestNmap(t *testing.T) {
	truth := write(t, "truth", "198.18.0.1\tA\n198.18.0.2\tB\n198.18.0.3\tC\n198.18.0.4\tD\n198.18.0.5\tE\n")
	result := write(t, "x.xml", `<nmaprun>
<host><address addr="198.18.0.1" addrtype="ipv4"/><address addr="00:00:00:00:00:01" addrtype="mac"/>
<os><osmatch name="Z" accuracy="100"/><osmatch name="A" accuracy="100"/></os></host>
<host><address addr="198.18.0.2" addrtype="ipv4"/><os><osmatch name="B" accuracy="99"/></os></host>
<host><address addr="198.18.0.3" addrtype="ipv4"/><os><osmatch name="Z" accuracy="100"/></os></host>
<host><address addr="198.18.0.4" addrtype="ipv4"/></host></nmaprun>`)
	var out bytes.Buffer
	if err := run([]string{"nmap", truth, result}, &out); err != nil {
		t.Fatal(err)
	}
	want := "below\t198.18.0.2\tB\tB (99 %)\nabsent\t198.18.0.3\tC\tZ (100 %)\nnothing\t198.18.0.4\tD\t\nmissing\t198.18.0.5\tE\t\n" +
		"5 decoys: first 1 (20.0 %) below 1 (20.0 %) absent 1 (20.0 %) nothing 1 (20.0 %) missing 1 (20.0 %)\n"
	if out.String() != want {
		t.Errorf("said\n%swant\n%s", &out, want)
	}
}

func TestP0f(t *testing.T) {
	db := write(t, "some.osdb", shown+device)
	truth := write(t, "truth", "198.18.0.1\tA machine\n198.18.0.2\tA machine\n198.18.0.3\tA machine\n198.18.0.4\tA device\n")
	fp := write(t, "p0f.fp", "classes = win,unix,other\n[tcp:response]\nlabel = s:unix:Linux:3.x\nsig = *:64:0:*:mss*10,0:mss:df:0\n"+
		"label = s:win:Windows:XP\nsig = *:128:0:*:65535,0:mss:df:0\n")
	log := write(t, "log", `[2026/11/21 12:00:00] mod=syn+ack|cli=10.77.1.1/4000|srv=198.18.0.1/80|subj=srv|os=Linux 3.x|dist=0|params=none|raw_sig=
[2026/11/21 12:00:00] mod=syn+ack|cli=10.77.1.1/4000|srv=198.18.0.2/80|subj=srv|os=Windows XP|dist=0|params=none|raw_sig=4:128+0:0:1460:65535,0:mss:df:0
[2026/11/21 12:00:00] mod=syn+ack|cli=10.77.1.1/4000|srv=198.18.0.3/80|subj=srv|os=???|dist=0|params=none|raw_sig=
[2026/11/21 12:00:00] mod=syn+ack|cli=10.77.1.1/4000|srv=198.18.0.4/80|subj=srv|os=Linux 3.x|dist=0|params=none|raw_sig=
[2026/11/21 12:00:00] mod=mtu|cli=10.77.1.1/4000|srv=198.18.0.3/80|subj=srv|link=Ethernet
`)
	var out bytes.Buffer
	if err := run([]string{"p0f", db, truth, fp, log}, &out); err != nil {
		t.Fatal(err)
	}
	want := "differs\t198.18.0.2\tA machine\tWindows XP\t4:128+0:0:1460:65535,0:mss:df:0\nuntold\t198.18.0.4\tA device\tLinux 3.x\t\n4 decoys: p0f names 3; of the right family 1, of another 1, of a device whose record tells no system 1\n"
	if out.String() != want {
		t.Errorf("said\n%swant\n%s", &out, want)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"nmap"}, {"sample", "a"}, {"other", "a", "b", "c"}} {
		if err := run(args, &bytes.Buffer{}); err == nil || err.Error() != usage {
			t.Errorf("%v: %v", args, err)
		}
	}
}
