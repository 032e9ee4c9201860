//go:build linux

package afpacket

import (
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/bpf"

	"whorl/link"
)

// What two goroutines send at once arrives, each frame once and those of one way in order.
func TestSender(t *testing.T) {
	p := newPair(t)
	a, _ := open(t, p.a, b4, Options{})
	b, r := open(t, p.b, a4, Options{Filter: only(experimental)})
	const each = 5000
	ways := []link.BatchSender{a, a.Sender()}
	var sending sync.WaitGroup
	for i, way := range ways {
		frames := make([][]byte, each)
		for j := range frames {
			frames[j] = etherFrame(r.SrcMAC, experimental, byte(i), byte(j>>8), byte(j))
		}
		sending.Go(func() {
			sent := make([]time.Time, each)
			if n, err := way.SendBatch(frames, sent); n != each || err != nil || !slices.IsSortedFunc(sent, time.Time.Compare) {
				t.Errorf("way %d: %d sent, %v", i, n, err)
			}
		})
	}
	next := make([]uint16, len(ways))
	buf := make([]byte, 2048)
	for i := range each * len(ways) {
		if _, _, err := b.Recv(buf, b.Now().Add(time.Second)); err != nil {
			t.Fatalf("after %d frames, %d dropped: %v", i, b.Drops(), err)
		}
		way, no := buf[14], binary.BigEndian.Uint16(buf[15:])
		if no != next[way] {
			t.Fatalf("frame %d of way %d, want %d", no, way, next[way])
		}
		next[way]++
	}
	sending.Wait()
	a.Close()
	for i, way := range ways {
		if n, err := way.SendBatch([][]byte{etherFrame(r.SrcMAC, experimental)}, make([]time.Time, 1)); n != 0 || !errors.Is(err, net.ErrClosed) {
			t.Errorf("way %d, closed: %d sent, %v", i, n, err)
		}
	}
}

// A filter that the kernel does not take is an error, and leaves nothing open.
func TestOpenRefused(t *testing.T) {
	p := newPair(t)
	in(t, p.a, func() (struct{}, error) {
		r, err := link.RouteTo(b4, link.Via{})
		if err != nil {
			return struct{}{}, err
		}
		if c, err := Open(Options{Route: r, Filter: slices.Repeat([]bpf.Instruction{bpf.RetConstant{}}, 5000)}); err == nil {
			c.Close()
			t.Error("opened with a filter of 5000 instructions")
		}
		return struct{}{}, nil
	})
}
