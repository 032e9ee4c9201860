// Package listen names hosts by what is heard of them: it is fed with frames and sends
// nothing.
//
// A [Listener] takes frames with their times, from a capture or an interface. It keeps
//
//   - signatures.go: each kind of SYN and SYN-ACK once,
//   - flows.go: connections that have begun, so that a SYN-ACK is judged by the SYN that it
//     answers, repetitions are told from new connections and timed, and timestamps are read,
//   - again.go, habits.go: what hosts show over several packets,
//   - hosts.go: addresses, with the kinds of packets that they showed and their clocks,
//   - icmp.go, icmpcauses.go: what their port unreachables and echo replies show, as
//     method/icmp reads it, and the packets that caused them,
//   - says.go: what hosts say of themselves in clear text, as method/claim reads it,
//   - events.go: the first data of connections and uptimes, handed on and not kept.
//
// All tables have a limit, and what is in them decides who goes, so that a flood of SYNs
// from random addresses displaces only itself: an address that was seen once goes before
// one that came back. A host that has to go is handed over as it is known by then. In a
// steady state a frame costs no allocation, but for one that says something.
//
// [Listener.Hosts] and [Listener.News] give records (record.go); who judges them is the
// caller's choice, usually verdict.Handshakes. A Listener has no goroutine, no lock and no
// clock of its own.
//
// A name rests on what the stack shows. What a host says (banners, User-Agent) is an
// observation beside it; [Listener.Sayers] gives those that showed no handshake, and those
// of which ICMP messages alone were heard.
//
//	l := listen.New(listen.Options{})
//	for {
//		frame, link, at, err := r.Next()
//		if err != nil {
//			break
//		}
//		l.Frame(link, frame, at)
//	}
//	for h := range l.Hosts() {
//		judge.Judge(h)
//	}
package listen
