package decoy

import (
	"errors"
	"strings"
	"testing"
	"time"

	"whorl/lab/target"
	"whorl/method"
	"whorl/packet"
)

// volley sends packets at once and hears what comes back within a while.
type volley struct {
	packets []packet.Packet
	until   time.Time
	got     []string
}

func (v *volley) Poll(now time.Time, out *method.Outbox) time.Time {
	switch {
	case v.until.IsZero():
		for i := range v.packets {
			p := out.Put(method.Tag(i))
			*p = v.packets[i]
			p.DstMAC = packet.MAC{}
		}
		v.until = now.Add(150 * time.Millisecond)
	case !now.Before(v.until):
		return time.Time{}
	}
	return v.until
}

func (v *volley) Sent(method.Tag, time.Time) {}

func (v *volley) Receive(p *packet.Packet, _ time.Time) bool {
	if _, solicits := p.Neighbor(); p.Src != v.packets[0].Dst || solicits {
		return false
	}
	v.got = append(v.got, said(p))
	return true
}

// What TestHostile wants of decoys is what the stacks themselves answer.
func TestHostileReferee(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 20 s")
	}
	for _, lab := range []struct {
		kind, word string
		want       func(hostile) string
	}{
		{"linux", "net.ipv6.icmp.ratelimit=0", func(h hostile) string { return h.linux }},
		{"gvisor", "", func(h hostile) string { return h.gVisor }},
	} {
		t.Run(lab.kind, func(t *testing.T) {
			h := target.Up(t, lab.kind, strings.Fields(lab.word)...)
			err := h.Do(func() error {
				p, err := target.OpenProber(h.IP6)
				if err != nil {
					return err
				}
				s := &sender{src: p.Route.Src, dst: h.IP6, id: uint32(time.Now().Unix())}
				for _, c := range append(hostileParts(s), hostileChains(s)...) {
					v := &volley{packets: c.packets}
					if err := p.Drive(v); err != nil {
						return errors.Join(err, p.Close())
					}
					if all := strings.Join(v.got, ", "); all != lab.want(c) {
						t.Errorf("%s: %q, want %q", c.name, all, lab.want(c))
					}
				}
				return p.Close()
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
