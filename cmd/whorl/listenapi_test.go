package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"whorl"
	"whorl/listen"
	"whorl/osdb"
	"whorl/packet"
	"whorl/verdict"
)

const apiRecords = `Fingerprint Linux 4.15 - 7.3
Class Linux | Linux | 6.X | general purpose
Syn(TTL=40%DF=Y%ID=N%W=44*MSS%WS=7%O=MSTNW%FL=N)

`

var (
	apiHost  = netip.MustParseAddr("192.0.2.9")
	apiHost6 = netip.MustParseAddr("2001:db8::9")
	apiStart = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

// testAPI answers at a path about two hosts that were heard.
func testAPI(t *testing.T, path string) *api {
	t.Helper()
	db, problems := osdb.Read(strings.NewReader(apiRecords), osdb.Embedded, "test.osdb")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	heard := listen.New(listen.Options{})
	for n, from := range []netip.Addr{apiHost, apiHost, apiHost6} {
		p := packet.Packet{Link: packet.Raw, Network: packet.IPv4, Src: from, Dst: netip.MustParseAddr("198.51.100.1"), TTL: 60, Proto: packet.ProtoTCP, Transport: packet.TCP}
		mss := byte(0xb4)
		if from.Is6() {
			p.Network, p.Dst, p.IPv6.FlowLabel, mss = packet.IPv6, netip.MustParseAddr("2001:db8::1"), 7, 0xa0
		}
		p.IPv4.DF, p.IPv4.ID = true, 7
		p.TCP = packet.TCPHeader{SrcPort: uint16(4000 + n), DstPort: 443, Seq: 9, Flags: packet.SYN, Window: 44 * (0x500 + uint16(mss)),
			Options: []byte{2, 4, 5, mss, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7}}
		frame, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		heard.Frame(packet.Raw, frame, apiStart.Add(time.Duration(n)*time.Minute))
	}
	s, err := newAPI(path, 0o600, verdict.NewHandshakes(osdb.Set{db}, verdict.Options{}), heard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func apiQuery(magic uint32, kind byte, addr netip.Addr) []byte {
	b := binary.NativeEndian.AppendUint32(nil, magic)
	b = append(b, kind)
	if addr.Is4() {
		a := addr.As4()
		return append(append(b, a[:]...), make([]byte, 12)...)
	}
	a := addr.As16()
	return append(b, a[:]...)
}

func dialAPI(t *testing.T, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// ask sends a query and reads the answer.
func ask(t *testing.T, c net.Conn, query []byte) (b [p0fAnswerLen]byte) {
	t.Helper()
	if _, err := c.Write(query); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, b[:]); err != nil {
		t.Fatal(err)
	}
	return b
}

func word(b []byte, at int) uint32 { return binary.NativeEndian.Uint32(b[at:]) }

func text(b []byte, at int) string {
	s, _, _ := strings.Cut(string(b[at:at+p0fStringLen]), "\x00")
	return s
}

func TestAPI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p0f.sock")
	s := testAPI(t, path)
	if i, err := os.Lstat(path); err != nil || i.Mode() != os.ModeSocket|0o600 {
		t.Errorf("%v, %v", i.Mode(), err)
	}
	c := dialAPI(t, path)
	b := ask(t, c, apiQuery(p0fQueryMagic, 4, apiHost))
	for at, want := range map[int]uint32{0: p0fAnswerMagic, 4: uint32(p0fOK), 8: uint32(apiStart.Unix()), 12: uint32(apiStart.Unix()) + 60,
		16: 2, 20: 0, 24: 0, 28: 0, 32: 0} {
		if got := word(b[:], at); got != want {
			t.Errorf("at %d: %d, want %d", at, got, want)
		}
	}
	if d := int16(binary.NativeEndian.Uint16(b[36:])); d != 4 || b[38] != 0 || b[39] != 0 {
		t.Errorf("distance %d, bad_sw %d, os_match_q %d", d, b[38], b[39])
	}
	for i, want := range []string{"Linux", "4.15 - 7.3", "", "", "Ethernet", ""} {
		if got := text(b[:], 40+i*p0fStringLen); got != want {
			t.Errorf("string %d: %q, want %q", i, got, want)
		}
	}
	if b := ask(t, c, apiQuery(p0fQueryMagic, 6, apiHost6)); word(b[:], 4) != uint32(p0fOK) || text(b[:], 40) != "Linux" {
		t.Errorf("IPv6: %x", b)
	}
	if b := ask(t, c, apiQuery(p0fQueryMagic, 4, netip.MustParseAddr("192.0.2.10"))); word(b[:], 4) != uint32(p0fNoMatch) || word(b[:], 8) != 0 {
		t.Errorf("a stranger: %x", b)
	}
	if b := ask(t, c, apiQuery(p0fQueryMagic, 5, apiHost)); word(b[:], 4) != uint32(p0fBadQuery) {
		t.Errorf("a wrong type: %x", b)
	}
	if b := ask(t, c, apiQuery(7, 4, apiHost)); word(b[:], 0) != p0fAnswerMagic || word(b[:], 4) != uint32(p0fBadQuery) {
		t.Errorf("a wrong magic number: %x", b)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("after a wrong magic number: %v, want the end", err)
	}
	s.close()
	s.close()
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Clients beyond the limit are hung up on, and so are those that wait too long, or send
// half a query. A place that is free is taken again.
func TestAPILimits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p0f.sock")
	s := testAPI(t, path)
	s.mu.Lock()
	s.idle = 300 * time.Millisecond
	s.mu.Unlock()
	var all []net.Conn
	for range apiClients {
		c := dialAPI(t, path)
		ask(t, c, apiQuery(p0fQueryMagic, 4, apiHost))
		all = append(all, c)
	}
	if _, err := dialAPI(t, path).Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("one client too many: %v, want the end", err)
	}
	if _, err := all[0].Write(make([]byte, 5)); err != nil {
		t.Error(err)
	}
	for i, c := range all {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("client %d that waits: %v, want the end", i, err)
		}
	}
	for {
		c := dialAPI(t, path)
		c.Write(apiQuery(p0fQueryMagic, 4, apiHost))
		var b [p0fAnswerLen]byte
		if _, err := io.ReadFull(c, b[:]); err == nil {
			break
		}
		if t.Failed() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A thousand clients at once take their places in turn and nothing else: each is answered
// or hung up on, and none is left.
func TestAPICrowd(t *testing.T) {
	const crowd = 1000
	path := filepath.Join(t.TempDir(), "p0f.sock")
	s := testAPI(t, path)
	query := apiQuery(p0fQueryMagic, 4, apiHost)
	var answered, refused atomic.Int32
	var all sync.WaitGroup
	for range crowd {
		all.Go(func() {
			c, err := net.Dial("unix", path)
			if err != nil { // more wait than the kernel lets
				refused.Add(1)
				return
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(20 * time.Second))
			c.Write(query[:10])
			c.Write(query[10:])
			var b [p0fAnswerLen]byte
			switch _, err := io.ReadFull(c, b[:]); {
			case err == nil && word(b[:], 4) == uint32(p0fOK):
				answered.Add(1)
			case errors.Is(err, os.ErrDeadlineExceeded):
				t.Error("neither an answer nor the end")
			default:
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if answered.Load() == 0 || answered.Load()+refused.Load() != crowd {
		t.Errorf("%d answered, %d refused", answered.Load(), refused.Load())
	}
	for range 200 {
		s.mu.Lock()
		left := len(s.clients)
		s.mu.Unlock()
		if left == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("clients are left")
}

// A client that asks and asks and reads no answer is hung up on.
func TestAPIDeaf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p0f.sock")
	s := testAPI(t, path)
	c := dialAPI(t, path)
	c.SetWriteDeadline(time.Now().Add(time.Second))
	for query := apiQuery(p0fQueryMagic, 4, apiHost); ; {
		if _, err := c.Write(query); err != nil {
			break
		}
	}
	s.close() // does not wait for it
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// A socket that nobody answers at is replaced; one that somebody does, and anything else,
// is not, and a socket that has become another's is not removed.
func TestAPIPath(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "stale")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	s := testAPI(t, stale)
	ask(t, dialAPI(t, stale), apiQuery(p0fQueryMagic, 4, apiHost))
	if _, err := newAPI(stale, 0o600, nil, nil); err == nil || !strings.Contains(err.Error(), "somebody answers") {
		t.Errorf("a second one: %v", err)
	}
	os.Remove(stale)
	if err := os.WriteFile(stale, []byte("another's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newAPI(stale, 0o600, nil, nil); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("at a file: %v", err)
	}
	s.close()
	if b, err := os.ReadFile(stale); err != nil || string(b) != "another's" {
		t.Errorf("another's file: %q, %v", b, err)
	}
	if _, err := newAPI(filepath.Join(dir, "none", "s"), 0o600, nil, nil); err == nil {
		t.Error("in a folder that is not there")
	}
	if _, err := newAPI(dir, 0o600, nil, nil); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("at a folder: %v", err)
	}
	if _, err := newAPI(filepath.Join(dir, strings.Repeat("s", 120)), 0o600, nil, nil); err == nil || !strings.Contains(err.Error(), "too long for a socket") {
		t.Errorf("a long name: %v", err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	if _, err := newAPI(link, 0o600, nil, nil); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("at a link: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".whorl-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	var none *api
	none.lock()
	none.unlock()
	none.close()
}

func TestP0fAnswer(t *testing.T) {
	h := &whorl.Host{Uptime: &whorl.Uptime{Seconds: 7200}, Claims: []whorl.Claim{{Against: true}},
		Observations: []whorl.Observation{{Method: "syn", Print: "Habits(HZ=3E8)\n"}},
		Boxes:        []whorl.Box{{Kind: whorl.BoxShared}}, Warnings: []string{"showed A in 3 handshakes and B in the 3 since; look who has the address now"},
		Seen:     whorl.Span{Last: time.Unix(99, 0)},
		Verdicts: []whorl.Verdict{{Name: "Microsoft Windows", Vendor: "Microsoft", Family: "Windows", Confidence: 0.8}}}
	b := p0fAnswer(p0fOK, h)
	for at, want := range map[int]uint32{8: 0, 12: 99, 20: 120, 24: 49, 28: 99, 32: 99} {
		if got := word(b[:], at); got != want {
			t.Errorf("at %d: %d, want %d", at, got, want)
		}
	}
	if d := int16(binary.NativeEndian.Uint16(b[36:])); d != -1 || b[38] != 1 || b[39] != p0fFuzzy|p0fGeneric {
		t.Errorf("distance %d, bad_sw %d, os_match_q %d", d, b[38], b[39])
	}
	if text(b[:], 40) != "Windows" || text(b[:], 72) != "" {
		t.Errorf("%q %q", text(b[:], 40), text(b[:], 72))
	}
	h.Verdicts[0] = whorl.Verdict{Name: strings.Repeat("x", 50), Family: "embedded", Confidence: 0.95}
	if b := p0fAnswer(p0fOK, h); text(b[:], 40) != strings.Repeat("x", 31) || b[39] != 0 {
		t.Errorf("%q, %d", text(b[:], 40), b[39])
	}
	h.Verdicts[0] = whorl.Verdict{Name: whorl.Unknown}
	h.Observations = append(h.Observations, whorl.Observation{Method: "claim", Print: "Server: Apache/2.2.15 (CentOS)\n"})
	if b := p0fAnswer(p0fOK, h); text(b[:], 40) != "" || text(b[:], 104) != "Apache" || text(b[:], 136) != "2.2.15" {
		t.Errorf("%q %q %q", text(b[:], 40), text(b[:], 104), text(b[:], 136))
	}
}

func FuzzP0fQuery(f *testing.F) {
	f.Add(apiQuery(p0fQueryMagic, 4, apiHost))
	f.Add(apiQuery(p0fQueryMagic, 6, apiHost6))
	f.Fuzz(func(t *testing.T, b []byte) {
		var q [p0fQueryLen]byte
		copy(q[:], b)
		if a, err := p0fQuery(&q); (err == nil) != a.IsValid() {
			t.Errorf("%v, %v", a, err)
		}
	})
}
