package icmp

import (
	"testing"

	"whorl/packet"
)

func TestEcho(t *testing.T) {
	df := func(p *packet.Packet) { p.IPv4.DF = true }
	plain := func(p *packet.Packet) { p.IPv4.DF = false }
	copies := func(*packet.Packet) {} // DF, IP ID and TOS of the request
	type exchange struct{ ask, answer func(*packet.Packet) }
	for _, tt := range []struct {
		name string
		of   []exchange
		want string
	}{
		{"Linux", []exchange{{df, func(p *packet.Packet) { p.IPv4.DF, p.IPv4.ID = false, 800 }}, {plain, func(p *packet.Packet) { p.IPv4.ID = 900 }}}, "IE(DFI=N%TG=40) EC(ID=O) Heard(N=2%TTL=40)"},
		{"gVisor", []exchange{{df, copies}, {plain, copies}}, "IE(DFI=S%TG=40) EC(ID=S) Heard(N=2%TTL=40)"},
		{"one request with DF", []exchange{{df, copies}}, "IE(DFI=Y|S%TG=40) EC(ID=S) Heard(N=1%TTL=40)"},
		{"one without", []exchange{{plain, copies}}, "IE(DFI=S|N%TG=40) EC(ID=S) Heard(N=1%TTL=40)"},
		{"always", []exchange{{df, copies}, {plain, df}}, "IE(DFI=Y%TG=40) EC(ID=S) Heard(N=2%TTL=40)"},
		{"the other way round", []exchange{{df, plain}, {plain, df}}, "IE(DFI=O%TG=40) EC(ID=S) Heard(N=2%TTL=40)"},
		{"now so, now so", []exchange{{df, copies}, {df, plain}}, "IE(TG=40) EC(ID=S) Heard(N=2%TTL=40)"},
		{"TOS", []exchange{{func(p *packet.Packet) { p.TOS = 0x2b }, copies}}, "IE(DFI=S|N%TG=40) EC(ID=S%TOS=S) Heard(N=1%TTL=40)"},
		{"TOS without ECN", []exchange{{func(p *packet.Packet) { p.TOS = 0x2b }, func(p *packet.Packet) { p.TOS = 0x28 }}}, "IE(DFI=S|N%TG=40) EC(ID=S%TOS=D) Heard(N=1%TTL=40)"},
		{"TOS zero", []exchange{{func(p *packet.Packet) { p.TOS = 0x28 }, func(p *packet.Packet) { p.TOS = 0 }}}, "IE(DFI=S|N%TG=40) EC(ID=S%TOS=Z) Heard(N=1%TTL=40)"},
		{"IP ID zero", []exchange{{plain, func(p *packet.Packet) { p.IPv4.ID = 0 }}}, "IE(DFI=S|N%TG=40) EC(ID=Z) Heard(N=1%TTL=40)"},
		{"zero and asked so", []exchange{{func(p *packet.Packet) { p.IPv4.ID = 0 }, copies}}, "IE(DFI=S|N%TG=40) EC(ID=S|Z) Heard(N=1%TTL=40)"},
		{"code", []exchange{{func(p *packet.Packet) { p.ICMP.Code = 9 }, copies}}, "IE(DFI=S|N%TG=40%CD=S) EC(ID=S) Heard(N=1%TTL=40)"},
		{"code zero", []exchange{{func(p *packet.Packet) { p.ICMP.Code = 9 }, func(p *packet.Packet) { p.ICMP.Code = 0 }}}, "IE(DFI=S|N%TG=40%CD=Z) EC(ID=S) Heard(N=1%TTL=40)"},
		{"two machines", []exchange{{plain, copies}, {plain, func(p *packet.Packet) { p.TTL = 250 }}}, "Heard(N=2%TTL=40-FA)"},
	} {
		var e Echo
		for _, x := range tt.of {
			q := ping(false, x.ask)
			if mine, _ := e.Add(pong(t, q, x.answer), heard(t, q)); !mine {
				t.Errorf("%s: not taken", tt.name)
			}
		}
		check(t, tt.name, e.Print(false), tt.want)
	}
}

func TestEcho6(t *testing.T) {
	for label, want := range map[uint32]string{0: "Z", 0x777: "S", 3: "O"} {
		var e Echo
		q := ping(true, nil)
		e.Add(pong(t, q, func(p *packet.Packet) { p.IPv6.FlowLabel = label }), heard(t, q))
		check(t, want, e.Print(true), "IE1_6(HLG=40%FL="+want+") Heard(N=1%TTL=40)")
	}
}

// A reply whose data is not that of the request is not its reply.
func TestEchoNot(t *testing.T) {
	q := ping(false, nil)
	for name, p := range map[string]*packet.Packet{
		"other data":   pong(t, q, func(p *packet.Packet) { p.Payload = []byte("other") }),
		"changed data": pong(t, ping(false, func(p *packet.Packet) { p.Payload[7] = 'z' }), nil),
		"a request":    decoded(frame(t, &q)),
		"a fragment":   pong(t, q, func(p *packet.Packet) { p.IPv4.MF = true }),
	} {
		var e Echo
		if mine, news := e.Add(p, heard(t, q)); mine || news || e != (Echo{}) {
			t.Errorf("%s: taken", name)
		}
	}
	var e Echo
	if mine, _ := e.Add(pong(t, q, nil), nil); mine {
		t.Error("a reply to nothing: taken")
	}
}
