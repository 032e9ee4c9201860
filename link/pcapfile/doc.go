// Package pcapfile reads and writes capture files, and records what goes over a
// link.
//
// [Open] reads pcap (micro- and nanoseconds, either byte order) and pcapng, plain
// or compressed with gzip, from any io.Reader. It gives every frame with its own
// link type, because a pcapng file may hold several interfaces. What it cannot use
// it skips, and [Reader.Skipped] tells how much of it and why; what follows a bad
// record it still reads, if the format lets it find the next one. Of a file that is
// cut off it gives all that is whole, then an error that says where it ends.
//
// [NewWriter] writes pcapng with nanosecond times. [Record] wraps a link.Conn so
// that all it sends and receives goes to such a file.
//
// The package does not take frames apart (packet does), and does not read times or
// comments that belong to no frame or section, name resolution or decryption keys.
//
// Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng,
// https://www.tcpdump.org/linktypes.html.
//
//	r, err := pcapfile.Open(os.Stdin)
//	var p packet.Packet
//	for {
//		frame, link, at, err := r.Next()
//		if err != nil {
//			break // io.EOF at the end
//		}
//		p.Decode(link, frame)
//	}
package pcapfile
