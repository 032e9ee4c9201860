// Package plot draws one host on one page: when it repeated what nobody acknowledged,
// beside the schedules of the records that come nearest, and the numbers behind SEQ (ISN,
// IP ID and timestamps) as they grew.
//
// A [Page] is plain values; whoever has the records works the schedules out. [Page.SVG]
// writes it. The axis of times is logarithmic above 0.2 s ([timeScale]), because gaps
// double: a schedule that doubles has its marks at equal distances.
//
// Pictures can be read without colour: each candidate has a shape of its own, what was
// seen is filled and what was predicted is open. Where the reader's screen is dark, so is
// the page. A pointer over a mark shows its number. The same page is the same bytes.
//
// Text from the network passes the filter of package report. What is drawn is bounded,
// whatever a record holds.
//
//	p := plot.Page{Title: "192.0.2.7", Verdict: plot.Headline(host), Series: host.Sequences}
//	err := p.SVG(file)
package plot
