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

// heap is what is in use, bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
