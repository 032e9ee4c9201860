// Package harden tells what a host's stack reveals and which settings blur it. It changes
// nothing: each [Setting] says how the answers to Nmap's second generation of probes
// would change, and the changed print is judged as an outsider would judge it.
//
// What settings do was measured on Linux 6.18, one at a time: the test of this package
// sets each of them on a host of the lab, scans it, and finds what was computed.
//
// A setting hides attributes; it imitates nothing. ISNs, the meaning of T2-T7 and the
// times at which segments are repeated stay as they are, so that a family often stays
// readable: what can be had is less detail, and more doubt.
//
// The package does not measure hosts and does not judge; its caller hands both over.
package harden
