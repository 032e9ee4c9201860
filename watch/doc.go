// Package watch recognises fingerprinting that is aimed at us. It is fed with frames and
// gives contacts: who asks whom, with which tool, how sure that is, and what our answers
// told him.
//
// A [Watcher] takes frames with their times, from a capture or an interface.
//
//   - classify.go, datagrams.go, payload.go: what one packet shows. tcprows.go and ipv6rows.go
//     make rows of the tables that scanners send from (gen2.Probes, gen1.Probes, deep.Probes,
//     ipv6.Probes); othertools.go and scanners.go have the packets of other tools. A packet
//     fits exactly, with values altered, or by a form that no stack sends.
//   - contact.go, judge.go: what one source does, its evidence and how much that is; talk.go:
//     with one target, probes and answers; sources.go: all contacts, decoys put together;
//     memory.go: the memory that they take.
//   - silence.go, flows.go, suspects.go, quietness.go: tools that send nothing odd and only let
//     servers repeat.
//   - answers.go, learned.go, learned6.go: what was answered, and what that shows of the target.
//   - fragments.go, fragments6.go: small packets in pieces. rates.go: limits on records.
//
// Evidence has points; 6 make a contact probable, 12 make it confirmed. Each contact gives a
// record at most three times: when it is probable, when it is confirmed, when it has ended.
//
// What sends nothing, or nothing but one ordinary SYN, is not seen; nor are scans of IP
// protocols and what is in tunnels.
//
// All tables have limits, and a flood displaces itself first. A Watcher has no goroutine, no
// lock and no clock of its own: time is that of the frames, or of [Watcher.Wake].
//
//	w := watch.New(watch.Options{Contact: func(c *whorl.Contact) { fmt.Println(c.Tool, c.State) }})
//	for {
//		frame, link, at, err := r.Next()
//		if err != nil {
//			break
//		}
//		w.Frame(link, frame, at)
//	}
//	w.End()
package watch
