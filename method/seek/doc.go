// Package seek finds what fingerprinting needs of a host: whether it is up, one
// open TCP port, one closed TCP port, and a UDP port that is likely closed.
//
// It is adaptive: candidates are tried in the order of their likelihood, a few at
// a time, and it stops as soon as it has what it needs; it is no port scanner. A
// host counts as up when it answers an echo request, a SYN to 443 or an ACK to 80
// in any way. On its own segment a host has already answered ARP or a neighbour
// solicitation ([Neighbour]), and this step is skipped. IPv4 and IPv6 are searched alike.
//
// A reset that comes from another distance than the rest of a host's answers has
// probably been made by something in between. Such a port is marked and taken for
// the closed port only when there is no better one.
package seek
