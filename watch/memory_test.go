package watch

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"whorl/packet"
)

// A full table, from a flood of probes that are answered, takes what Options says.
func TestMemory(t *testing.T) {
	const most = 64 << 20 // bytes
	before := heap()
	w, at := New(Options{}), epoch
	probe := tcp(40000, 80, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	probe.Link = packet.Raw
	var frame []byte
	for i := range uint32(100_000) {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], 10<<24+i)
		p := *probe
		p.Src, p.TCP.Seq = netip.AddrFrom4(a), i
		answer := back(&p, synAck)
		answer.Link = packet.Raw
		at = at.Add(10 * time.Microsecond)
		for _, q := range []*packet.Packet{&p, answer} {
			frame, _ = q.Append(frame[:0])
			w.Frame(packet.Raw, frame, at)
		}
	}
	if n := heap() - before; n > most || w.Len() != defaultSessions {
		t.Errorf("%d contacts take %d MB", w.Len(), n>>20)
	} else {
		t.Logf("%d contacts take %d MB", w.Len(), n>>20)
	}
	runtime.KeepAlive(w)
}

// Contacts that ask many ports of many hosts displace those that are silent longest before
// they take more than all contacts may.
func TestMemoryOfMuchAsked(t *testing.T) {
	const sources, probes, most = 1000, 256, 4 << 20
	w, at := New(Options{}), epoch
	w.contacts.most = most
	empty := heap()
	probe := *tcp(40000, 80, packet.SYN, 1, "\x03\x03\x0a\x01\x02\x04\x05\xb4\x08\x0a\xff\xff\xff\xff\x00\x00\x00\x00\x04\x02")
	probe.Link = packet.Raw
	var frame []byte
	for n := range uint32(probes) {
		for i := range uint32(sources) {
			probe.Src, probe.Dst = netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), netip.AddrFrom4([4]byte{198, 51, 100, byte(n % maxTalks)})
			probe.TCP.SrcPort, probe.TCP.DstPort, probe.TCP.Seq = uint16(20000+n), uint16(n), i
			at = at.Add(2 * time.Microsecond)
			frame, _ = probe.Append(frame[:0])
			w.Frame(packet.Raw, frame, at)
		}
	}
	n := heap() - empty
	t.Logf("%d contacts take %d KB, and should %d KB", w.Len(), n>>10, w.contacts.bytes>>10)
	if w.contacts.bytes > most || w.Counts().Forgotten == 0 || n > 2*most {
		t.Errorf("%d contacts take %d KB and should %d KB, %d were forgotten", w.Len(), n>>10, w.contacts.bytes>>10, w.Counts().Forgotten)
	}
	runtime.KeepAlive(w)
}

// heap is what is in use, bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
