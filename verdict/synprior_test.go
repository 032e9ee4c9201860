package verdict

import (
	"strings"
	"testing"

	"whorl"
	"whorl/osdb"
)

const printerRecord = `Fingerprint Example printer
Class Example | embedded || printer
SynAck(TTL=40%DF=N%ID=N%W=1234%O=MNNNNWNT)

`

// A device is among the nearest and no answer, unless its record is the user's own.
func TestDevices(t *testing.T) {
	for database, want := range map[string]string{osdb.Embedded: whorl.Unknown, osdb.User: "Example printer"} {
		db, problems := osdb.Read(strings.NewReader(printerRecord), database, "test.osdb")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		h := heardHost("SynAck(V=4%TTL=40%H=3C%DF=N%ID=N%W=1234%MSS=5B4%WS=0%O=MNNNNWNT%SO=WST%SM=5B4)")
		NewHandshakes(osdb.Set{db}, Options{}).Judge(h)
		names := ""
		for _, v := range h.Verdicts {
			names += v.Name + "; "
		}
		if h.Verdicts[0].Name != want || !strings.Contains(names, "Example printer") {
			t.Errorf("%s: %s, want %s", database, names, want)
		}
	}
}

// A system of general use is its own family, whatever shares its record; an appliance counts as
// the common system that it runs.
func TestStackOf(t *testing.T) {
	class := func(vendor, family, kind string) whorl.Class {
		return whorl.Class{Vendor: vendor, Family: family, DeviceType: kind}
	}
	for want, classes := range map[string][]whorl.Class{
		"FreeBSD":         {class("FreeBSD", "FreeBSD", "general purpose"), class("Apple", "macOS", "general purpose")},
		"Linux":           {class("Example", "embedded", "printer"), class("Linux", "Linux", "general purpose")},
		"Example printer": {class("Example", "embedded", "printer")},
		"Apple Darwin":    {class("Apple", "macOS", "general purpose")},
	} {
		c := stackOf(classes)
		if got := joinName(c.Vendor, c.Family); got != want {
			t.Errorf("%v: %s, want %s", classes, got, want)
		}
	}
}

// A stack that few hosts have is named only where it is surer than others must be.
func TestSmallStacks(t *testing.T) {
	const text = `Fingerprint Example stack
Class Example | Example | | KIND
SynAck(TTL=80%DF=N%O=MWL)

`
	for kind, want := range map[string]string{"specialized": whorl.Unknown, "router": "Example stack"} {
		db, problems := osdb.Read(strings.NewReader(strings.Replace(text, "KIND", kind, 1)), osdb.Embedded, "test.osdb")
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		h := heardHost("SynAck(V=4%TTL=7F%H=30%DF=N%ID=N%W=8001%MSS=5B4%WS=1%O=MWL%SO=W%SM=5B4)")
		NewHandshakes(osdb.Set{db}, Options{}).Judge(h)
		if h.Verdicts[0].Name != want {
			t.Errorf("%s: %s, want %s", kind, h.Verdicts[0].Name, want)
		}
	}
}
