// Package report renders [whorl.Host] and [whorl.Contact] records, one file per form:
//
//   - [NewText]: for a person at a terminal, our verdict first, then the lines that Nmap's users know;
//   - [NewLines]: for the same person, a line for each host that was only heard;
//   - [NewNormal]: the text as a file (-oN), with a head and a foot, never coloured;
//   - [NewXML]: Nmap's XML (-oX), for the tools that read it;
//   - [NewGrepable]: Nmap's tab-separated lines (-oG);
//   - [NewJSON]: JSON Lines, one whole record a line, the only form that loses nothing.
//
// These are a [Writer] each; [Explain] tells how one fingerprint was judged. The forms of
// contacts are a [ContactWriter]: [NewContacts] for a person, [NewContactJSON], [NewEVE]
// (Suricata), [NewCEF] (ArcSight) and [NewSyslog].
//
// All stream: a host or contact is written when it is handed over, in one
// piece, and the output is whole between any two. A write that fails is
// reported by every later call of that writer and cut off again where the output
// is a file, so that what was written before stays valid.
//
// Some readers of Nmap's XML fail on a host without an IPv4 address. With
// [ByFamily] IPv4 and IPv6 hosts go into separate files.
//
// Text from the network (names, banners, evidence) passes through one filter
// before it is printed: control characters, invisible marks and invalid UTF-8
// become U+FFFD. JSON escapes them instead, as data must not change.
//
// The package does not judge: which verdict leads and how sure it is stands in
// the record. It repeats only Nmap's rules of what to list, which follow the
// output of nmap 7.93 and its published DTD.
//
//	w := report.NewText(os.Stdout, report.TextOptions{})
//	w.Begin(report.Run{Version: "0.1", Args: "whorl scan 192.0.2.1", Start: start})
//	w.Host(host)
//	err := w.End(report.Summary{End: end, Up: 1, Total: 1})
package report
